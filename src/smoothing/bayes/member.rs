//! One member of the grid, solved in closed form.
//!
//! On the scale `z = ((y / scale)^lambda - 1) / lambda` the member is the recursion of this family with an unknown start and
//! an unknown shock: `l ~ N(z_1, V sigma^2)`, `b ~ N(0, tau^2 sigma^2)`, `sigma^2 ~ InvGamma(a, a s^2)`. All of it is
//! conjugate: the innovations `e_t` of the filter have variance `S_t sigma^2` whatever the data, so with n of them
//!
//! ```text
//! a_n = a + n/2        b_n = a s^2 + 1/2 sum e_t^2 / S_t
//! log ML = -n/2 ln(2 pi) - 1/2 sum ln S_t + a ln(a s^2) - a_n ln b_n + lnG(a_n) - lnG(a) + log |dz/dy|
//! ```
//!
//! (`grid` runs the filter), and the next h years are a multivariate Student-t with `2 a_n` degrees of freedom and `sigma^2 = b_n / a_n`. The first year
//! sets the level and is no evidence, for every member alike.
//!
//! Reference: West and Harrison (1997), section 4.5; Hyndman and others (2008), chapter 12, for the filter in this form.

use serde::{Deserialize, Serialize};

use super::super::recursion::{Doubt, Smoothing, State};
use crate::dist::Link;
use crate::error::{Error, Result};

/// The numbers that make a member.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Weight of the last year in the level.
    pub alpha: f64,
    /// Weight of the last year in the slope.
    pub beta: f64,
    /// Share of the slope left a year later; 0 for no trend.
    pub phi: f64,
    /// Power of the scale: 0 for the logarithm, 1 for the data as they are.
    pub lambda: f64,
    /// Standard deviation of the first slope in units of sigma.
    pub tau: f64,
    /// Expected size of sigma.
    pub s: f64,
    /// Expected first slope, as a share of the first level; 0 for most.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub drift: f64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(x: &f64) -> bool {
    *x == 0.0
}

impl Member {
    /// Whether the member has no slope.
    pub fn is_flat(&self) -> bool {
        self.phi == 0.0
    }

    /// The state before the first year, which it expects at `z`: the first year sets the level.
    pub(super) fn begin(&self, z: f64) -> State {
        // why: a share g of y a year is g dz / d ln y = g (y / scale)^lambda = g (1 + lambda z).
        let size = if self.drift == 0.0 { 0.0 } else { 1.0 + self.lambda * z };
        let slope = self.drift * size;
        State { level: z - self.phi * slope, slope }
    }

    pub(super) fn smoothing(&self) -> Smoothing {
        Smoothing { alpha: self.alpha, beta: self.beta, phi: self.phi }
    }

    pub(super) fn link(&self, scale: f64) -> Link {
        Link::BoxCox { lambda: self.lambda, scale }
    }
}

/// What all members share: how much is known beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shared {
    /// Shape a of the law of sigma^2: half its degrees of freedom.
    pub shape: f64,
    /// Variance V of the first level in units of sigma^2.
    pub level: f64,
    /// Poisson floor c: for counts s^2 becomes s^2 + c / scale.
    pub poisson: f64,
    /// Probability that one year of the series is wild: out of line, or the first of another level.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub wild: f64,
    /// Standard deviation of a wild year's jolt in units of sigma.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub jolt: f64,
}

/// Refuses a number of a prior that does not lie in its range.
fn within(name: &str, value: f64, (from, to): (f64, f64)) -> Result<()> {
    if value >= from && value <= to {
        return Ok(());
    }
    let (model, parameter) = ("Prior".to_owned(), name.to_owned());
    Err(Error::bad_parameter(model, parameter, value, format!("{from} to {to}")))
}

impl Member {
    pub(super) fn check(&self) -> Result<()> {
        within("alpha", self.alpha, (0.0, 2.0))?;
        within("beta", self.beta, (0.0, 4.0))?;
        within("phi", self.phi, (0.0, 1.0))?;
        within("lambda", self.lambda, (0.0, 1.0))?;
        within("tau", self.tau, (0.0, 1e6))?;
        within("s", self.s, (1e-9, 1e9))?;
        within("drift", self.drift, (-1.0, 1.0))
    }
}

impl Shared {
    pub(super) fn check(&self) -> Result<()> {
        within("shape", self.shape, (0.1, 1e6))?;
        within("level", self.level, (0.0, 1e9))?;
        within("poisson", self.poisson, (0.0, 1e6))?;
        within("wild", self.wild, (0.0, 0.5))?;
        within("jolt", self.jolt, (0.0, 1e3))
    }
}

/// A member that has seen the series, sigma integrated out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Solved {
    pub(super) log_evidence: f64,
    pub(super) state: State,
    pub(super) doubt: Doubt,
    pub(super) shape: f64,
    /// `b_n`, so that sigma^2 is about `rate / shape`.
    pub(super) rate: f64,
}

impl Solved {
    pub(super) fn sigma(&self) -> f64 {
        (self.rate / self.shape).sqrt()
    }
}

/// lnG(a + n/2) - lnG(a) - n/2 ln(2 pi), the part of the evidence that all members share.
pub(super) fn log_constant(shape: f64, n: usize) -> f64 {
    let gap = libm::lgamma(shape + 0.5 * n as f64) - libm::lgamma(shape);
    gap - 0.5 * n as f64 * std::f64::consts::TAU.ln()
}
