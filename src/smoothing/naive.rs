//! Last year's value, and last year's value plus the mean yearly change.
//!
//! The random walk `y_t = y_{t-1} + b + e_t` with b = 0 ([`Naive`]) or b the mean change `(y_n - y_1) / (n - 1)`
//! ([`Drift`]). Lead h has variance `h sigma^2`, and with drift `h sigma^2 + h^2 se(b)^2`. sigma^2 is the mean squared
//! change (naive), or the squared deviations from b over m - 1 for m changes (drift). A change over a gap of g years is a
//! change of variance `g sigma^2`.
//!
//! Reference: Hyndman and Athanasopoulos (2021), Forecasting: Principles and Practice, sections 5.2 and 5.5.

#![allow(clippy::indexing_slicing, reason = "pairs of neighbours, and years of the series itself")]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::forecast::{Forecast, Latent, Numbers, Rows};
use crate::model::{FitReport, Fitted, Forecaster, Spread, spread};
use crate::series::{Horizon, Series, Training};

/// Next year is like this year. Needs two observed years.
///
/// ```
/// use unjuran::series::{Horizon, Series, Year};
/// use unjuran::smoothing::Naive;
/// let series = Series::new("cases", Year::new(2020)?, &[10.0, 14.0, 11.0])?;
/// let fitted = Naive.fit(&series)?;
/// assert_eq!(fitted.forecast(Horizon::years(2)?)?.median(), [11.0, 11.0]);
/// assert!((fitted.sigma() - 12.5_f64.sqrt()).abs() < 1e-12); // (16 + 9) / 2
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Naive;

/// Next year is like this year plus the mean yearly change so far. Needs three observed years.
///
/// ```
/// use unjuran::series::{Horizon, Series, Unit, Year};
/// use unjuran::smoothing::Drift;
/// let series = Series::new("cost", Year::new(2020)?, &[10.0, 14.0, 16.0])?.with_unit(Unit::Amount)?;
/// let fitted = Drift.fit(&series)?;
/// assert_eq!(fitted.drift(), 3.0);
/// assert_eq!(fitted.forecast(Horizon::years(2)?)?.median(), [19.0, 22.0]);
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift;

impl Naive {
    /// Fits the model.
    ///
    /// # Errors
    /// [`crate::Error::NoObservedYears`]; [`crate::Error::TooFewYears`] below two observed years.
    pub fn fit(&self, series: &Series) -> Result<FittedRandomWalk> {
        let training = Training::new(series)?;
        training.need(2, "Naive")?;
        Ok(FittedRandomWalk::new(series, training, "Naive", None))
    }
}

impl Drift {
    /// Fits the model.
    ///
    /// # Errors
    /// [`crate::Error::NoObservedYears`]; [`crate::Error::TooFewYears`] below three observed years.
    pub fn fit(&self, series: &Series) -> Result<FittedRandomWalk> {
        let training = Training::new(series)?;
        training.need(3, "Drift")?;
        let changes = changes(&training.y);
        let total: f64 = changes.iter().map(|c| c.by).sum();
        let years: f64 = changes.iter().map(|c| c.over).sum();
        Ok(FittedRandomWalk::new(series, training, "Drift", Some(total / years)))
    }
}

/// The change from one observed year to the next observed one.
struct Change {
    /// Index of the later year.
    at: usize,
    by: f64,
    /// Years in between, 1 without a gap.
    over: f64,
    from: f64,
}

fn changes(y: &[Option<f64>]) -> Vec<Change> {
    let observed: Vec<(usize, f64)> = y.iter().enumerate().filter_map(|(i, y)| Some((i, (*y)?))).collect();
    observed
        .windows(2)
        .map(|pair| {
            let ((i, from), (at, to)) = (pair[0], pair[1]);
            Change { at, by: to - from, over: (at - i) as f64, from }
        })
        .collect()
}

/// A random walk, with or without drift, that has seen its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct FittedRandomWalk {
    series: Series,
    training: Training,
    last: f64,
    drift: f64,
    drift_se: f64,
    /// Years since the last observed one, 0 if that is the last.
    stale: usize,
    report: FitReport,
}

/// The stored form: what was estimated, and the series, from which the rest follows.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    series: Series,
    drift: f64,
    drift_se: f64,
    report: FitReport,
}

impl TryFrom<Stored> for FittedRandomWalk {
    type Error = String;
    fn try_from(Stored { series, drift, drift_se, report }: Stored) -> std::result::Result<Self, String> {
        let training = Training::new(&series).map_err(|e| e.to_string())?;
        report.check(&training)?;
        if drift_se.is_nan() || drift_se < 0.0 {
            return Err(format!("drift_se = {drift_se}: from 0 is allowed"));
        }
        let (last, stale) = last_seen(&training);
        Ok(Self { series, training, last, drift, drift_se, stale, report })
    }
}

impl From<FittedRandomWalk> for Stored {
    fn from(fitted: FittedRandomWalk) -> Self {
        let FittedRandomWalk { series, drift, drift_se, report, .. } = fitted;
        Self { series, drift, drift_se, report }
    }
}

/// The last number, and the years since.
fn last_seen(training: &Training) -> (f64, usize) {
    let back = training.y.iter().rev().enumerate().find_map(|(stale, y)| Some(((*y)?, stale)));
    back.unwrap_or((0.0, 0))
}

impl FittedRandomWalk {
    /// The series it was fitted to.
    pub fn series(&self) -> &Series {
        &self.series
    }

    fn new(series: &Series, training: Training, model: &str, drift: Option<f64>) -> Self {
        let b = drift.unwrap_or(0.0);
        let changes = changes(&training.y);
        let sum: f64 = changes.iter().map(|c| (c.by - c.over * b).powi(2) / c.over).sum();
        let estimated = usize::from(drift.is_some());
        let Spread { sigma, note } = spread(&training, (sum / (changes.len() - estimated) as f64).sqrt());
        let years: f64 = changes.iter().map(|c| c.over).sum();
        let drift_se = if drift.is_some() { sigma / years.sqrt() } else { 0.0 };

        let mut report = FitReport::new(&training, model.to_owned(), sigma);
        report.fitted = vec![None; training.y.len()];
        report.residuals = vec![None; training.y.len()];
        for c in &changes {
            report.fitted[c.at] = Some(c.from + c.over * b);
            report.residuals[c.at] = Some(c.by - c.over * b);
        }
        if drift.is_some() {
            report.params = BTreeMap::from([("drift".to_owned(), b), ("drift_se".to_owned(), drift_se)]);
        }
        report.notes.extend(note);
        let (last, stale) = last_seen(&training);
        Self { series: series.clone(), training, last, drift: b, drift_se, stale, report }
    }

    /// The yearly change that is projected; 0 for the naive model.
    pub fn drift(&self) -> f64 {
        self.drift
    }

    /// Standard deviation of a yearly change around the drift.
    pub fn sigma(&self) -> f64 {
        self.report.sigma
    }

    /// The distributions of the years that follow.
    ///
    /// # Errors
    /// [`crate::Error::Overflow`] if the numbers become too large to compute with.
    pub fn forecast(&self, horizon: Horizon) -> Result<Forecast> {
        let (h, sigma) = (horizon.get(), self.sigma());
        let stale = self.stale as f64;
        let lead = |i: usize| stale + (i + 1) as f64;
        // shared by all years: the years since the last number, and the drift
        let shared = Rows::of((0..h).map(|i| [stale.sqrt() * sigma, lead(i) * self.drift_se]));
        let ripple = vec![sigma; h];
        let location: Numbers = (0..h).map(|i| self.last + lead(i) * self.drift).collect();
        self.report.project(&self.series, &self.training, Latent::new(location, shared, ripple).into())
    }
}

impl Fitted for FittedRandomWalk {
    fn forecast(&self, horizon: Horizon) -> Result<Forecast> {
        Self::forecast(self, horizon)
    }
    fn report(&self) -> &FitReport {
        &self.report
    }
}

impl Forecaster for Naive {
    fn name(&self) -> String {
        "Naive".to_owned()
    }
    fn fit(&self, series: &Series) -> Result<Box<dyn Fitted>> {
        Ok(Box::new(Self::fit(self, series)?))
    }
}

impl Forecaster for Drift {
    fn name(&self) -> String {
        "Drift".to_owned()
    }
    fn fit(&self, series: &Series) -> Result<Box<dyn Fitted>> {
        Ok(Box::new(Self::fit(self, series)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::{Unit, Year};

    fn amounts(values: &[f64]) -> Series {
        Series::new("s", Year::new(2000).unwrap(), values).unwrap().with_unit(Unit::Amount).unwrap()
    }

    #[test]
    fn a_change_over_a_gap_counts_for_its_years() {
        // changes: 2 over one year, 6 over three years; sigma^2 = (4/1 + 36/3) / 2 = 8
        let fitted = Naive.fit(&amounts(&[1.0, 3.0, f64::NAN, f64::NAN, 9.0])).unwrap();
        assert!((fitted.sigma() - 8.0_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn years_missing_at_the_end_widen_the_band() {
        let h = Horizon::years(1).unwrap();
        let fresh = Naive.fit(&amounts(&[1.0, 3.0, 2.0])).unwrap().forecast(h).unwrap();
        let stale = Naive.fit(&amounts(&[1.0, 3.0, 2.0, f64::NAN])).unwrap().forecast(h).unwrap();
        assert!((stale.variance()[0] / fresh.variance()[0] - 2.0).abs() < 1e-12);
        assert_eq!(stale.years()[0].get(), fresh.years()[0].get() + 1);
    }

    #[test]
    fn the_battery_passes() {
        assert_eq!(crate::model::checks::battery(&Naive), vec![]);
        assert_eq!(crate::model::checks::battery(&Drift), vec![]);
    }
}
