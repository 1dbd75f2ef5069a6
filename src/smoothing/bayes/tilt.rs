//! A normal law cut to an interval: its mass, mean and variance, in units of its standard deviation.
//!
//! With a and b the ends, `phi` the normal density and `Z = Phi(b) - Phi(a)`:
//!
//! ```text
//! mean = (phi(a) - phi(b)) / Z          variance = 1 + (a phi(a) - b phi(b)) / Z - mean^2
//! ```
//!
//! A narrow interval of width w about c makes these differences of equals. There `ln Z` is expanded in powers of w:
//!
//! ```text
//! Z = w phi(c) D,   D = 1 + (c^2 - 1) w^2 / 24 + (c^4 - 6 c^2 + 3) w^4 / 1920
//! mean = c - (c w^2 / 12 + (c^3 - 3 c) w^4 / 480) / D
//! variance = w^2 / 12 + ((c^2 - 1) / 360 - c^2 / 144) w^4
//! ```
//!
//! Reference: Johnson, Kotz and Balakrishnan (1994), chapter 13.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use super::cells::Cell;
use crate::numeric::special::{normal, tabulated};

/// Narrower intervals are expanded in powers of their width: any that the table reaches, and near the centre, where the next
/// power is small, twice as wide ones.
const NARROW: f64 = 0.25;
const CENTRAL: f64 = 2.0;
/// Intervals that come within this of the centre are read off the table of the normal law, the nearest 5 in 10 million.
const NEAR: f64 = 5.0;
/// What the table's user takes for infinity: 6e-16 lie beyond.
const END: f64 = 8.0;

/// A normal law cut to an interval, in units of its standard deviation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tilt {
    /// The mass is `mass * exp(log_rest)`.
    pub(super) mass: f64,
    pub(super) log_rest: f64,
    /// Mean, less the mean before.
    pub(super) shift: f64,
    /// Variance, as a share of the variance before.
    pub(super) remaining: f64,
}

/// The law of this mean and standard deviation, cut to the cell.
#[inline]
pub(super) fn tilt(cell: Cell, mean: f64, sd: f64) -> Tilt {
    let inverse = 1.0 / sd;
    let (a, b) = ((cell.lower - mean) * inverse, (cell.upper - mean) * inverse);
    // why mirror: masses far out are differences of tails, not of numbers near one.
    if a > 0.0 {
        let tilt = below_centre(-b, -a);
        return Tilt { shift: -tilt.shift, ..tilt };
    }
    below_centre(a, b)
}

/// The tilt of an interval that does not lie wholly above zero.
#[inline]
fn below_centre(a: f64, b: f64) -> Tilt {
    let width = b - a;
    if width < NARROW && a > -NEAR || width < 2.0 * NARROW && a > -CENTRAL {
        narrow(0.5 * (a + b), width)
    } else if b > -NEAR {
        wide(a, b)
    } else {
        far(a, b)
    }
}

#[inline]
fn narrow(c: f64, w: f64) -> Tilt {
    let (c2, w2) = (c * c, w * w);
    let d = 1.0 + w2 * ((c2 - 1.0) / 24.0 + w2 * (c2 * (c2 - 6.0) + 3.0) / 1920.0);
    let shift = c - c * w2 * (1.0 / 12.0 + w2 * (c2 - 3.0) / 480.0) / d;
    let remaining = w2 * (1.0 / 12.0 + w2 * ((c2 - 1.0) / 360.0 - c2 / 144.0));
    // phi(0) = 1 / sqrt(2 pi)
    Tilt { mass: w * d * (0.5 * FRAC_2_SQRT_PI * FRAC_1_SQRT_2), log_rest: -0.5 * c2, shift, remaining }
}

#[inline]
fn wide(a: f64, b: f64) -> Tilt {
    let table = tabulated::normal();
    let (below, at_a, edge_a) = if a > -END {
        let at = table.at(a);
        (at.mass, at.density, a * at.density)
    } else {
        (0.0, 0.0, 0.0)
    };
    let (above, at_b, edge_b) = if b < END {
        let at = table.at(-b);
        (at.mass, at.density, b * at.density)
    } else {
        (0.0, 0.0, 0.0)
    };
    let mass = if b < 0.0 { table.at(b).mass - below } else { 1.0 - below - above };
    let inverse = 1.0 / mass;
    let shift = (at_a - at_b) * inverse;
    let remaining = 1.0 + (edge_a - edge_b) * inverse - shift * shift;
    Tilt { mass, log_rest: 0.0, shift, remaining: within(remaining, b - a) }
}

/// The same by the functions themselves: rare.
#[cold]
fn far(a: f64, b: f64) -> Tilt {
    let (c, width) = (0.5 * (a + b), b - a);
    if -c * width < NARROW {
        return narrow(c, width);
    }
    let mass = normal::cdf(b) - normal::cdf(a);
    if mass < 1e-280 {
        // why: out here the law is an exponential that leans on the near end.
        let near = b.min(-1.0);
        return Tilt {
            mass: -1.0 / near,
            log_rest: normal::log_density(near),
            shift: near,
            remaining: 1.0 / (near * near),
        };
    }
    let density = |x: f64| if x.is_finite() { normal::log_density(x).exp() } else { 0.0 };
    let (at_a, at_b) = (density(a), density(b));
    let shift = (at_a - at_b) / mass;
    let edge = |x: f64, d: f64| if x.is_finite() { x * d } else { 0.0 };
    let remaining = 1.0 + (edge(a, at_a) - edge(b, at_b)) / mass - shift * shift;
    let width = b - a;
    let (shift, remaining) = if width < 1e-3 { (0.5 * (a + b), width * width / 12.0) } else { (shift, remaining) };
    Tilt { mass, log_rest: 0.0, shift, remaining: within(remaining, width) }
}

/// A variance of a cut law: between none and that of the uniform law.
fn within(remaining: f64, width: f64) -> f64 {
    let most = if width.is_finite() { (width * width / 12.0).min(1.0) } else { 1.0 };
    remaining.clamp(0.0, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Tilt {
        fn log_mass(&self) -> f64 {
            self.mass.ln() + self.log_rest
        }
    }

    #[test]
    fn every_way_of_computing_agrees_with_fine_slices_of_the_density() {
        for (lower, width) in [
            (-0.1, 0.2),
            (1.9, 0.2499),
            (-4.8, 0.24),
            (0.3, 0.2501),
            (-1.99, 0.499),
            (-0.2, 0.499),
            (0.3, 0.501),
            (-1.0, 2.5),
            (3.0, 1.5),
            (-5.5, 0.7),
            (4.9, 3.0),
            (5.5, 0.1),
            (-9.0, 6.0),
        ] {
            let slices = 200_000;
            let step = width / f64::from(slices);
            let (mut mass, mut first, mut second) = (0.0, 0.0, 0.0);
            for i in 0..slices {
                let x = lower + (f64::from(i) + 0.5) * step;
                let d = normal::log_density(x).exp() * step;
                (mass, first, second) = (mass + d, first + d * x, second + d * x * x);
            }
            let (mean, ours) = (first / mass, tilt(Cell { lower, upper: lower + width }, 0.0, 1.0));
            let variance = second / mass - mean * mean;
            assert!((ours.log_mass() - mass.ln()).abs() < 1e-4, "mass from {lower}");
            assert!((ours.shift - mean).abs() < 1e-4, "mean from {lower}: {} not {mean}", ours.shift);
            assert!(
                (ours.remaining / variance - 1.0).abs() < 5e-3,
                "variance from {lower}: {} not {variance}",
                ours.remaining
            );
        }
    }

    #[test]
    fn half_a_normal_has_the_moments_of_the_books() {
        // below its mean: mass 1/2, mean -sqrt(2 / pi), variance 1 - 2 / pi
        let t = tilt(Cell { lower: f64::NEG_INFINITY, upper: 3.0 }, 3.0, 2.0);
        let mean = (2.0 / std::f64::consts::PI).sqrt();
        assert!((t.log_mass() - 0.5_f64.ln()).abs() < 1e-9);
        assert!((t.shift + mean).abs() < 1e-9);
        assert!((t.remaining - (1.0 - mean * mean)).abs() < 1e-9);
    }

    #[test]
    fn a_narrow_cell_is_its_midpoint_with_the_width_for_mass() {
        let t = tilt(Cell { lower: 1.0, upper: 1.0 + 1e-5 }, 0.0, 1.0);
        assert!((t.shift - 1.000_005).abs() < 1e-9 && t.remaining < 1e-10);
        let density = normal::log_density(1.000_005) + 1e-5_f64.ln();
        assert!((t.log_mass() - density).abs() < 1e-6);
    }

    #[test]
    fn cells_far_in_either_tail_stay_finite_and_mirror_each_other() {
        for far in [5.0, 20.0, 60.0, 1e4] {
            let above = tilt(Cell { lower: far, upper: far + 1.0 }, 0.0, 1.0);
            let below = tilt(Cell { lower: -far - 1.0, upper: -far }, 0.0, 1.0);
            assert!(above.log_mass().is_finite() && above.remaining >= 0.0);
            assert!((above.log_mass() - below.log_mass()).abs() < 1e-9 * above.log_mass().abs());
            assert!((above.shift + below.shift).abs() < 1e-9 * far && above.shift >= far);
        }
    }
}
