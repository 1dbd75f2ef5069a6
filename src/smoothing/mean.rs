//! The mean of all years, for series that go nowhere.
//!
//! `y_t = m + e_t` with independent e: every year ahead is expected at the mean of the observed years, with the variance
//! `s^2 (1 + 1 / n)`, s^2 the squared deviations over n - 1, and Student's law with n - 1 degrees of freedom: the doubt about
//! the mean and about s is in the band, and the years ahead share the first.
//!
//! Reference: Hyndman and Athanasopoulos (2021), *Forecasting: Principles and Practice*, section 5.2.

#![allow(clippy::indexing_slicing, reason = "a horizon has a year at least")]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::forecast::{Forecast, Latent};
use crate::model::{Criteria, FitReport, Fitted, Forecaster, Spread, spread};
use crate::series::{Horizon, Series, Training};

/// Every year is like the mean of all. Needs two observed years.
///
/// ```
/// use unjuran::series::{Horizon, Series, Unit, Year};
/// use unjuran::smoothing::Mean;
/// let series = Series::new("cost", Year::new(2020)?, &[9.0, 14.0, 13.0])?.with_unit(Unit::Amount)?;
/// let fitted = Mean.fit(&series)?;
/// assert_eq!(fitted.mean(), 12.0);
/// assert!((fitted.sigma() - 7.0_f64.sqrt()).abs() < 1e-12); // (9 + 4 + 1) / 2
/// assert_eq!(fitted.forecast(Horizon::years(2)?)?.median(), [12.0, 12.0]);
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mean;

/// The mean after it has seen its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct FittedMean {
    series: Series,
    training: Training,
    mean: f64,
    report: FitReport,
}

/// The stored form: what was estimated, and the series, from which the rest follows.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    series: Series,
    mean: f64,
    report: FitReport,
}

impl TryFrom<Stored> for FittedMean {
    type Error = String;
    fn try_from(Stored { series, mean, report }: Stored) -> std::result::Result<Self, String> {
        let training = Training::new(&series).map_err(|e| e.to_string())?;
        training.need(2, "Mean").map_err(|e| e.to_string())?;
        report.check(&training)?;
        Ok(Self { series, training, mean, report })
    }
}

impl From<FittedMean> for Stored {
    fn from(FittedMean { series, mean, report, .. }: FittedMean) -> Self {
        Self { series, mean, report }
    }
}

impl Mean {
    /// Fits the model.
    ///
    /// # Errors
    /// [`crate::Error::NoObservedYears`]; [`crate::Error::TooFewYears`] below two observed years.
    pub fn fit(&self, series: &Series) -> Result<FittedMean> {
        let training = Training::new(series)?;
        training.need(2, "Mean")?;
        let n = training.observed() as f64;
        let mean = training.y.iter().flatten().map(|y| y / n).sum::<f64>();
        let residuals: Vec<Option<f64>> = training.y.iter().map(|y| y.map(|y| y - mean)).collect();
        let sse: f64 = residuals.iter().flatten().map(|e| e * e).sum();
        let Spread { sigma, note } = spread(&training, (sse / (n - 1.0)).sqrt());
        let mut report = FitReport::new(&training, "Mean".to_owned(), sigma);
        let least = (1e-3 * training.resolution()).powi(2);
        let loglik = -0.5 * n * ((std::f64::consts::TAU * (sse / n).max(least)).ln() + 1.0);
        report.criteria = Some(Criteria::new(loglik, 2, training.observed()));
        report.params = BTreeMap::from([("mean".to_owned(), mean), ("mean_se".to_owned(), sigma / n.sqrt())]);
        report.fitted = vec![Some(mean); training.y.len()];
        report.residuals = residuals;
        report.notes.extend(note);
        Ok(FittedMean { series: series.clone(), training, mean, report })
    }
}

impl FittedMean {
    /// The series it was fitted to.
    pub fn series(&self) -> &Series {
        &self.series
    }

    /// The mean of the observed years.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Standard deviation of a year around it.
    pub fn sigma(&self) -> f64 {
        self.report.sigma
    }

    /// The distributions of the years that follow.
    ///
    /// # Errors
    /// [`crate::Error::Overflow`] if the numbers become too large to compute with.
    pub fn forecast(&self, horizon: Horizon) -> Result<Forecast> {
        let (h, sigma, n) = (horizon.get(), self.sigma(), self.training.observed() as f64);
        let mut ripple = vec![0.0; h];
        ripple[0] = sigma;
        let shared = vec![vec![sigma / n.sqrt()]; h];
        let latent = Latent { df: Some(n - 1.0), ..Latent::new(vec![self.mean; h], shared, ripple) };
        self.report.project(&self.series, &self.training, latent.into())
    }
}

impl Fitted for FittedMean {
    fn forecast(&self, horizon: Horizon) -> Result<Forecast> {
        Self::forecast(self, horizon)
    }
    fn report(&self) -> &FitReport {
        &self.report
    }
}

impl Forecaster for Mean {
    fn name(&self) -> String {
        "Mean".to_owned()
    }
    fn fit(&self, series: &Series) -> Result<Box<dyn Fitted>> {
        Ok(Box::new(Self::fit(self, series)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_battery_passes() {
        assert_eq!(crate::model::checks::battery(&Mean), vec![]);
    }
}
