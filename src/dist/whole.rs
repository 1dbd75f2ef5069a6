//! A latent law rounded to whole numbers from 0.

use super::continuous::Continuous;
use super::{Predictive, crps, moments};

/// A count: `Y = max(0, ceil(X - 1/2))` with X continuous, so `P(Y = 0) = F(1/2)` and
/// `P(Y = k) = F(k + 1/2) - F(k - 1/2)`. Quantiles are whole and never negative because of what the law is, not by
/// clamping at the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    of: Continuous,
}

impl Whole {
    /// The counts of a continuous law.
    pub fn new(of: Continuous) -> Self {
        Self { of }
    }

    /// The continuous law that is rounded.
    pub fn continuous(&self) -> &Continuous {
        &self.of
    }

    /// Probability of exactly the whole number `k`.
    pub(super) fn pmf(&self, k: f64) -> f64 {
        if k > 0.0 { self.of.between(k - 0.5, k + 0.5) } else { self.cdf(k) }
    }

    /// The count of an uncapped draw.
    pub(crate) fn drawn(&self, y: f64) -> f64 {
        rounded(self.of.capped(y))
    }
}

/// The count that a real number x stands for: the whole k from 0 with k - 1/2 < x <= k + 1/2.
pub(crate) fn rounded(x: f64) -> f64 {
    // why `+ 0.0`: the ceiling of -0.3 is -0, which prints as "-0".
    (x - 0.5).ceil().max(0.0) + 0.0
}

impl Predictive for Whole {
    fn cdf(&self, x: f64) -> f64 {
        if x < 0.0 { 0.0 } else { self.of.cdf(x.floor() + 0.5) }
    }

    fn quantile(&self, p: f64) -> f64 {
        let y = self.of.quantile_of_count(p);
        // why: beside the border of two counts the last digits of y decide, and those of a mixture of counts are found by
        // steps; the probability of the lower one does it better.
        let border = (y - 0.5).round().max(0.0) + 0.5;
        if self.of.draws_counts() && (y - border).abs() < 1e-6 {
            return if self.of.cdf(border) >= p * (1.0 - 1e-12) { border - 0.5 } else { border + 0.5 };
        }
        rounded(y)
    }

    fn mean(&self) -> f64 {
        moments::of(self, |k| self.of.quick_cdf(k.floor() + 0.5), true).mean
    }

    fn variance(&self) -> f64 {
        moments::of(self, |k| self.of.quick_cdf(k.floor() + 0.5), true).variance
    }

    fn crps(&self, y: f64) -> f64 {
        crps::of_whole(self, |x| self.of.uncapped_cdf(x), y)
    }
}

#[cfg(test)]
mod tests {
    use super::super::continuous::{Component, Support};
    use super::super::{Kernel, Link};
    use super::*;

    #[test]
    fn a_quantile_is_the_smallest_count_that_has_its_probability() {
        for (size, spread) in [(0.4, 0.9), (6.0, 0.5), (40.0, 0.2), (900.0, 0.4), (30_000.0, 0.1)] {
            let component = |(i, lambda): (u32, f64)| Component {
                weight: 0.25,
                kernel: Kernel::student(0.3 * f64::from(i) - 0.4, spread * (1.0 + 0.4 * f64::from(i)), 9.0),
                link: Link::BoxCox { lambda, scale: size },
            };
            let parts = (0..).zip([0.0, 0.25, 0.5, 1.0]).map(component).collect();
            let law = Whole::new(Continuous::mixture(parts, Support::NonNegative));
            for i in 1..2000 {
                let p = f64::from(i) / 2000.0;
                let k = law.quantile(p);
                // the last nine digits of the probabilities are those of a table
                assert!(law.cdf(k) >= p - 1e-9, "{p} about {size}: {k} has {}", law.cdf(k));
                assert!(k == 0.0 || law.cdf(k - 1.0) < p + 1e-9, "{p} about {size}: {} would do", k - 1.0);
            }
        }
    }
}
