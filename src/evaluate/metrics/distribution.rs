//! Scores of quantiles, and of a law through its quantiles.
//!
//! The pinball loss of a quantile q of probability p is `p (y - q)` for y above q and `(1 - p) (q - y)` below; the true
//! quantile minimises it on average. Its integral over p is half the CRPS, so twice the mean over p = 0.05, 0.10, ..., 0.95
//! approximates the CRPS. Peers that publish quantiles only are scored so; laws of this crate are scored exactly by
//! [`crate::dist::Predictive::crps`]. The approximation leaves out the tails beyond 5% and 95%.
//!
//! References: Koenker and Bassett (1978), *Econometrica* 46(1), 33-50; Laio and Tamea (2007), *Hydrology and Earth System
//! Sciences* 11(4), 1267-1277.

use super::{Mean, mean_over, paired};
use crate::dist::{Distribution, Predictive as _};
use crate::error::{Error, Result};

/// The mean CRPS of laws, one a value.
///
/// # Errors
/// [`Error::UnequalLengths`] unless there is one law a value.
pub fn crps(actual: &[f64], laws: &[Distribution]) -> Result<Mean> {
    scaled_crps(actual, laws, 1.0)
}

/// The mean CRPS over the [`super::naive_scale`] of the training years: MASE for whole laws.
///
/// ```
/// use unjuran::dist::{Distribution, Empirical};
/// use unjuran::evaluate::metrics::scaled_crps;
/// let sure = Distribution::Empirical(Empirical::new(vec![4.0])?);
/// assert_eq!(scaled_crps(&[7.0], &[sure], 2.0)?.value, 1.5); // off by 3
/// # Ok::<(), unjuran::Error>(())
/// ```
///
/// # Errors
/// [`Error::UnequalLengths`] unless there is one law a value.
pub fn scaled_crps(actual: &[f64], laws: &[Distribution], scale: f64) -> Result<Mean> {
    if laws.len() != actual.len() {
        let metric = "CRPS".to_owned();
        return Err(Error::UnequalLengths { metric, actual: actual.len(), forecast: laws.len() });
    }
    Ok(actual.iter().zip(laws).map(|(&y, law)| law.crps(y) / scale).collect())
}

/// The probabilities of [`quantile_crps`]: 0.05, 0.10, ..., 0.95.
pub const CRPS_PROBABILITIES: [f64; 19] =
    [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95];

/// The mean pinball loss of quantiles of probability `p`, one a value.
///
/// ```
/// use unjuran::evaluate::metrics::pinball;
/// // 10 above the quantile costs 9, 10 below it costs 1
/// assert!((pinball(&[20.0, 0.0], &[10.0, 10.0], 0.9)?.value - 5.0).abs() < 1e-12);
/// # Ok::<(), unjuran::Error>(())
/// ```
///
/// # Errors
/// [`Error::UnequalLengths`] unless there is one quantile a value; [`Error::BadProbability`] unless `p` is in (0, 1).
pub fn pinball(actual: &[f64], quantile: &[f64], p: f64) -> Result<Mean> {
    if !(p > 0.0 && p < 1.0) {
        return Err(Error::BadProbability { probability: p });
    }
    mean_over("pinball loss", actual, quantile, |y, q| loss(y, q, p))
}

/// The CRPS of the outcome `y` approximated from the quantiles of [`CRPS_PROBABILITIES`].
///
/// # Errors
/// [`Error::UnequalLengths`] unless there are 19 quantiles.
pub fn quantile_crps(y: f64, quantiles: &[f64]) -> Result<f64> {
    paired("CRPS of 19 quantiles", &CRPS_PROBABILITIES, quantiles)?;
    let losses: Mean = CRPS_PROBABILITIES.iter().zip(quantiles).map(|(&p, &q)| loss(y, q, p)).collect();
    Ok(if losses.undefined > 0 { f64::NAN } else { 2.0 * losses.value })
}

fn loss(y: f64, q: f64, p: f64) -> f64 {
    if y > q { p * (y - q) } else { (1.0 - p) * (q - y) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::{Continuous, Kernel, Link};

    #[test]
    fn nineteen_quantiles_come_near_the_exact_score() {
        let law = Distribution::from(Continuous::new(Kernel::normal(100.0, 10.0), Link::Identity));
        let quantiles = CRPS_PROBABILITIES.map(|p| law.quantile(p));
        for y in [85.0, 100.0, 112.0] {
            let (exact, rough) = (law.crps(y), quantile_crps(y, &quantiles).unwrap());
            assert!((rough / exact - 1.0).abs() < 0.06, "{y}: {rough} against {exact}");
        }
    }

    #[test]
    fn a_sure_law_scores_its_distance() {
        assert!((quantile_crps(7.0, &[4.0; 19]).unwrap() - 3.0).abs() < 1e-12);
        assert!(quantile_crps(f64::NAN, &[4.0; 19]).unwrap().is_nan());
    }

    #[test]
    fn other_than_nineteen_quantiles_and_probabilities_beyond_one_are_refused() {
        assert!(matches!(quantile_crps(7.0, &[4.0; 9]), Err(Error::UnequalLengths { forecast: 9, .. })));
        assert_eq!(pinball(&[1.0], &[1.0], 90.0), Err(Error::BadProbability { probability: 90.0 }));
    }
}
