//! A law multiplied by a factor and moved by a number.

use super::whole::rounded;
use super::{Distribution, Predictive, crps, moments};

/// What happens to an outcome y: `max(least, factor y + add)`, rounded in between where it counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shift {
    pub(crate) factor: f64,
    pub(crate) add: f64,
    /// Minus infinity where there is none.
    pub(crate) least: f64,
}

impl Shift {
    /// The outcome, where y is the number before rounding.
    pub(crate) fn outcome(self, y: f64, whole: bool) -> f64 {
        let y = self.factor * y + self.add;
        if whole { rounded(y).max(self.least) } else { y.max(self.least) }
    }

    /// The same before rounding.
    fn smooth(self, y: f64) -> f64 {
        self.outcome(y, false)
    }
}

/// The law of `max(least, factor Y + add)`, rounded afterwards where it counts.
///
/// Y is the number behind the law *before* it is rounded: the distribution function is then smooth in the factor, and a
/// count that is halved has no gaps. `factor` is zero or above.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    of: Box<Distribution>,
    shift: Shift,
    pub(super) whole: bool,
}

impl Moved {
    /// The law of `max(least, factor Y + add)`; it is whole where Y is.
    pub fn new(of: Distribution, factor: f64, add: f64, least: f64) -> Self {
        Self::by(of, Shift { factor, add, least })
    }

    pub(crate) fn by(of: Distribution, shift: Shift) -> Self {
        let whole = of.is_whole();
        Self { of: Box::new(of), shift, whole }
    }

    /// Probability of at most `x` for the number before rounding.
    pub(super) fn smooth(&self, x: f64) -> f64 {
        let Shift { factor, add, least } = self.shift;
        if x < least {
            0.0
        } else if factor > 0.0 {
            self.of.smooth_cdf((x - add) / factor)
        } else {
            f64::from(u8::from(add <= x))
        }
    }

    /// The quantile of the number before rounding.
    pub(super) fn smooth_quantile(&self, p: f64) -> f64 {
        self.shift.smooth(self.of.smooth_quantile(p))
    }

    /// The outcome of an uncapped draw before rounding.
    pub(super) fn drawn_smooth(&self, y: f64) -> f64 {
        self.shift.smooth(self.of.drawn_smooth(y))
    }

    pub(super) fn pmf(&self, k: f64) -> f64 {
        if !self.whole {
            return 0.0;
        }
        if k > 0.0 { self.cdf(k) - self.cdf(k - 1.0) } else { self.cdf(k) }
    }

    /// The outcome of an uncapped draw of the law behind.
    pub(crate) fn drawn(&self, y: f64) -> f64 {
        self.shift.outcome(self.of.drawn_smooth(y), self.whole)
    }
}

impl Predictive for Moved {
    fn cdf(&self, x: f64) -> f64 {
        if x < self.shift.least || (self.whole && x < 0.0) {
            return 0.0;
        }
        self.smooth(if self.whole { x.floor() + 0.5 } else { x })
    }

    fn quantile(&self, p: f64) -> f64 {
        self.shift.outcome(self.of.smooth_quantile(p), self.whole)
    }

    fn mean(&self) -> f64 {
        moments::of(self, |x| self.cdf(x), self.whole).mean
    }

    fn variance(&self) -> f64 {
        moments::of(self, |x| self.cdf(x), self.whole).variance
    }

    fn crps(&self, y: f64) -> f64 {
        if self.whole { crps::of_whole(self, |x| self.smooth(x), y) } else { crps::of_continuous(self, y) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::{Continuous, Kernel, Link};

    fn count() -> Distribution {
        Distribution::from(Continuous::new(Kernel::normal(100.0, 10.0), Link::Identity)).whole()
    }

    #[test]
    fn half_of_a_count_has_half_its_quantiles_and_no_gaps() {
        let law = Moved::new(count(), 0.5, 0.0, f64::NEG_INFINITY);
        // half of N(100, 10) is N(50, 5): its 0.9 quantile is 56.4
        assert_eq!((law.quantile(0.5), law.quantile(0.9)), (50.0, 56.0));
        // Phi(0.5 / 5) - Phi(-0.5 / 5)
        assert!((law.pmf(50.0) - 0.079_656).abs() < 1e-6, "{}", law.pmf(50.0));
        assert!((law.mean() - 50.0).abs() < 1e-6);
    }

    #[test]
    fn nothing_falls_below_the_least() {
        let law = Moved::new(count(), 0.5, 0.0, 50.0);
        assert_eq!((law.quantile(0.1), law.cdf(49.0)), (50.0, 0.0));
        assert_eq!(Moved::new(count(), 0.0, 7.0, f64::NEG_INFINITY).quantile(0.3), 7.0);
    }

    #[test]
    fn a_factor_of_one_changes_nothing() {
        let (law, same) = (count(), Moved::new(count(), 1.0, 0.0, f64::NEG_INFINITY));
        for k in [70.0, 95.0, 100.0, 123.0] {
            assert!((law.cdf(k) - same.cdf(k)).abs() < 1e-15);
        }
    }
}
