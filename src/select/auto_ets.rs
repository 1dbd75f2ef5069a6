//! The class of exponential smoothing that the corrected Akaike criterion prefers.
//!
//! Each class that the series is long enough for is fitted by maximum likelihood; the smallest AICc wins, and of equals
//! the simpler. The criterion charges for every parameter, the more the shorter the series: with eight years a damped
//! trend has to earn 23 units of AIC over the level alone.
//!
//! Reference: Hyndman and others (2008), section 7.

use crate::error::Result;
use crate::model::{Fitted, Forecaster};
use crate::series::{Series, Training};
use crate::smoothing::{Ets, FittedEts, Trend};

/// Exponential smoothing whose class the data choose. Needs five observed years; a trend is considered from seven, a
/// damped one from eight, because AICc is undefined before.
///
/// ```
/// use unjuran::select::AutoEts;
/// use unjuran::series::{Series, Year};
/// use unjuran::smoothing::Trend;
/// let rising: Vec<f64> = (0..20).map(|t| f64::from(100 + 10 * t + (t * 7) % 5)).collect();
/// let fitted = AutoEts.fit(&Series::new("rising", Year::new(2000)?, &rising)?)?;
/// assert_eq!(fitted.trend(), Trend::Additive);
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AutoEts;

impl AutoEts {
    /// Observed years from which the criterion of the simplest class is defined.
    pub const NEEDED: usize = 5;

    /// Fits every class that the series can bear and keeps the best.
    ///
    /// # Errors
    /// [`crate::Error::NoObservedYears`]; [`crate::Error::TooFewYears`] below five observed years;
    /// [`crate::Error::Overflow`].
    pub fn fit(&self, series: &Series) -> Result<FittedEts> {
        Training::new(series)?.need(Self::NEEDED, "AutoETS")?;
        let criterion = |fit: &FittedEts| fit.report().criteria.and_then(|c| c.aicc).unwrap_or(f64::INFINITY);
        let mut best = Ets::params().trend(Trend::None).fit(series)?;
        for trend in [Trend::Additive, Trend::Damped] {
            let Ok(candidate) = Ets::params().trend(trend).fit(series) else { continue };
            // why a margin: on an exact line or a constant the classes differ by rounding only.
            if criterion(&candidate) < criterion(&best) - 1e-9 {
                best = candidate;
            }
        }
        Ok(best)
    }
}

impl Forecaster for AutoEts {
    fn name(&self) -> String {
        "AutoETS".to_owned()
    }
    fn fit(&self, series: &Series) -> Result<Box<dyn Fitted>> {
        Ok(Box::new(Self::fit(self, series)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::Year;

    #[test]
    fn a_constant_needs_no_trend() {
        let series = Series::new("s", Year::new(2000).unwrap(), &[7.0; 12]).unwrap();
        assert_eq!(AutoEts.fit(&series).unwrap().trend(), Trend::None);
    }

    #[test]
    fn the_battery_passes() {
        assert_eq!(crate::model::checks::battery(&AutoEts), vec![]);
    }
}
