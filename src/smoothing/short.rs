//! One to four years: last year's value, with a width from general experience.
//!
//! A random walk whose variance is not estimated from a handful of changes but learned: `sigma^2 ~ InvGamma(nu / 2,
//! nu s^2 / 2)` with `s^2 = (RELATIVE level)^2 + POISSON level` and `level` the mean size of the observed years (counts: at
//! least 1). After m changes `d_i` over `g_i` years the law of lead h is Student-t with `nu + m` degrees of freedom around the
//! last value, `scale^2 = h (nu s^2 + sum d_i^2 / g_i) / (nu + m)`. With no change at all the experience is the forecast.
//!
//! The constants are what the annual-counts collection shows after one, two and three years; `make short-series` prints
//! them with the coverage that they give on countries left out.
//!
//! Reference: Gelman and others (2013), Bayesian Data Analysis, section 2.6 (the conjugate variance).

use super::naive::{FittedRandomWalk, Prior};
use crate::error::Result;
use crate::model::{Fitted, Forecaster};
use crate::series::{Series, Training, Unit};

/// Standard deviation of a yearly change relative to the size of the series.
const RELATIVE: f64 = 0.24;
/// Variance of a yearly change of counts in units of their size.
const POISSON: f64 = 7.7;
/// Degrees of freedom of the experience.
const DF: f64 = 2.0;

/// A random walk with a learned width, for series too short to show their own. Needs one observed year.
///
/// ```
/// use unjuran::series::{Horizon, Series, Year};
/// use unjuran::smoothing::ShortSeries;
/// let series = Series::new("cases", Year::new(2023)?, &[40.0])?;
/// let forecast = ShortSeries.fit(&series)?.forecast(Horizon::years(1)?)?;
/// assert_eq!(forecast.median(), [40.0]);
/// let band = forecast.interval(80.0)?;
/// assert!(band.lower[0] < 40.0 && band.upper[0] > 40.0);
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShortSeries;

impl ShortSeries {
    /// Fits the model.
    ///
    /// # Errors
    /// [`crate::Error::NoObservedYears`].
    pub fn fit(&self, series: &Series) -> Result<FittedRandomWalk> {
        let training = Training::new(series)?;
        let observed = training.observed().max(1) as f64;
        let level: f64 = training.y.iter().flatten().map(|y| y.abs() / observed).sum();
        let square = match training.unit {
            Unit::Count => (RELATIVE * level.max(1.0)).powi(2) + POISSON * level.max(1.0),
            // why 1 for nothing but zeros: some width is needed, and amounts have no size of their own.
            Unit::Amount | Unit::Rate if level == 0.0 => 1.0,
            Unit::Amount | Unit::Rate => (RELATIVE * level).powi(2),
        };
        Ok(FittedRandomWalk::with_prior(series, training, "ShortSeries", &Prior { df: DF, square }))
    }
}

impl Forecaster for ShortSeries {
    fn name(&self) -> String {
        "ShortSeries".to_owned()
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
        assert_eq!(crate::model::checks::battery(&ShortSeries), vec![]);
    }
}
