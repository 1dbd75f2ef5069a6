//! What a value answers when it is asked for more than its figures: intervals, sums, what is reckoned anew.

use unjuran::Result;
use unjuran::evaluate::backtest::BacktestTable;
use unjuran::forecast::Forecast;
use unjuran::hierarchy::{Discrepancy, Merged};
use unjuran::plan::{
    Alarm, Change, Comparison, Conversion, Converted, Funnel, Impact, Leak, Needs, RequiredChange, Scenario, Target,
};
use unjuran::select::{AnyModel, SavedFit};
use unjuran::series::{Event, Horizon, Panel, Series};
use unjuran::smoothing::{FittedEts, Naive, Prior};

use crate::samples::{Figures, cases};

/// A value that can be asked for more.
pub(crate) trait Answers: Figures {
    /// The figures, and what is asked beside them.
    fn answers(&self) -> Result<Vec<f64>> {
        self.figures()
    }
}

macro_rules! nothing_more {
    ($($kind:ty),*) => {$(impl Answers for $kind {})*};
}

nothing_more!(
    Series,
    Panel,
    Event,
    AnyModel,
    SavedFit,
    FittedEts,
    Forecast,
    Prior,
    BacktestTable,
    Alarm,
    Change,
    Comparison,
    Conversion,
    Discrepancy,
    Funnel,
    Leak
);

/// What plans are asked about: quick to make, for it is made often.
fn ahead() -> Result<Forecast> {
    Naive.fit(&cases()?)?.forecast(Horizon::years(2)?)
}

impl Answers for Converted {
    fn answers(&self) -> Result<Vec<f64>> {
        let (lower, upper) = self.interval(80.0)?;
        let observed = self.series()?;
        let known = observed.values().iter().filter_map(|v| v.exact()).collect();
        Ok([self.figures()?, lower, upper, self.mean(), known].concat())
    }
}

impl Answers for Impact {
    fn answers(&self) -> Result<Vec<f64>> {
        let (low, high) = self.interval(95.0)?;
        let total = self.total()?.map(|(median, low, high)| vec![median, low, high]).unwrap_or_default();
        let effects = self.years().into_iter().map(|year| year.effect.0).sum();
        assert!(!self.to_string().contains("NaN"), "{self}");
        Ok([self.figures()?, vec![low, high], total, vec![effects]].concat())
    }
}

impl Answers for Merged {
    fn answers(&self) -> Result<Vec<f64>> {
        Ok(self.figures()?.into_iter().chain(self.observed_scatter()).collect())
    }
}

impl Answers for Needs {
    fn answers(&self) -> Result<Vec<f64>> {
        let again = self.asked.need(&ahead()?)?;
        let years = again.years.iter().flat_map(|year| [year.present, year.units, year.days_short]);
        Ok(self.figures()?.into_iter().chain(years).collect())
    }
}

impl Answers for RequiredChange {
    fn answers(&self) -> Result<Vec<f64>> {
        assert!([self.asked, self.probability, self.as_it_is].iter().all(|p| (0.0..=1.0).contains(p)), "{self}");
        self.figures()
    }
}

impl Answers for Scenario {
    fn answers(&self) -> Result<Vec<f64>> {
        // why allowed to fail: it may begin in other years.
        let applied = self.apply(&ahead()?).and_then(|forecast| forecast.figures()).unwrap_or_default();
        Ok([self.figures()?, applied].concat())
    }
}

impl Answers for Target {
    fn answers(&self) -> Result<Vec<f64>> {
        assert!((0.0..=1.0).contains(&self.probability), "{self}");
        self.figures()
    }
}
