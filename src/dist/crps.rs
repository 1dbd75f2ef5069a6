//! The continuous ranked probability score of a law, computed and not sampled.
//!
//! `CRPS(F, y) = int (F(x) - 1{y <= x})^2 dx`: 0 for a law that is sure of y, `|m - y|` for one that is sure of m, in the
//! unit of the data, smaller is better. It rewards a law for being both close and honest about its width.
//!
//! - A normal law has a closed form, with `z = (y - mean) / sd`: `sd (z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi))`.
//! - Other continuous laws are integrated on both sides of y, split at quantiles. They are capped, so that the score is
//!   finite; an outcome beyond the cap costs its distance from it.
//! - Whole laws are sums over the integers. Where the range is long, the far terms are summed by the central-difference
//!   form of the Euler-Maclaurin formula: `sum g(k + 1/2) = int g - d g / 24 + 17 d^3 g / 5760`, d taken at both ends.
//! - Sample values have `sum |x_i - y| / n - sum (2 i - n - 1) x_(i) / n^2`, i from 1 in ascending order.
//!
//! References: Matheson and Winkler (1976), *Management Science* 22(10), 1087-1096; Gneiting and Raftery (2007), *JASA*
//! 102(477), 359-378, sections 4.1 and 4.2.

#![allow(clippy::indexing_slicing, reason = "neighbours of a list, by windows of two")]

use std::f64::consts::PI;

use super::Predictive;
use crate::numeric::quadrature::{integrate, refined};
use crate::numeric::special::normal;

/// The range of a law runs between the quantiles of this and of its complement.
const EDGE: f64 = 1e-13;
/// Where that range is split.
const SPLITS: [f64; 5] = [1e-3, 0.05, 0.5, 0.95, 0.999];
/// Error of an integral relative to its size.
const PRECISION: f64 = 1e-12;
/// Sums of up to so many terms are taken term by term, longer ones for the first `LEADING` terms.
const SUMMED: f64 = 512.0;
const LEADING: f64 = 128.0;

/// The score of a normal law.
pub(super) fn of_normal(mean: f64, sd: f64, y: f64) -> f64 {
    if !y.is_finite() {
        return f64::NAN;
    }
    let z = (y - mean) / sd;
    let inner = z * (normal::cdf(z) - normal::survival(z)) + 2.0 * normal::log_density(z).exp() - 1.0 / PI.sqrt();
    sd * inner.max(0.0)
}

/// The score of a continuous law, atoms at the ends of its range included.
pub(super) fn of_continuous(law: &(impl Predictive + ?Sized), y: f64) -> f64 {
    if !y.is_finite() {
        return f64::NAN;
    }
    let (a, b) = range(law);
    let inside = y.max(a).min(b);
    let mut points: Vec<f64> = SPLITS.iter().map(|&p| law.quantile(p)).chain([a, inside, b]).collect();
    points.sort_unstable_by(f64::total_cmp);
    let square = |x: f64| if x < inside { law.cdf(x).powi(2) } else { (1.0 - law.cdf(x)).powi(2) };
    let ends = points.windows(2).filter(|ends| ends[1] > ends[0]).map(|ends| (ends[0], ends[1]));
    let pieces: Vec<((f64, f64), f64)> = ends.map(|ends| (ends, integrate(square, ends.0, ends.1, 1))).collect();
    let tolerance = PRECISION * pieces.iter().map(|(_, rough)| rough).sum::<f64>();
    let fine: f64 = pieces.into_iter().map(|(ends, rough)| refined(square, ends, rough, tolerance)).sum();
    (y - inside).abs() + fine
}

/// The score of a law of whole numbers. `smooth` is the distribution function between them: `smooth(k + 1/2) = cdf(k)` for
/// every k in the range but the last.
pub(super) fn of_whole(law: &(impl Predictive + ?Sized), smooth: impl Fn(f64) -> f64, y: f64) -> f64 {
    if !y.is_finite() {
        return f64::NAN;
    }
    let (a, b) = range(law);
    let inside = y.max(a).min(b);
    let (whole, part) = (inside.floor(), inside.fract());
    let below = sum(a, whole, |k| law.cdf(k).powi(2), |x| smooth(x).powi(2));
    let step = if part > 0.0 { 1.0 } else { 0.0 };
    let at = step * (part * law.cdf(whole).powi(2) + (1.0 - part) * (1.0 - law.cdf(whole)).powi(2));
    let above = sum(whole + step, b, |k| (1.0 - law.cdf(k)).powi(2), |x| (1.0 - smooth(x)).powi(2));
    (y - inside).abs() + below + at + above
}

/// The score of sample values in ascending order.
pub(super) fn of_sample(sorted: &[f64], y: f64) -> f64 {
    let n = sorted.len() as f64;
    // why x - y in both sums: the weights of the second add up to 0, and small differences keep their digits.
    let distance: f64 = sorted.iter().map(|x| (x - y).abs()).sum();
    let spread: f64 = sorted.iter().enumerate().map(|(i, x)| (2.0 * i as f64 + 1.0 - n) * (x - y)).sum();
    (distance / n - spread / (n * n)).max(0.0)
}

fn range(law: &(impl Predictive + ?Sized)) -> (f64, f64) {
    (law.quantile(EDGE), law.quantile(1.0 - EDGE))
}

/// The sum of `term(k)` for whole k with from <= k < to, where `g(k + 1/2) = term(k)` is smooth in k.
fn sum(from: f64, to: f64, term: impl Fn(f64) -> f64, g: impl Fn(f64) -> f64) -> f64 {
    let smooth_from = if to - from <= SUMMED { to } else { from + LEADING };
    let mut total = 0.0;
    let mut k = from;
    while k < smooth_from {
        total += term(k);
        k += 1.0;
    }
    if smooth_from >= to {
        return total;
    }
    let correction = |x: f64| {
        let (inner, outer) = (g(x + 0.5) - g(x - 0.5), g(x + 1.5) - g(x - 1.5));
        -inner / 24.0 + 17.0 / 5760.0 * (outer - 3.0 * inner)
    };
    let rough = integrate(&g, smooth_from, to, 1);
    total + refined(&g, (smooth_from, to), rough, PRECISION * rough) + correction(to) - correction(smooth_from)
}

#[cfg(test)]
mod tests {
    use crate::dist::{AtLeast, Component, Continuous, Distribution, Empirical, Kernel, Link, Predictive, Support};

    fn close(got: f64, expected: f64, tolerance: f64) {
        assert!((got - expected).abs() <= tolerance * expected.abs().max(1e-300), "{got} instead of {expected}");
    }

    fn law(kernel: Kernel, link: Link) -> Distribution {
        Continuous::new(kernel, link).into()
    }

    /// Sum over every integer, whatever the range.
    fn summed(law: &Distribution, y: f64) -> f64 {
        let (mut k, last) = (law.quantile(1e-15).min(y), law.quantile(1.0 - 1e-15).max(y));
        let mut total = 0.0;
        while k < last {
            let f = law.cdf(k);
            total += if k < y { f * f } else { (1.0 - f) * (1.0 - f) };
            k += 1.0;
        }
        total
    }

    #[test]
    fn a_normal_law_at_its_centre_scores_0_2337_standard_deviations() {
        // By hand: 2 phi(0) - 1 / sqrt(pi) = (sqrt 2 - 1) / sqrt(pi).
        let expected = 10.0 * (2.0_f64.sqrt() - 1.0) / std::f64::consts::PI.sqrt();
        close(law(Kernel::normal(50.0, 10.0), Link::Identity).crps(50.0), expected, 1e-15);
    }

    #[test]
    fn the_integral_of_a_nearly_normal_student_agrees_with_the_closed_form() {
        // 1e9 degrees of freedom are normal to 1e-9, and the cap beyond 0.9995 takes 2 int (1 - Phi)^2 from there.
        let capped = law(Kernel::student(0.0, 1.0, 1e9), Link::Identity);
        let normal = law(Kernel::normal(0.0, 1.0), Link::Identity);
        for y in [-2.0, 0.0, 0.7] {
            close(capped.crps(y), normal.crps(y), 1e-6);
        }
    }

    #[test]
    fn an_outcome_beyond_the_cap_costs_its_distance_from_the_cap() {
        let log = law(Kernel::student(3.0, 0.5, 8.0), Link::Log);
        let cap = log.quantile(1.0 - 1e-15);
        close(log.crps(cap + 1e6) - log.crps(cap), 1e6, 1e-10);
        let log = law(Kernel::normal(3.0, 0.4), Link::Log);
        close(log.crps(-7.0) - log.crps(0.0), 7.0, 1e-12);
    }

    #[test]
    fn a_log_normal_law_agrees_with_its_closed_form() {
        // Baran and Lerch (2015), equation 4: y (2 Phi(w) - 1) - 2 m (Phi(w - s) + Phi(s / sqrt 2) - 1), m the mean and
        // w = (ln y - mu) / s; the cap removes the law beyond 0.9995, which is 1e-8 of this score.
        let (mu, s) = (4.0_f64, 0.3_f64);
        let phi = crate::numeric::special::normal::cdf;
        for y in [30.0_f64, 55.0, 90.0] {
            let w = (y.ln() - mu) / s;
            let mean = (mu + 0.5 * s * s).exp();
            let expected = y * (2.0 * phi(w) - 1.0) - 2.0 * mean * (phi(w - s) + phi(s / 2.0_f64.sqrt()) - 1.0);
            close(law(Kernel::normal(mu, s), Link::Log).crps(y), expected, 1e-5);
        }
    }

    #[test]
    fn a_whole_law_is_summed_over_the_integers_also_where_the_range_is_long() {
        let laws = [
            (Kernel::normal(3.0, 2.0), Link::Identity),
            (Kernel::normal(100_000.0, 60.0), Link::Identity),
            (Kernel::normal(20_000.0, 900.0), Link::Identity),
            (Kernel::student(20_000.0, 90.0, 3.0), Link::Identity),
            (Kernel::normal(2.0, 2.5), Link::Log),
            (Kernel::student(7.0, 0.3, 4.0), Link::Log),
        ];
        for (kernel, link) in laws {
            let law = law(kernel, link).whole();
            for p in [0.0001, 0.02, 0.5, 0.8, 0.999] {
                let y = law.quantile(p);
                close(law.crps(y), summed(&law, y), 1e-10);
            }
        }
    }

    #[test]
    fn mixtures_with_an_atom_at_zero_are_scored_atom_included() {
        let component = |lambda: f64, location: f64| Component {
            weight: 0.5,
            kernel: Kernel::student(location, 0.6, 6.0),
            link: Link::BoxCox { lambda, scale: 30.0 },
        };
        let mixture = Continuous::mixture(vec![component(0.5, -0.8), component(1.0, 0.2)], Support::NonNegative);
        // by the mean of twice the pinball losses over a fine grid of probabilities: an independent way to the same score
        for y in [0.0, 4.0, 35.0, 400.0] {
            let n = 20_000;
            let loss = |i: u32| {
                let p = (f64::from(i) + 0.5) / f64::from(n);
                let q = mixture.quantile(p);
                2.0 * if y > q { p * (y - q) } else { (1.0 - p) * (q - y) }
            };
            let expected = (0..n).map(loss).sum::<f64>() / f64::from(n);
            close(mixture.crps(y), expected, 1e-6);
        }
        let counts: Distribution = Distribution::from(mixture).whole();
        for y in [0.0, 4.0, 35.0, 400.0] {
            close(counts.crps(y), summed(&counts, y), 1e-10);
        }
    }

    #[test]
    fn a_whole_law_by_hand() {
        // P(0) = P(1) = 1/2 as near as a law can come: F(0) = 1/2, F(1) = 1. At 0 and at 1 the score is 1/4.
        let law = law(Kernel::normal(0.5, 0.01), Link::Identity).whole();
        close(law.crps(0.0), 0.25, 1e-12);
        close(law.crps(1.0), 0.25, 1e-12);
        close(law.crps(3.0), 2.25, 1e-12);
        // half way between: int of (1/2)^2 over [0, 1]
        close(law.crps(0.5), 0.25, 1e-12);
    }

    #[test]
    fn a_year_under_way_is_scored_from_what_was_counted_on() {
        let whole = law(Kernel::normal(2000.0, 300.0), Link::Identity).whole();
        for least in [1500.0, 2500.0, 9000.0] {
            let held = AtLeast::held(whole.clone(), least);
            let y = held.quantile(0.6);
            close(held.crps(y), summed(&held, y), 1e-10);
        }
        let amounts = AtLeast::held(law(Kernel::normal(0.0, 1.0), Link::Identity), 0.0);
        // By symmetry half the score of the whole normal law at its centre: int_0^inf (1 - Phi)^2.
        close(amounts.crps(0.0), 0.5 * (2.0_f64.sqrt() - 1.0) / std::f64::consts::PI.sqrt(), 1e-11);
    }

    #[test]
    fn sample_values_by_hand() {
        // {0, 1} at 3: mean distance 2.5, less half the mean distance between draws, 1/4.
        let sample = Empirical::new(vec![1.0, 0.0]).unwrap();
        close(sample.crps(3.0), 2.25, 1e-15);
        assert_eq!(Empirical::new(vec![4.0]).unwrap().crps(4.0), 0.0);
    }

    #[test]
    fn nothing_known_of_the_outcome_gives_no_score() {
        let normal = law(Kernel::normal(0.0, 1.0), Link::Identity);
        assert!(normal.crps(f64::NAN).is_nan() && normal.whole().crps(f64::NAN).is_nan());
    }
}
