//! A mean that says what it is a mean of.

use serde::Serialize;

/// The mean of those scores that are defined.
///
/// ```
/// use unjuran::evaluate::metrics::Mean;
/// let mean: Mean = [1.0, f64::NAN, 3.0].into_iter().collect();
/// assert_eq!((mean.value, mean.used, mean.undefined), (2.0, 2, 1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Mean {
    /// The mean; NaN if no score was defined, never infinite.
    pub value: f64,
    /// How many scores it is the mean of.
    pub used: usize,
    /// How many scores were left out because they are not finite numbers.
    pub undefined: usize,
}

impl Mean {
    /// The same counts with another value, as for the square root of a mean of squares.
    #[must_use]
    pub(in crate::evaluate) fn map(self, f: impl Fn(f64) -> f64) -> Self {
        Self { value: f(self.value), ..self }
    }
}

impl FromIterator<f64> for Mean {
    fn from_iter<T: IntoIterator<Item = f64>>(scores: T) -> Self {
        let (mut value, mut used, mut undefined) = (0.0, 0_usize, 0);
        for score in scores {
            if score.is_finite() {
                used += 1;
                // why a running mean: the sum of scores near the largest number would be infinite.
                value += (score - value) / used as f64;
            } else {
                undefined += 1;
            }
        }
        Self { value: if used == 0 { f64::NAN } else { value }, used, undefined }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_of_nothing_is_no_number_and_infinities_are_counted_out() {
        let mean: Mean = [f64::INFINITY, f64::NAN].into_iter().collect();
        assert!(mean.value.is_nan());
        assert_eq!((mean.used, mean.undefined), (0, 2));
        assert!([1e308, 1e308].into_iter().collect::<Mean>().value.is_finite());
    }
}
