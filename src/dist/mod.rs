//! What might be observed: predictive distributions of one year.
//!
//! A forecast is a distribution; points and intervals are views of it. Every law here is one of four:
//! - [`Continuous`]: a normal or Student-t law of a latent number, or a mixture of such, carried to the scale of the data
//!   by a [`Link`] and capped at its 0.0005 and 0.9995 quantiles where a tail is too heavy for a mean to exist;
//! - [`Whole`]: such a law rounded to whole numbers from 0, for counts;
//! - [`AtLeast`]: one of these held at or above what was already counted;
//! - [`Empirical`]: the law of sample values.
//!
//! ```
//! use unjuran::dist::{Continuous, Distribution, Kernel, Link, Predictive};
//! let latent = Kernel::normal(100.0, 10.0);
//! let law = Distribution::from(Continuous::new(latent, Link::Identity)).whole();
//! assert_eq!(law.quantile(0.5), 100.0);
//! assert_eq!(law.quantile(0.9), 113.0); // 100 + 1.2816 * 10, rounded
//! assert!((law.cdf(100.0) - 0.5199).abs() < 1e-4); // normal below 100.5
//! ```
//!
//! References: Gneiting and Raftery (2007) for forecasts as distributions.

mod at_least;
mod continuous;
mod empirical;
mod kernel;
mod link;
mod moments;
mod whole;

pub use at_least::AtLeast;
pub use continuous::{Component, Continuous, Support};
pub use empirical::Empirical;
pub use kernel::Kernel;
pub use link::Link;
pub use whole::Whole;

/// What every predictive law answers.
pub trait Predictive {
    /// Probability of an outcome not above `x`.
    fn cdf(&self, x: f64) -> f64;
    /// The smallest outcome whose `cdf` is at least `p`, for `p` in (0, 1).
    fn quantile(&self, p: f64) -> f64;
    /// Expected outcome.
    fn mean(&self) -> f64;
    /// Variance of the outcome.
    fn variance(&self) -> f64;
}

/// A predictive law of one year.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Distribution {
    /// Real outcomes.
    Continuous(Continuous),
    /// Whole outcomes from 0.
    Whole(Whole),
    /// Held at or above a number.
    AtLeast(AtLeast),
    /// Sample values.
    Empirical(Empirical),
}

impl Distribution {
    /// The law rounded to whole numbers from 0; laws that are whole already stay as they are.
    #[must_use]
    pub fn whole(self) -> Self {
        match self {
            Self::Continuous(law) => Self::Whole(Whole::new(law)),
            other => other,
        }
    }

    /// Probability of exactly `k`; 0 for continuous laws and for numbers that are not whole.
    pub fn pmf(&self, k: f64) -> f64 {
        let whole = match self {
            Self::Continuous(_) => return 0.0,
            Self::Empirical(sample) => return sample.pmf(k),
            Self::Whole(_) | Self::AtLeast(_) => k >= 0.0 && k.fract() == 0.0,
        };
        if whole { (self.cdf(k) - self.cdf(k - 1.0)).max(0.0) } else { 0.0 }
    }

    /// The outcome of an uncapped draw `y` of the latent law behind, on the scale of the data.
    pub(crate) fn drawn(&self, y: f64) -> f64 {
        match self {
            Self::Continuous(law) => law.capped(y),
            Self::Whole(law) => law.drawn(y),
            Self::AtLeast(law) => law.drawn(y),
            Self::Empirical(_) => y,
        }
    }
}

impl From<Continuous> for Distribution {
    fn from(law: Continuous) -> Self {
        Self::Continuous(law)
    }
}

impl From<Whole> for Distribution {
    fn from(law: Whole) -> Self {
        Self::Whole(law)
    }
}

/// The law behind the variant.
macro_rules! each {
    ($self:ident, $law:ident => $call:expr) => {
        match $self {
            Distribution::Continuous($law) => $call,
            Distribution::Whole($law) => $call,
            Distribution::AtLeast($law) => $call,
            Distribution::Empirical($law) => $call,
        }
    };
}

impl Predictive for Distribution {
    fn cdf(&self, x: f64) -> f64 {
        each!(self, law => law.cdf(x))
    }
    fn quantile(&self, p: f64) -> f64 {
        each!(self, law => law.quantile(p))
    }
    fn mean(&self) -> f64 {
        each!(self, law => law.mean())
    }
    fn variance(&self) -> f64 {
        each!(self, law => law.variance())
    }
}
