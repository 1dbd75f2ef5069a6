//! A latent law carried to the scale of the data.

use serde::{Deserialize, Serialize};

use super::kernel::Kernel;
use super::{Predictive, crps, moments};

/// How the latent number z becomes an outcome y.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Link {
    /// y = z.
    Identity,
    /// y = exp(z).
    Log,
}

impl Link {
    /// The outcome of a latent number.
    pub fn inverse(self, z: f64) -> f64 {
        match self {
            Self::Identity => z,
            Self::Log => z.exp(),
        }
    }

    /// The latent number of an outcome: minus infinity at and below zero for the logarithm.
    pub fn apply(self, y: f64) -> f64 {
        match self {
            Self::Identity => y,
            Self::Log if y > 0.0 => y.ln(),
            Self::Log => f64::NEG_INFINITY,
        }
    }
}

/// The probability above which a heavy tail is capped, and below which its mirror image is.
const CAP: f64 = 0.9995;

/// A real outcome: y = `link`^-1(z) with z normal or Student-t.
///
/// A Student-t has no variance at two degrees of freedom and its exponential no mean at all, so such laws are capped: the
/// mass beyond the 0.9995 quantile (on the identity also below the 0.0005 quantile) sits on that quantile. Quantiles in
/// between are unchanged; mean and variance are those of the capped law.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct Continuous {
    kernel: Kernel,
    link: Link,
    /// The smallest and the largest outcome; infinite where the law is not capped.
    lower: f64,
    upper: f64,
}

impl Continuous {
    /// The law of `link`^-1(z) with z from `kernel`.
    pub fn new(kernel: Kernel, link: Link) -> Self {
        let capped = |p: f64| link.inverse(kernel.quantile(p));
        let (lower, upper) = match (link, kernel.df()) {
            (Link::Identity, None) => (f64::NEG_INFINITY, f64::INFINITY),
            (Link::Identity, Some(_)) => (capped(1.0 - CAP), capped(CAP)),
            (Link::Log, _) => (0.0, capped(CAP)),
        };
        Self { kernel, link, lower, upper }
    }

    /// The latent law.
    pub fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// The link.
    pub fn link(&self) -> Link {
        self.link
    }

    /// The outcome that belongs to the latent number `z`.
    pub(crate) fn from_latent(&self, z: f64) -> f64 {
        self.link.inverse(z).clamp(self.lower, self.upper)
    }

    /// The smallest and the largest outcome; infinite where the law is not capped.
    pub fn caps(&self) -> (f64, f64) {
        (self.lower, self.upper)
    }

    /// The distribution function as if there were no caps.
    pub(super) fn uncapped(&self, x: f64) -> f64 {
        self.kernel.cdf(self.link.apply(x))
    }

    /// Probability of an outcome above `a` and at most `b`: what lies beyond the caps sits on them.
    pub(super) fn between(&self, a: f64, b: f64) -> f64 {
        let latent = |x: f64| match x {
            x if x >= self.upper => f64::INFINITY,
            x if x < self.lower => f64::NEG_INFINITY,
            x => self.link.apply(x),
        };
        self.kernel.between(latent(a), latent(b))
    }

    /// The law with its latent centre moved so that its median is `y`.
    #[must_use]
    pub(crate) fn centred_at(self, y: f64) -> Self {
        Self::new(self.kernel.centred_at(self.link.apply(y)), self.link)
    }

    /// Whether every quantile is a finite number.
    pub(crate) fn is_proper(&self) -> bool {
        self.kernel.is_proper() && self.link.inverse(self.kernel.quantile(CAP)).is_finite()
    }
}

impl Predictive for Continuous {
    fn cdf(&self, x: f64) -> f64 {
        if x >= self.upper {
            1.0
        } else if x < self.lower {
            0.0
        } else {
            self.uncapped(x)
        }
    }

    fn quantile(&self, p: f64) -> f64 {
        self.from_latent(self.kernel.quantile(p))
    }

    fn mean(&self) -> f64 {
        match self.link {
            // why: a law that is symmetric, caps included, has its centre for a mean.
            Link::Identity => self.kernel.location(),
            Link::Log => moments::of_continuous(self).mean,
        }
    }

    fn variance(&self) -> f64 {
        match (self.link, self.kernel.df()) {
            (Link::Identity, None) => self.kernel.scale().powi(2),
            _ => moments::of_continuous(self).variance,
        }
    }

    fn crps(&self, y: f64) -> f64 {
        match (self.link, self.kernel.df()) {
            (Link::Identity, None) => crps::of_normal(self.kernel.location(), self.kernel.scale(), y),
            _ => crps::of_continuous(self, y),
        }
    }
}

/// The stored form: the caps follow from the rest.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    kernel: Kernel,
    link: Link,
}

impl From<Stored> for Continuous {
    fn from(Stored { kernel, link }: Stored) -> Self {
        Self::new(kernel, link)
    }
}

impl From<Continuous> for Stored {
    fn from(law: Continuous) -> Self {
        Self { kernel: law.kernel, link: law.link }
    }
}
