//! A law given that the outcome is not below a number.

use serde::{Deserialize, Serialize};

use super::continuous::Continuous;
use super::moments;
use super::whole::Whole;
use super::{Distribution, Predictive};

/// The law of Y given Y >= `least`: a year under way cannot end below what was already counted.
///
/// `P(Y <= x | Y >= c) = (F(x) - F(c-)) / (1 - F(c-))`. Where the law leaves less than 1 in 2,000 above c, the count has
/// refuted it; its latent centre is then moved to c, so that a band of honest width remains ([`AtLeast::is_moved`]).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct AtLeast {
    continuous: Continuous,
    whole: bool,
    least: f64,
    moved: bool,
    /// P(Y < least).
    below: f64,
}

/// With less than this above the count, the law is refuted.
const REFUTED: f64 = 0.0005;

impl AtLeast {
    /// The law of `of` given an outcome of at least `least`. Laws without a latent number are returned as they are.
    pub fn given(of: Distribution, least: f64) -> Distribution {
        let (continuous, whole) = match of {
            Distribution::Continuous(law) => (law, false),
            Distribution::Whole(law) => (law.continuous(), true),
            other => return other,
        };
        Distribution::AtLeast(Self::new(continuous, whole, least))
    }

    fn new(continuous: Continuous, whole: bool, least: f64) -> Self {
        // why: P(Y < k) of a rounded law is F(k - 1/2).
        let edge = if whole { least - 0.5 } else { least };
        let below = |law: &Continuous| if whole && least <= 0.0 { 0.0 } else { law.cdf(edge) };
        let moved = 1.0 - below(&continuous) <= REFUTED;
        let continuous = if moved { continuous.centred_at(least) } else { continuous };
        Self { continuous, whole, least, moved, below: below(&continuous) }
    }

    /// What the outcome cannot be below.
    pub fn least(&self) -> f64 {
        self.least
    }

    /// Whether the law had to be moved up to the count.
    pub fn is_moved(&self) -> bool {
        self.moved
    }

    fn unconditional(&self) -> Distribution {
        if self.whole { Whole::new(self.continuous).into() } else { self.continuous.into() }
    }

    /// The outcome that belongs to the latent number `z` of the unconditional law.
    pub(crate) fn from_latent(&self, z: f64) -> f64 {
        self.quantile(self.continuous.kernel().cdf(z).clamp(f64::EPSILON, 1.0 - f64::EPSILON))
    }
}

impl From<Whole> for Distribution {
    fn from(law: Whole) -> Self {
        Self::Whole(law)
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
}

/// The stored form: the mass below follows from the rest.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    law: Continuous,
    whole: bool,
    least: f64,
    moved: bool,
}

impl TryFrom<Stored> for AtLeast {
    type Error = crate::error::Error;
    fn try_from(Stored { law, whole, least, moved }: Stored) -> crate::error::Result<Self> {
        Ok(Self { moved, ..Self::new(law, whole, least) })
    }
}

impl From<AtLeast> for Stored {
    fn from(law: AtLeast) -> Self {
        Self { law: law.continuous, whole: law.whole, least: law.least, moved: law.moved }
    }
}
