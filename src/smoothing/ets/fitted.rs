//! An exponential smoothing model that has seen its data.

use std::collections::BTreeMap;

use super::super::recursion::{Doubt, Smoothing, State};
use super::super::variance::ahead;
use super::likelihood::{Concentrated, pass};
use super::{Ets, Trend, estimate};
use crate::error::{Error, Result};
use crate::forecast::Forecast;
use crate::model::{Criteria, FitReport, Fitted, Spread, spread};
use crate::series::{Horizon, Series, Training};

/// A fitted ETS model: parameters, states, residuals, and the years that follow.
///
/// The bands are those of the textbook: normal, with `sigma^2 = SSE / (n - k)` for k smoothing parameters and starting
/// states (the fixed ones counted, since fixed values come from an earlier fit as a rule), parameters taken as known.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedEts {
    series: Series,
    training: Training,
    trend: Trend,
    smoothing: Smoothing,
    end: State,
    doubt: Doubt,
    report: FitReport,
}

impl FittedEts {
    pub(super) fn new(model: Ets, series: &Series) -> Result<Self> {
        let Ets { trend, fixed } = model;
        let training = Training::new(series)?;
        let name = trend.to_string();
        training.need(model.needed().max(1), &name)?;

        // why: beyond rounding the likelihood of an exact fit grows without end; see `crate::model` on floors.
        let least = (1e-3 * training.resolution()).powi(2);
        let y = &training.y;
        let smoothing = estimate::smoothing(y, trend, fixed, least);
        let start = Concentrated::new(y, fixed, trend != Trend::None).start(&smoothing);
        let run = pass(y, &smoothing, start);
        let loglik = run.loglik(least);
        if !loglik.is_finite() {
            return Err(Error::Overflow { series: training.name, model: name });
        }

        let n = training.observed();
        let k = trend.estimated();
        let df = n.saturating_sub(k).max(1);
        let Spread { sigma, note } = spread(&training, (run.sse / df as f64).sqrt());
        let mut report = FitReport::new(&training, name, sigma);
        report.params = params(trend, smoothing, start);
        report.criteria = Some(Criteria::new(loglik, model.needed(), n));
        report.residuals = y.iter().zip(&run.expected).map(|(y, mu)| y.map(|y| y - mu)).collect();
        report.fitted = run.expected.into_iter().map(Some).collect();
        report.notes.extend(note);
        Ok(Self { series: series.clone(), training, trend, smoothing, end: run.end, doubt: run.doubt, report })
    }

    /// What the model says about the slope.
    pub fn trend(&self) -> Trend {
        self.trend
    }

    /// Level at the end of the last full year.
    pub fn level(&self) -> f64 {
        self.end.level
    }

    /// Slope at the end of the last full year; 0 without a trend.
    pub fn slope(&self) -> f64 {
        self.end.slope
    }

    /// What missing years leave unknown of the last state.
    pub(crate) fn doubt(&self) -> Doubt {
        self.doubt
    }

    /// The distributions of the years that follow.
    ///
    /// # Errors
    /// [`Error::Overflow`] if the numbers become too large to compute with.
    pub fn forecast(&self, horizon: Horizon) -> Result<Forecast> {
        let latent = ahead(&self.smoothing, self.end, self.doubt, self.report.sigma, horizon.get());
        self.report.project(&self.series, &self.training, latent.into())
    }

    /// What the fit found.
    pub fn report(&self) -> &FitReport {
        &self.report
    }
}

fn params(trend: Trend, smoothing: Smoothing, start: State) -> BTreeMap<String, f64> {
    let mut named = vec![("alpha", smoothing.alpha), ("l0", start.level)];
    if trend != Trend::None {
        named.extend([("beta", smoothing.beta), ("b0", start.slope)]);
    }
    if trend == Trend::Damped {
        named.push(("phi", smoothing.phi));
    }
    named.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

impl Fitted for FittedEts {
    fn forecast(&self, horizon: Horizon) -> Result<Forecast> {
        Self::forecast(self, horizon)
    }
    fn report(&self) -> &FitReport {
        &self.report
    }
}
