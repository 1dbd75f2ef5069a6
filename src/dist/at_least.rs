//! A law that cannot fall below a number.

use super::continuous::Continuous;
use super::whole::rounded;
use super::{Distribution, Predictive, crps, moments};

/// The law of `max(Y, c)`: a year under way cannot end below what was already counted.
///
/// Why not Y given Y >= c: that would raise the whole law, as if little counted by May were a sign of much to come. What a
/// count so far says about the rest of the year is for a model of the year's course; this law only keeps to what is sure.
///
/// Where less than a tenth of the law lies above c, the count has refuted it. Its latent centre is then moved to c and the
/// upper half is used, so that a band of honest width remains ([`AtLeast::is_moved`]).
#[derive(Clone, Debug, PartialEq)]
pub struct AtLeast {
    law: Continuous,
    pub(super) whole: bool,
    least: f64,
    /// The law before it was moved, if it was.
    refuted: Option<Continuous>,
    /// The mass left out at the lower end: 0, or what lies below `least` once the law was moved there.
    below: f64,
}

/// With less than this above the count, the law is refuted.
const REFUTED: f64 = 0.1;

impl AtLeast {
    /// The law `of` held at `least` or above. Sample values are returned as they are.
    pub fn held(of: Distribution, least: f64) -> Distribution {
        let (law, whole) = match of {
            Distribution::Continuous(law) => (law, false),
            Distribution::Whole(law) => (law.continuous().clone(), true),
            other => return other,
        };
        // why: P(Y < k) of a rounded law is F(k - 1/2).
        let edge = if whole { least - 0.5 } else { least };
        let below = |law: &Continuous| if whole && least <= 0.0 { 0.0 } else { law.cdf(edge) };
        if 1.0 - below(&law) >= REFUTED {
            return Distribution::AtLeast(Self { law, whole, least, refuted: None, below: 0.0 });
        }
        let moved = law.centred_at(least);
        let below = below(&moved);
        Distribution::AtLeast(Self { law: moved, whole, least, refuted: Some(law), below })
    }

    /// What the outcome cannot be below.
    pub fn least(&self) -> f64 {
        self.least
    }

    /// The law that is held, moved up if it had to be, and not yet rounded.
    pub fn continuous(&self) -> &Continuous {
        &self.law
    }

    /// Whether the law had to be moved up to the count.
    pub fn is_moved(&self) -> bool {
        self.refuted.is_some()
    }

    /// Probability of exactly the whole number `k`; 0 for amounts.
    pub(super) fn pmf(&self, k: f64) -> f64 {
        match self.whole {
            true if k > self.least => self.law.between(k - 0.5, k + 0.5) / (1.0 - self.below),
            true => self.cdf(k),
            false => 0.0,
        }
    }

    fn on_its_scale(&self, y: f64) -> f64 {
        if self.whole { rounded(y) } else { y }
    }

    /// The distribution function to nine digits; see [`Continuous::quick_cdf`].
    fn quick_cdf(&self, x: f64) -> f64 {
        let edge = if self.whole { x.floor() + 0.5 } else { x };
        if x < self.least { 0.0 } else { (self.law.quick_cdf(edge) - self.below) / (1.0 - self.below) }
    }

    /// Probability of at most `x` before rounding.
    pub(super) fn smooth_cdf(&self, x: f64) -> f64 {
        if x < self.least { 0.0 } else { ((self.law.cdf(x) - self.below) / (1.0 - self.below)).clamp(0.0, 1.0) }
    }

    /// The quantile before rounding.
    pub(super) fn smooth_quantile(&self, p: f64) -> f64 {
        let q = (self.below + p * (1.0 - self.below)).clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON);
        self.law.quantile(q).max(self.least)
    }

    /// The outcome of an uncapped draw before rounding.
    pub(super) fn drawn_smooth(&self, y: f64) -> f64 {
        match &self.refuted {
            Some(refuted) => self.smooth_quantile(refuted.cdf(y).clamp(1e-9, 1.0 - 1e-9)),
            None => self.law.capped(y).max(self.least),
        }
    }

    /// The outcome of an uncapped draw: a draw of a refuted law is moved to the same probability of the new one.
    pub(crate) fn drawn(&self, y: f64) -> f64 {
        match &self.refuted {
            Some(refuted) => self.quantile(refuted.cdf(y).clamp(1e-9, 1.0 - 1e-9)),
            None => self.on_its_scale(self.law.capped(y)).max(self.least),
        }
    }
}

impl Predictive for AtLeast {
    fn cdf(&self, x: f64) -> f64 {
        if x < self.least {
            return 0.0;
        }
        let x = if self.whole { x.floor() + 0.5 } else { x };
        ((self.law.cdf(x) - self.below) / (1.0 - self.below)).clamp(0.0, 1.0)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.on_its_scale(self.smooth_quantile(p)).max(self.least)
    }

    fn mean(&self) -> f64 {
        moments::of(self, |x| self.quick_cdf(x), self.whole).mean
    }

    fn variance(&self) -> f64 {
        moments::of(self, |x| self.quick_cdf(x), self.whole).variance
    }

    fn crps(&self, y: f64) -> f64 {
        if self.whole {
            crps::of_whole(self, |x| (self.law.uncapped_cdf(x) - self.below) / (1.0 - self.below), y)
        } else {
            crps::of_continuous(self, y)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::{Kernel, Link};

    fn around(centre: f64) -> Distribution {
        Distribution::from(Continuous::new(Kernel::normal(centre, 10.0), Link::Identity)).whole()
    }

    #[test]
    fn little_counted_leaves_the_centre_where_it_was() {
        let law = AtLeast::held(around(100.0), 95.0);
        assert_eq!(law.quantile(0.5), 100.0);
        assert_eq!(law.quantile(0.1), 95.0);
        assert_eq!(law.cdf(94.0), 0.0);
        // everything below 95 sits on it: P(X <= 95.5) = Phi(-0.45)
        assert!((law.pmf(95.0) - 0.326_355).abs() < 1e-6);
    }

    #[test]
    fn a_refuted_law_starts_from_the_count_with_its_own_width() {
        let law = AtLeast::held(around(100.0), 200.0);
        // the upper half of a normal around 200 with sd 10: its 0.9 quantile is the 0.95 quantile, 216.4
        assert_eq!((law.quantile(0.01), law.quantile(0.9)), (200.0, 216.0));
    }
}
