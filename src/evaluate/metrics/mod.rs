//! How good was it? Scores of forecasts against what happened.
//!
//! | question | score | unit |
//! |---|---|---|
//! | how far off is the point? | [`mae`], [`rmse`] | of the data |
//! | ... relative to the size? | [`smape`] (0 to 200), [`mape`] | per cent |
//! | ... relative to last year's value? | [`mase`], [`owa`] | 1 = as far off as one-step changes were |
//! | do intervals hold what they promise? | [`coverage`] | per cent, like the level |
//! | ... and are they no wider than needed? | [`interval_score`], [`msis`] | of the data; of the scale |
//! | is the whole law good? | [`crps`], [`pinball`], [`quantile_crps`]; [`scaled_crps`] | of the data; of the scale |
//! | ... for counts? | [`log_score`], [`pit`], [`PitHistogram`] | |
//! | is one model better than another, beyond luck? | [`compare()`], [`compare_clustered`] | of the score |
//!
//! A score that is not defined (a MASE of a series that never changed, a MAPE of a zero, a year without a number) is NaN.
//! Averages are [`Mean`]s: they say how many scores were used and how many were undefined, and are never infinite.
//!
//! ```
//! use unjuran::evaluate::metrics::{mape, mase, naive_scale, smape};
//! let (actual, forecast) = ([10.0, 0.0, f64::NAN], [8.0, 2.0, 3.0]);
//! let scale = naive_scale(&[4.0, 7.0, 6.0]); // changes of 3 and 1: 2 on average
//! let mase = mase(&actual, &forecast, scale)?;
//! assert_eq!((mase.value, mase.used, mase.undefined), (1.0, 2, 1));
//! assert_eq!(mape(&actual, &forecast)?.undefined, 2); // no percentage of 0, no number
//! assert!((smape(&actual, &forecast)?.value - (200.0 * 2.0 / 18.0 + 200.0) / 2.0).abs() < 1e-12);
//! # Ok::<(), unjuran::Error>(())
//! ```

mod compare;
mod count;
mod distribution;
mod interval;
mod mean;
mod point;

pub use compare::{Comparison, LEAST_CLUSTERS, compare, compare_clustered};
pub use count::{PitHistogram, log_score, pit};
pub use distribution::{CRPS_PROBABILITIES, crps, pinball, quantile_crps, scaled_crps};
pub use interval::{coverage, interval_score, msis};
pub use mean::Mean;
pub use point::{Accuracy, mae, mape, mase, naive_scale, owa, rmse, smape};

pub(in crate::evaluate) use interval::{covers, interval_score_of};
pub(in crate::evaluate) use point::{percentage, symmetric_percentage};

use crate::error::{Error, Result};

/// Refuses forecasts that are not one a value.
fn paired(metric: &str, actual: &[f64], forecast: &[f64]) -> Result<()> {
    if actual.len() == forecast.len() {
        return Ok(());
    }
    Err(Error::UnequalLengths { metric: metric.to_owned(), actual: actual.len(), forecast: forecast.len() })
}

/// The mean of a score over pairs.
fn mean_over(metric: &str, actual: &[f64], forecast: &[f64], score: impl Fn(f64, f64) -> f64) -> Result<Mean> {
    paired(metric, actual, forecast)?;
    Ok(actual.iter().zip(forecast).map(|(&y, &f)| score(y, f)).collect())
}
