//! What might be observed: predictive distributions of one year.
//!
//! A forecast is a distribution; points and intervals are views of it. Every law here is one of five:
//! - [`Continuous`]: a normal or Student-t law of a latent number, or a mixture of such, carried to the scale of the data
//!   by a [`Link`] (or the expectation of a count drawn by it) and capped at its 0.0005 and 0.9995 quantiles where a tail is too heavy for a mean to exist;
//! - [`Whole`]: such a law rounded to whole numbers from 0, for counts;
//! - [`AtLeast`]: one of these held at or above what was already counted;
//! - [`Moved`]: one of these times a factor and plus a number, as scenarios have it;
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
mod counts;
mod crps;
mod empirical;
mod histogram;
mod kernel;
mod link;
mod mixture;
mod moments;
mod moved;
mod quantiles;
mod whole;

pub use at_least::AtLeast;
pub use continuous::{Component, Continuous, Support};
pub use empirical::Empirical;
pub use histogram::Histogram;
pub use kernel::Kernel;
pub(crate) use link::LARGEST;
pub use link::Link;
pub use moved::Moved;
pub(crate) use moved::Shift;
pub use quantiles::Quantiles;
pub use whole::Whole;
pub(crate) use whole::rounded;

/// Whether an outcome can be computed with: its square is a number, so that a law of such outcomes has mean and variance.
pub(crate) fn is_countable(outcome: f64) -> bool {
    outcome.abs() < 1e154
}

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
    /// The continuous ranked probability score of the outcome `y`: `int (cdf(x) - 1{y <= x})^2 dx`, exact for the law as
    /// it is, caps included; smaller is better. NaN unless `y` is finite.
    ///
    /// ```
    /// use unjuran::dist::{Empirical, Predictive};
    /// // 0 or 1 with even chances, and 3 happened: int of (1/2)^2 over [0, 1] plus the 2 from 1 to 3
    /// assert_eq!(Empirical::new(vec![0.0, 1.0])?.crps(3.0), 2.25);
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    fn crps(&self, y: f64) -> f64;
}

/// A predictive law of one year.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "a forecast has a handful, and a box would cost each of them")]
pub enum Distribution {
    /// Real outcomes.
    Continuous(Continuous),
    /// Whole outcomes from 0.
    Whole(Whole),
    /// Held at or above a number.
    AtLeast(AtLeast),
    /// Times a factor and plus a number.
    Moved(Moved),
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

    /// Whether only whole numbers are possible by construction; sample values count as whole if all of them are.
    pub fn is_whole(&self) -> bool {
        match self {
            Self::Continuous(_) => false,
            Self::Whole(_) => true,
            Self::AtLeast(law) => law.whole,
            Self::Moved(law) => law.whole,
            Self::Empirical(law) => law.is_whole(),
        }
    }

    /// Probability of exactly `k`; 0 for continuous laws and for numbers that are not whole.
    pub fn pmf(&self, k: f64) -> f64 {
        let is_count = k >= 0.0 && k.fract() == 0.0;
        match self {
            Self::Empirical(sample) => sample.pmf(k),
            Self::Whole(law) if is_count => law.pmf(k).max(0.0),
            Self::AtLeast(law) if is_count => law.pmf(k).max(0.0),
            Self::Moved(law) if is_count => law.pmf(k).max(0.0),
            _ => 0.0,
        }
    }

    /// The outcome of an uncapped draw `y` of the latent law behind, on the scale of the data.
    pub(crate) fn drawn(&self, y: f64) -> f64 {
        match self {
            Self::Continuous(law) => law.capped(y),
            Self::Whole(law) => law.drawn(y),
            Self::AtLeast(law) => law.drawn(y),
            Self::Moved(law) => law.drawn(y),
            Self::Empirical(_) => y,
        }
    }

    /// Probability of at most `x` for the number before it is rounded.
    pub(crate) fn smooth_cdf(&self, x: f64) -> f64 {
        match self {
            Self::Whole(law) => law.continuous().cdf(x),
            Self::AtLeast(law) => law.smooth_cdf(x),
            Self::Moved(law) => law.smooth(x),
            other => other.cdf(x),
        }
    }

    /// The quantile of the number before it is rounded.
    pub(crate) fn smooth_quantile(&self, p: f64) -> f64 {
        match self {
            Self::Whole(law) => law.continuous().quantile(p),
            Self::AtLeast(law) => law.smooth_quantile(p),
            Self::Moved(law) => law.smooth_quantile(p),
            other => other.quantile(p),
        }
    }

    /// The outcome of an uncapped draw before it is rounded.
    pub(crate) fn drawn_smooth(&self, y: f64) -> f64 {
        match self {
            Self::Whole(law) => law.continuous().capped(y),
            Self::AtLeast(law) => law.drawn_smooth(y),
            Self::Moved(law) => law.drawn_smooth(y),
            other => other.drawn(y),
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
            Distribution::Moved($law) => $call,
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
    fn crps(&self, y: f64) -> f64 {
        each!(self, law => law.crps(y))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_counts_far_above_the_centre_keep_their_probability() {
        // scipy 1.17: norm.sf(9.95) - norm.sf(10.05); as a difference of distribution functions it would be 0.
        const EXPECTED: f64 = 8.015_789_614_593_808e-24;
        let law = Distribution::from(Continuous::new(Kernel::normal(100.0, 10.0), Link::Identity)).whole();
        assert!((law.pmf(200.0) / EXPECTED - 1.0).abs() < 1e-10, "{}", law.pmf(200.0));
        let held = AtLeast::held(law, 90.0);
        assert!((held.pmf(200.0) / EXPECTED - 1.0).abs() < 1e-10);
    }

    #[test]
    fn single_counts_add_up_to_one_and_the_cap_carries_what_lies_beyond() {
        let law = Distribution::from(Continuous::new(Kernel::student(2.0, 0.7, 4.0), Link::Log)).whole();
        let cap = law.quantile(1.0 - 1e-15);
        let total: f64 = (0..=4000).map(|k| law.pmf(f64::from(k))).sum();
        assert!((total - 1.0).abs() < 1e-12 && law.pmf(cap) > 0.0005 && law.pmf(cap + 1.0) == 0.0);
    }
}
