//! Scores of intervals.
//!
//! An interval of level L promises to hold the outcome L per cent of the time; [`coverage`] is how often it did. Any
//! promise can be kept by intervals wide enough, so the interval score charges for width: with a = 1 - L / 100 and bounds
//! l and u it is `(u - l) + (2 / a) (l - y) [y < l] + (2 / a) (y - u) [y > u]`, smallest on average for the true quantiles.
//! [`msis`] divides it by the scale of the MASE.
//!
//! References: Winkler (1972), *JASA* 67(337), 187-191; Gneiting and Raftery (2007), *JASA* 102(477), section 6.2.

#![allow(clippy::indexing_slicing, reason = "positions in lists of one length")]

use super::{Mean, paired};
use crate::error::{Error, Result, checked_level};
use crate::forecast::Interval;

/// How often the interval held the outcome, bounds included, in per cent.
///
/// ```
/// use unjuran::evaluate::metrics::coverage;
/// use unjuran::forecast::Interval;
/// let band = Interval { level: 80.0, lower: vec![1.0, 1.0], upper: vec![5.0, 5.0] };
/// assert_eq!(coverage(&[5.0, 6.0], &band)?.value, 50.0);
/// # Ok::<(), unjuran::Error>(())
/// ```
///
/// # Errors
/// [`Error::UnequalLengths`] unless there is one lower and one upper bound a value; [`Error::CrossedBounds`] for a lower
/// bound above its upper one.
pub fn coverage(actual: &[f64], interval: &Interval) -> Result<Mean> {
    over("coverage", actual, interval, covers)
}

/// The mean interval score, in the unit of the data; smaller is better.
///
/// # Errors
/// [`Error::UnequalLengths`] unless there is one lower and one upper bound a value; [`Error::CrossedBounds`] for a lower
/// bound above its upper one; [`Error::BadLevel`] unless the level is from 1 to below 100.
pub fn interval_score(actual: &[f64], interval: &Interval) -> Result<Mean> {
    msis(actual, interval, 1.0)
}

/// The mean scaled interval score; `scale` is the [`super::naive_scale`] of the training years.
///
/// # Errors
/// [`Error::UnequalLengths`] unless there is one lower and one upper bound a value; [`Error::CrossedBounds`] for a lower
/// bound above its upper one; [`Error::BadLevel`] unless the level is from 1 to below 100.
pub fn msis(actual: &[f64], interval: &Interval, scale: f64) -> Result<Mean> {
    let level = checked_level(interval.level)?;
    over("interval score", actual, interval, |y, bounds| interval_score_of(y, bounds, level) / scale)
}

fn over(metric: &str, actual: &[f64], interval: &Interval, score: impl Fn(f64, (f64, f64)) -> f64) -> Result<Mean> {
    let Interval { lower, upper, .. } = interval;
    paired(metric, actual, lower)?;
    paired(metric, actual, upper)?;
    // why: a width below zero would be the best of scores.
    if let Some(position) = lower.iter().zip(upper).position(|(l, u)| l > u) {
        let (lower, upper) = (lower[position], upper[position]);
        return Err(Error::CrossedBounds { metric: metric.to_owned(), position, lower, upper });
    }
    Ok(actual.iter().zip(lower.iter().zip(upper)).map(|(&y, (&l, &u))| score(y, (l, u))).collect())
}

/// 100 if the bounds hold y, 0 if not; NaN if one of the three is no number.
pub(in crate::evaluate) fn covers(y: f64, (lower, upper): (f64, f64)) -> f64 {
    if y.is_nan() || lower.is_nan() || upper.is_nan() {
        f64::NAN
    } else if lower <= y && y <= upper {
        100.0
    } else {
        0.0
    }
}

pub(in crate::evaluate) fn interval_score_of(y: f64, (lower, upper): (f64, f64), level: f64) -> f64 {
    let penalty = 200.0 / (100.0 - level);
    let outside = if y < lower {
        lower - y
    } else if y > upper {
        y - upper
    } else {
        0.0 * y
    };
    (upper - lower) + penalty * outside
}

#[cfg(test)]
mod tests {
    use super::*;

    fn band(level: f64) -> Interval {
        Interval { level, lower: vec![2.0, 2.0, 2.0], upper: vec![6.0, 6.0, 6.0] }
    }

    #[test]
    fn missing_by_one_costs_two_over_the_tail_share() {
        // width 4 three times; one below by 1 and one above by 2, at level 80 ten times each: (4 + 14 + 24) / 3
        let score = interval_score(&[4.0, 1.0, 8.0], &band(80.0)).unwrap();
        assert!((score.value - 14.0).abs() < 1e-12);
        // at level 95 forty times each: (4 + 44 + 84) / 3, scaled by 2
        assert!((msis(&[4.0, 1.0, 8.0], &band(95.0), 2.0).unwrap().value - 22.0).abs() < 1e-12);
    }

    #[test]
    fn both_bounds_belong_to_the_interval_and_a_year_without_a_number_counts_for_nothing() {
        let coverage = coverage(&[2.0, 6.0, f64::NAN], &band(80.0)).unwrap();
        assert_eq!((coverage.value, coverage.used, coverage.undefined), (100.0, 2, 1));
        assert_eq!(interval_score(&[2.0, 6.0, f64::NAN], &band(80.0)).unwrap().undefined, 1);
    }

    #[test]
    fn swapped_bounds_are_refused_with_their_place_and_not_the_best_of_scores() {
        let swapped = Interval { level: 80.0, lower: vec![0.0, 10.0], upper: vec![10.0, 0.0] };
        let refused = |metric: &str| {
            Err(Error::CrossedBounds { metric: metric.to_owned(), position: 1, lower: 10.0, upper: 0.0 })
        };
        assert_eq!(interval_score(&[9.9, 9.9], &swapped), refused("interval score"));
        assert_eq!(msis(&[9.9, f64::NAN], &swapped, 2.0), refused("interval score"));
        assert_eq!(coverage(&[9.9, 9.9], &swapped), refused("coverage"));
        // a bound that is no number leaves its year out, and an interval of one point is one
        let unknown = Interval { level: 80.0, lower: vec![f64::NAN, 7.0], upper: vec![0.0, 7.0] };
        let score = interval_score(&[9.9, 7.0], &unknown).unwrap();
        assert_eq!((score.value, score.used, score.undefined), (0.0, 1, 1));
    }

    #[test]
    fn a_level_written_as_a_fraction_is_refused() {
        assert_eq!(interval_score(&[1.0; 3], &band(0.8)), Err(Error::BadLevel { level: 0.8 }));
    }
}
