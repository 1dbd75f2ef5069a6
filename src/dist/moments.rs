//! Mean and variance of a law from its distribution function.
//!
//! With every outcome between a and b: `E Y = a + int_a^b P(Y > x) dx` and
//! `E (Y - a)^2 = 2 int_a^b (x - a) P(Y > x) dx`. The integrals are split at quantiles, so that each piece is smooth on
//! its own scale however skew the law is; counts over a short range are summed term by term instead.

#![allow(clippy::indexing_slicing, reason = "the splits are a constant list")]

use super::Predictive;
use crate::numeric::quadrature;

pub(super) struct Moments {
    pub(super) mean: f64,
    pub(super) variance: f64,
}

/// Where the range is split.
const SPLITS: [f64; 15] =
    [1e-13, 1e-6, 1e-3, 0.01, 0.05, 0.15, 0.35, 0.5, 0.65, 0.85, 0.95, 0.99, 0.999, 0.999_999, 1.0 - 1e-13];

/// Up to this many terms a sum over counts is cheaper than it is worth avoiding.
const SUMMED: f64 = 4096.0;

/// Whole numbers beyond this have no neighbours a step of 1 away in binary64.
const LARGEST: f64 = 4_503_599_627_370_496.0;

/// The moments of a law, whole or not, by its quantiles and by `cdf`, which may be a quicker form of its own.
pub(super) fn of(law: &impl Predictive, cdf: impl Fn(f64) -> f64, whole: bool) -> Moments {
    let (a, b) = (law.quantile(SPLITS[0]), law.quantile(SPLITS[SPLITS.len() - 1]));
    let above = |x: f64| 1.0 - cdf(x);
    let (first, second) =
        if whole && b - a <= SUMMED && b < LARGEST { summed(a, b, above) } else { integrated(law, a, above) };
    Moments { mean: a + first, variance: (second - first * first).max(0.0) }
}

/// `E (Y - a)` and `E (Y - a)^2` by `P(Y >= k)` for each whole k above a.
fn summed(a: f64, b: f64, above: impl Fn(f64) -> f64) -> (f64, f64) {
    let (mut first, mut second) = (0.0, 0.0);
    let mut step = 1.0;
    while a + step <= b + 0.5 {
        let at_least = above(a + step - 1.0);
        first += at_least;
        second += (2.0 * step - 1.0) * at_least;
        step += 1.0;
    }
    (first, second)
}

fn integrated(law: &impl Predictive, a: f64, above: impl Fn(f64) -> f64) -> (f64, f64) {
    let (mut first, mut second) = (0.0, 0.0);
    for ends in SPLITS.windows(2) {
        let (from, to) = (law.quantile(ends[0]), law.quantile(ends[1]));
        if to > from {
            first += quadrature::integrate(&above, from, to, 1);
            second += 2.0 * quadrature::integrate(|x| (x - a) * above(x), from, to, 1);
        }
    }
    (first, second)
}
