//! The law of sample values.

#![allow(clippy::indexing_slicing, reason = "ranks are held between 1 and the number of values, of which there is one")]

use serde::{Deserialize, Serialize};

use super::{Predictive, crps, is_countable};
use crate::error::{Error, Result};

/// The law that gives each of n sample values the weight 1/n.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<f64>", into = "Vec<f64>")]
pub struct Empirical {
    /// In ascending order, never empty, all finite.
    sorted: Vec<f64>,
}

impl Empirical {
    /// The law of these values, in any order.
    ///
    /// # Errors
    /// [`Error::BadDraws`] without values; [`Error::BadSample`] for one that is not finite, or too large for its square to be.
    pub fn new(mut values: Vec<f64>) -> Result<Self> {
        if values.is_empty() {
            return Err(Error::BadDraws { draws: 0 });
        }
        if let Some((i, bad)) = values.iter().enumerate().find(|(_, v)| !is_countable(**v)) {
            return Err(Error::BadSample { place: i + 1, value: bad.to_string() });
        }
        values.sort_unstable_by(f64::total_cmp);
        Ok(Self { sorted: values })
    }

    /// Number of sample values.
    #[expect(clippy::len_without_is_empty, reason = "never empty")]
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    pub(super) fn is_whole(&self) -> bool {
        self.sorted.iter().all(|v| v.fract() == 0.0)
    }

    /// Share of the values equal to `k`.
    pub fn pmf(&self, k: f64) -> f64 {
        let below = self.sorted.partition_point(|&v| v < k);
        let not_above = self.sorted.partition_point(|&v| v <= k);
        (not_above - below) as f64 / self.sorted.len() as f64
    }

    /// Standard error of the mean: the Monte Carlo error of a law drawn by simulation.
    pub fn standard_error(&self) -> f64 {
        (self.variance() / self.sorted.len() as f64).sqrt()
    }
}

impl TryFrom<Vec<f64>> for Empirical {
    type Error = Error;
    fn try_from(values: Vec<f64>) -> Result<Self> {
        Self::new(values)
    }
}

impl From<Empirical> for Vec<f64> {
    fn from(law: Empirical) -> Self {
        law.sorted
    }
}

impl Predictive for Empirical {
    fn cdf(&self, x: f64) -> f64 {
        self.sorted.partition_point(|&v| v <= x) as f64 / self.sorted.len() as f64
    }

    fn quantile(&self, p: f64) -> f64 {
        let n = self.sorted.len();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the sample")]
        let rank = (p * n as f64).ceil().clamp(1.0, n as f64) as usize;
        self.sorted[rank - 1]
    }

    fn mean(&self) -> f64 {
        self.sorted.iter().sum::<f64>() / self.sorted.len() as f64
    }

    fn variance(&self) -> f64 {
        let mean = self.mean();
        self.sorted.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / self.sorted.len() as f64
    }

    fn crps(&self, y: f64) -> f64 {
        crps::of_sample(&self.sorted, y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_too_large_to_square_is_named_with_its_place() {
        let refused = Empirical::new(vec![1.0, -1e200]).unwrap_err();
        assert_eq!(refused, Error::BadSample { place: 2, value: (-1e200_f64).to_string() });
    }
}
