//! A law that cannot fall below a number.

use serde::{Deserialize, Serialize};

use super::continuous::Continuous;
use super::whole::Whole;
use super::{Distribution, Predictive, crps, moments};

/// The law of `max(Y, c)`: a year under way cannot end below what was already counted.
///
/// Why not Y given Y >= c: that would raise the whole law, as if little counted by May were a sign of much to come. What a
/// count so far says about the rest of the year is for a model of the year's course; this law only keeps to what is sure.
///
/// Where less than a tenth of the law lies above c, the count has refuted it. Its latent centre is then moved to c and the
/// upper half is used, so that a band of honest width remains ([`AtLeast::is_moved`]).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct AtLeast {
    continuous: Continuous,
    pub(super) whole: bool,
    least: f64,
    /// The mass that is left out at the lower end: 0, or what lies below `least` once the law was moved there.
    below: f64,
}

/// With less than this above the count, the law is refuted.
const REFUTED: f64 = 0.1;

impl AtLeast {
    /// The law `of` held at `least` or above. Laws without a latent number are returned as they are.
    pub fn held(of: Distribution, least: f64) -> Distribution {
        let (continuous, whole) = match of {
            Distribution::Continuous(law) => (law, false),
            Distribution::Whole(law) => (law.continuous(), true),
            other => return other,
        };
        let law = Self { continuous, whole, least, below: 0.0 };
        let above = 1.0 - law.mass_below();
        Distribution::AtLeast(if above < REFUTED { Self::moved(continuous, whole, least) } else { law })
    }

    fn moved(continuous: Continuous, whole: bool, least: f64) -> Self {
        let law = Self { continuous: continuous.centred_at(least), whole, least, below: 0.0 };
        Self { below: law.mass_below(), ..law }
    }

    /// P(Y < least) before the law is held; of a rounded law P(Y < k) = F(k - 1/2).
    fn mass_below(&self) -> f64 {
        let edge = if self.whole { self.least - 0.5 } else { self.least };
        if self.whole && self.least <= 0.0 { 0.0 } else { self.continuous.cdf(edge) }
    }

    /// What the outcome cannot be below.
    pub fn least(&self) -> f64 {
        self.least
    }

    /// The law before it was held, moved up if it had to be, and not yet rounded.
    pub fn continuous(&self) -> Continuous {
        self.continuous
    }

    /// Whether the law had to be moved up to the count.
    pub fn is_moved(&self) -> bool {
        self.below > 0.0
    }

    /// Probability of exactly the whole number `k`; 0 for amounts.
    pub(super) fn pmf(&self, k: f64) -> f64 {
        match self.whole {
            true if k > self.least => self.continuous.between(k - 0.5, k + 0.5) / (1.0 - self.below),
            true => self.cdf(k),
            false => 0.0,
        }
    }

    fn unconditional(&self) -> Distribution {
        if self.whole { Whole::new(self.continuous).into() } else { self.continuous.into() }
    }

    /// The outcome that belongs to the latent number `z` of the unconditional law.
    pub(crate) fn from_latent(&self, z: f64) -> f64 {
        self.quantile(self.continuous.kernel().cdf(z).clamp(f64::EPSILON, 1.0 - f64::EPSILON))
    }
}

impl Predictive for AtLeast {
    fn cdf(&self, x: f64) -> f64 {
        if x < self.least {
            return 0.0;
        }
        ((self.unconditional().cdf(x) - self.below) / (1.0 - self.below)).clamp(0.0, 1.0)
    }

    fn quantile(&self, p: f64) -> f64 {
        let q = (self.below + p * (1.0 - self.below)).clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON);
        self.unconditional().quantile(q).max(self.least)
    }

    fn mean(&self) -> f64 {
        moments::of(self, self.whole).mean
    }

    fn variance(&self) -> f64 {
        moments::of(self, self.whole).variance
    }

    fn crps(&self, y: f64) -> f64 {
        if self.whole {
            crps::of_whole(self, |x| (self.continuous.uncapped(x) - self.below) / (1.0 - self.below), y)
        } else {
            crps::of_continuous(self, y)
        }
    }
}

/// The stored form: the mass left out follows from the rest.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    law: Continuous,
    whole: bool,
    least: f64,
    moved: bool,
}

impl From<Stored> for AtLeast {
    fn from(Stored { law, whole, least, moved }: Stored) -> Self {
        if moved { Self::moved(law, whole, least) } else { Self { continuous: law, whole, least, below: 0.0 } }
    }
}

impl From<AtLeast> for Stored {
    fn from(law: AtLeast) -> Self {
        Self { law: law.continuous, whole: law.whole, least: law.least, moved: law.is_moved() }
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
