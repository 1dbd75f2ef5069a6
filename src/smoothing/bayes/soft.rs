//! The filter for years that are intervals: assumed-density filtering, given sigma.
//!
//! Given sigma, the filter expects `z_t ~ N(m, S sigma^2)`. An interval tilts that scalar law to mass Z, mean m* and variance
//! v*; the state moves as if m* had been seen with v* left unknown (see `recursion`), and log Z is the evidence. sigma
//! itself runs over a few nodes at equal quantiles of its law from the midpoints, each reweighted by its own evidence.
//!
//! Reference: Minka (2001) for assumed-density filtering; Johnson, Kotz and Balakrishnan (1994), chapter 13, for the
//! moments of a truncated normal law.

use super::super::recursion::{Doubt, State};
use super::cells::{Cell, Scaled};
use super::member::{Member, Shared, Solved};
use crate::numeric::special::normal;

/// Nodes of sigma.
pub(super) const NODES: usize = 7;

/// A member that has seen the series, at one value of sigma.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) log_evidence: f64,
    pub(super) state: State,
    pub(super) doubt: Doubt,
    pub(super) sigma: f64,
}

/// The member at each node of sigma; their evidences add up to the member's.
pub(super) fn nodes(member: &Member, shared: &Shared, series: &Scaled, s2: f64, midpoint: &Solved) -> [Node; NODES] {
    std::array::from_fn(|j| {
        let p = (j as f64 + 0.5) / NODES as f64;
        let variance = midpoint.rate / gamma_quantile(p, midpoint.shape);
        // sum over nodes of prior * likelihood / (NODES * proposal), densities of the variance
        let weight = log_inverse_gamma(variance, shared.shape, shared.shape * s2)
            - log_inverse_gamma(variance, midpoint.shape, midpoint.rate)
            - (NODES as f64).ln();
        let mut node = filtered(member, shared, series, variance.sqrt());
        node.log_evidence += weight;
        node
    })
}

fn filtered(member: &Member, shared: &Shared, series: &Scaled, sigma: f64) -> Node {
    let smoothing = member.smoothing();
    let mut state = State { level: series.z.first().copied().flatten().unwrap_or(0.0), slope: 0.0 };
    let mut doubt = Doubt::independent(shared.level, member.tau * member.tau);
    let mut log_evidence = 0.0;
    for (t, cell) in series.cells.iter().enumerate() {
        let gain = smoothing.gain(doubt);
        let Some(cell) = *cell else {
            state = smoothing.advanced(state, gain, 0.0);
            doubt = gain.missed();
            continue;
        };
        if t == 0 {
            state = smoothing.advanced(state, gain, 0.0);
            doubt = gain.seen();
            continue;
        }
        let sd = sigma * gain.variance.sqrt();
        let tilt = tilt(cell, smoothing.expected(state), sd);
        log_evidence += tilt.log_mass;
        state = smoothing.advanced(state, gain, tilt.shift * sd);
        doubt = gain.after(gain.variance * tilt.remaining);
    }
    Node { log_evidence, state, doubt, sigma }
}

/// A normal law cut to an interval, in units of its standard deviation.
struct Tilt {
    log_mass: f64,
    /// Mean, less the mean before.
    shift: f64,
    /// Variance, as a share of the variance before.
    remaining: f64,
}

fn tilt(cell: Cell, mean: f64, sd: f64) -> Tilt {
    let (a, b) = ((cell.lower - mean) / sd, (cell.upper - mean) / sd);
    // why mirror: masses far out are differences of tails, not of numbers near one.
    if a > 0.0 {
        let Tilt { log_mass, shift, remaining } = below_centre(-b, -a);
        return Tilt { log_mass, shift: -shift, remaining };
    }
    below_centre(a, b)
}

/// The tilt of an interval that does not lie wholly above zero.
fn below_centre(a: f64, b: f64) -> Tilt {
    let mass = if b <= 0.0 { normal::cdf(b) - normal::cdf(a) } else { 1.0 - normal::cdf(a) - normal::survival(b) };
    if mass < 1e-280 {
        // why: out here the law is an exponential that leans on the near end.
        let near = b.min(-1.0);
        return Tilt {
            log_mass: normal::log_density(near) - (-near).ln(),
            shift: near,
            remaining: 1.0 / (near * near),
        };
    }
    let density = |x: f64| if x.is_finite() { normal::log_density(x).exp() } else { 0.0 };
    let (at_a, at_b) = (density(a), density(b));
    let shift = (at_a - at_b) / mass;
    let edge = |x: f64, d: f64| if x.is_finite() { x * d } else { 0.0 };
    let width = b - a;
    let remaining = 1.0 + (edge(a, at_a) - edge(b, at_b)) / mass - shift * shift;
    // why: for a narrow cell the formula is a difference of equals; the uniform law's width^2 / 12 bounds it from above.
    let most = if width.is_finite() { (width * width / 12.0).min(1.0) } else { 1.0 };
    let (shift, remaining) = if width < 1e-3 { (0.5 * (a + b), most) } else { (shift, remaining.clamp(0.0, most)) };
    Tilt { log_mass: mass.ln(), shift, remaining }
}

/// Log density of an inverse gamma law, its lnG(shape) included.
fn log_inverse_gamma(x: f64, shape: f64, rate: f64) -> f64 {
    shape * rate.ln() - libm::lgamma(shape) - (shape + 1.0) * x.ln() - rate / x
}

/// A quantile of the gamma law with rate 1, near enough for a node (Wilson and Hilferty 1931).
fn gamma_quantile(p: f64, shape: f64) -> f64 {
    let c = 1.0 / (9.0 * shape);
    shape * (1.0 - c + normal::quantile(p) * c.sqrt()).powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_normal_has_the_moments_of_the_books() {
        // below its mean: mass 1/2, mean -sqrt(2 / pi), variance 1 - 2 / pi
        let t = tilt(Cell { lower: f64::NEG_INFINITY, upper: 3.0 }, 3.0, 2.0);
        let mean = (2.0 / std::f64::consts::PI).sqrt();
        assert!((t.log_mass - 0.5_f64.ln()).abs() < 1e-14);
        assert!((t.shift + mean).abs() < 1e-14);
        assert!((t.remaining - (1.0 - mean * mean)).abs() < 1e-14);
    }

    #[test]
    fn a_narrow_cell_is_its_midpoint_with_the_width_for_mass() {
        let t = tilt(Cell { lower: 1.0, upper: 1.0 + 1e-5 }, 0.0, 1.0);
        assert!((t.shift - 1.000_005).abs() < 1e-9 && t.remaining < 1e-10);
        let density = normal::log_density(1.000_005) + 1e-5_f64.ln();
        assert!((t.log_mass - density).abs() < 1e-6);
    }

    #[test]
    fn cells_far_in_either_tail_stay_finite_and_mirror_each_other() {
        for far in [5.0, 20.0, 60.0, 1e4] {
            let above = tilt(Cell { lower: far, upper: far + 1.0 }, 0.0, 1.0);
            let below = tilt(Cell { lower: -far - 1.0, upper: -far }, 0.0, 1.0);
            assert!(above.log_mass.is_finite() && above.remaining >= 0.0);
            assert!((above.log_mass - below.log_mass).abs() < 1e-9 * above.log_mass.abs());
            assert!((above.shift + below.shift).abs() < 1e-9 * far && above.shift >= far);
        }
    }
}
