//! Scores of laws of counts: the log score and the randomised PIT.
//!
//! The log score of an outcome is the logarithm of the probability that the law gave it; larger is better. The probability
//! integral transform of an outcome is the law's distribution function at it: over many outcomes it is uniform if the laws
//! are right. Where a law puts mass on single values, the transform is drawn uniformly from the step there:
//! `F(y-) + u (F(y) - F(y-))`. A U-shaped histogram says that the laws are too narrow, a hump that they are too wide, a
//! slope that they lie too low or too high.
//!
//! References: Good (1952), *Journal of the Royal Statistical Society B* 14(1), 107-114; Czado, Gneiting and Held (2009),
//! *Biometrics* 65(4), 1254-1261; Brockwell (2007), *Statistics and Probability Letters* 77(14), 1473-1478.

#![allow(clippy::indexing_slicing, reason = "a bin is held inside the list")]

use serde::Serialize;

use crate::dist::{Distribution, Predictive};
use crate::error::{Error, Result};

/// What an outcome beyond the cap of a law scores: the probability that lies there, though not on which value.
const BEYOND_CAP: f64 = 0.0005;

/// The logarithm of the probability that a law of counts gave to the outcome `y`. Beyond a cap it is log 0.0005; an outcome
/// that the law excludes, or holds less likely than binary64 can say, scores log 2.2e-308 = -708.4, so that no score is
/// infinite. NaN for laws that are not of counts, and for values that no sample of an [`crate::dist::Empirical`] law has.
pub fn log_score(law: &Distribution, y: f64) -> f64 {
    let (lower, upper) = match law {
        _ if !y.is_finite() || !law.is_whole() => return f64::NAN,
        Distribution::Empirical(sample) => return finite(sample.pmf(y).ln()),
        Distribution::Whole(whole) => whole.continuous().caps(),
        Distribution::AtLeast(held) => (f64::NEG_INFINITY, held.continuous().caps().1),
        Distribution::Moved(_) => (law.quantile(f64::MIN_POSITIVE), law.quantile(1.0 - f64::EPSILON)),
        Distribution::Continuous(_) => return f64::NAN,
    };
    let is_beyond = y - 0.5 >= upper || (y >= 0.0 && y + 0.5 < lower);
    let probability = if is_beyond { BEYOND_CAP } else { law.pmf(y) };
    probability.max(f64::MIN_POSITIVE).ln()
}

fn finite(score: f64) -> f64 {
    if score.is_finite() { score } else { f64::NAN }
}

/// The randomised probability integral transform of the outcome `y`, with `u` a uniform draw from (0, 1). An outcome beyond
/// the end of the law is put on the end. NaN unless `y` is finite.
///
/// ```
/// use unjuran::dist::Empirical;
/// use unjuran::evaluate::metrics::pit;
/// let law = Empirical::new(vec![1.0, 2.0, 2.0, 5.0])?;
/// assert_eq!(pit(&law, 2.0, 0.5), 0.5); // the step at 2 goes from 1/4 to 3/4
/// # Ok::<(), unjuran::Error>(())
/// ```
pub fn pit(law: &impl Predictive, y: f64, u: f64) -> f64 {
    if !y.is_finite() {
        return f64::NAN;
    }
    let y = y.min(law.quantile(1.0 - f64::EPSILON)).max(law.quantile(f64::MIN_POSITIVE));
    let (before, at) = (law.cdf(y.next_down()), law.cdf(y));
    before + u * (at - before)
}

/// Bins of a histogram at most: more than anybody looks at.
const MOST_BINS: usize = 10_000;

/// How many transforms fall into each of equally wide bins of (0, 1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PitHistogram {
    /// Transforms in each bin.
    pub counts: Vec<usize>,
    /// Values that were no number from 0 to 1.
    pub undefined: usize,
}

impl PitHistogram {
    /// The histogram of these transforms with so many bins, from 1 to 10,000.
    ///
    /// ```
    /// use unjuran::evaluate::metrics::PitHistogram;
    /// assert_eq!(PitHistogram::new(&[0.1, 0.4, 0.6, 1.0], 2)?.counts, [2, 2]);
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::BadParameter`] for another number of bins.
    pub fn new(transforms: &[f64], bins: usize) -> Result<Self> {
        if !(1..=MOST_BINS).contains(&bins) {
            return Err(Error::bad_parameter(
                "PitHistogram",
                "bins",
                bins,
                format!("a whole number from 1 to {MOST_BINS}"),
            ));
        }
        let mut histogram = Self { counts: vec![0; bins], undefined: 0 };
        for &transform in transforms {
            if (0.0..=1.0).contains(&transform) {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and bins")]
                let bin = (transform * bins as f64) as usize;
                histogram.counts[bin.min(bins - 1)] += 1;
            } else {
                histogram.undefined += 1;
            }
        }
        Ok(histogram)
    }

    /// How many transforms there are.
    pub fn total(&self) -> usize {
        self.counts.iter().sum()
    }

    /// The sum over bins of (count - expected)^2 / expected. For independent outcomes of right laws it is near the number of
    /// bins less 1; leads of one origin are not independent. NaN without transforms.
    pub fn chi_squared(&self) -> f64 {
        let expected = self.total() as f64 / self.counts.len() as f64;
        if expected == 0.0 {
            return f64::NAN;
        }
        self.counts.iter().map(|&n| (n as f64 - expected).powi(2) / expected).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::{AtLeast, Continuous, Empirical, Kernel, Link};
    use crate::numeric::rng::Stream;

    fn whole(kernel: Kernel, link: Link) -> Distribution {
        Distribution::from(Continuous::new(kernel, link)).whole()
    }

    #[test]
    fn a_histogram_has_bins_and_not_more_than_anybody_looks_at() {
        for bins in [0, 10_001, usize::MAX] {
            let refused = PitHistogram::new(&[0.5], bins).unwrap_err().to_string();
            let said = format!("PitHistogram: bins = {bins} is not allowed: a whole number from 1 to 10000");
            assert_eq!(refused, said);
        }
        assert_eq!(PitHistogram::new(&[0.5], 10_000).unwrap().total(), 1);
    }

    #[test]
    fn the_log_score_is_the_log_of_the_probability_of_the_count() {
        let law = whole(Kernel::normal(0.5, 0.01), Link::Identity);
        // half of a narrow law rounds to 0, half to 1
        assert!((log_score(&law, 1.0) - 0.5_f64.ln()).abs() < 1e-12);
        assert!((log_score(&law, 9.0) - f64::MIN_POSITIVE.ln()).abs() < 1e-12);
        assert!((log_score(&law, 1.5) - f64::MIN_POSITIVE.ln()).abs() < 1e-12);
    }

    #[test]
    fn no_outcome_and_no_law_of_counts_have_no_log_score() {
        let counts = whole(Kernel::normal(40.0, 6.0), Link::Identity);
        let amounts = Distribution::from(Continuous::new(Kernel::normal(40.0, 6.0), Link::Identity));
        for law in [&counts, &AtLeast::held(counts.clone(), 10.0)] {
            assert!(log_score(law, f64::NAN).is_nan() && log_score(law, f64::INFINITY).is_nan());
            assert!(log_score(law, 41.0).is_finite());
        }
        assert!(log_score(&amounts, 41.0).is_nan() && log_score(&AtLeast::held(amounts, 10.0), 41.0).is_nan());
    }

    #[test]
    fn an_outcome_beyond_the_cap_scores_log_0_0005() {
        let log = whole(Kernel::student(2.0, 0.5, 5.0), Link::Log);
        let cap = log.quantile(1.0 - 1e-12);
        assert!(log_score(&log, cap) > 0.0005_f64.ln());
        assert!((log_score(&log, cap + 1.0) - 0.0005_f64.ln()).abs() < 1e-12);
        let far_below = whole(Kernel::student(1e6, 10.0, 5.0), Link::Identity);
        assert!((log_score(&far_below, 3.0) - 0.0005_f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn below_what_was_counted_is_excluded_and_amounts_have_no_log_score() {
        let held = AtLeast::held(whole(Kernel::student(90.0, 10.0, 5.0), Link::Identity), 85.0);
        assert!((log_score(&held, 84.0) - f64::MIN_POSITIVE.ln()).abs() < 1e-12);
        assert!((log_score(&held, 85.0) - held.cdf(85.0).ln()).abs() < 1e-12);
        assert!(log_score(&Continuous::new(Kernel::normal(0.0, 1.0), Link::Identity).into(), 0.0).is_nan());
        let sample = Distribution::Empirical(Empirical::new(vec![1.0, 2.0]).unwrap());
        assert!((log_score(&sample, 2.0) - 0.5_f64.ln()).abs() < 1e-15 && log_score(&sample, 3.0).is_nan());
    }

    #[test]
    fn outcomes_of_the_law_itself_have_uniform_transforms() {
        let laws = [
            whole(Kernel::normal(1.0, 1.5), Link::Identity),
            whole(Kernel::student(2.0, 0.8, 4.0), Link::Log),
            Continuous::new(Kernel::student(0.0, 1.0, 3.0), Link::Identity).into(),
            AtLeast::held(whole(Kernel::normal(20.0, 8.0), Link::Identity), 18.0),
        ];
        let mut stream = Stream::new(5, "pit");
        for law in laws {
            let transforms: Vec<f64> = (0..20_000)
                .map(|_| {
                    let y = law.quantile(stream.uniform());
                    pit(&law, y, stream.uniform())
                })
                .collect();
            // 19 degrees of freedom: 43.8 is exceeded once in a thousand
            let histogram = PitHistogram::new(&transforms, 20).unwrap();
            assert!(histogram.chi_squared() < 43.8, "{law:?}: {histogram:?}");
            assert_eq!(histogram.total(), 20_000);
        }
    }

    #[test]
    fn a_transform_of_nothing_is_counted_apart() {
        let law = Continuous::new(Kernel::normal(0.0, 1.0), Link::Identity);
        assert!(pit(&law, f64::NAN, 0.5).is_nan());
        assert_eq!(PitHistogram::new(&[f64::NAN, 0.3], 2).unwrap(), PitHistogram { counts: vec![1, 0], undefined: 1 });
        assert!(PitHistogram::new(&[], 1).unwrap().chi_squared().is_nan());
    }
}
