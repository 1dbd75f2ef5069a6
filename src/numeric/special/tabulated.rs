//! Student's t and the normal law from a table, for sums over hundreds of laws of one shape.
//!
//! Between knots the cdf is the cubic that has the cdf and the density of both knots (Hermite). With knots 1/64 apart its
//! error is at most `(1/64)^4 / 384 max |f'''|`, below 4e-10; beyond 16 on either side the exact functions answer.

#![allow(
    clippy::indexing_slicing,
    reason = "degrees of freedom from 1 to the length of the list; a place taken modulo it"
)]

use std::sync::OnceLock;

use super::{StudentT, normal};

/// Knots per unit, and pieces between them.
const PER_UNIT: f64 = 64.0;
const PIECES: usize = 1024;
/// From here to its double floating-point numbers are the whole numbers.
const TWO_TO_52: f64 = 4_503_599_627_370_496.0;
/// Degrees of freedom that are tabulated: 1 to this.
const MOST: usize = 64;

/// A table of one law.
#[derive(Debug)]
pub struct Table {
    /// None for the normal law.
    exact: Option<StudentT>,
    /// From half a place before each i / 64 to half a place after it the coefficients of the cubic, in x from 0 to 1: the probability beyond.
    /// (Not that from zero on, so that a far tail keeps its digits.)
    pieces: Vec<[f64; 4]>,
}

/// A law at one value.
#[derive(Clone, Copy, Debug)]
pub struct At {
    /// Probability of at most the value.
    pub mass: f64,
    /// Density.
    pub density: f64,
    /// Slope of the density: of the cubic, so to some four digits only.
    pub bend: f64,
}

impl At {
    /// A Student-t, or without one the standard normal law, at `t`.
    pub fn exact(student: Option<&StudentT>, t: f64) -> Self {
        let (mass, log_density, pull) = match student {
            Some(law) => (law.cdf(t), law.log_density(t), (law.df() + 1.0) * t / (law.df() + t * t)),
            None => (normal::cdf(t), normal::log_density(t), t),
        };
        let density = log_density.exp();
        Self { mass, density, bend: -density * pull }
    }
}

static STUDENT: [OnceLock<Table>; MOST] = [const { OnceLock::new() }; MOST];
static NORMAL: OnceLock<Table> = OnceLock::new();

/// The table for `df` degrees of freedom, if that is a whole number from 1 to 64.
pub fn student(df: f64) -> Option<&'static Table> {
    if !(df >= 1.0 && df <= MOST as f64 && df.fract() == 0.0) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number from 1 to 64")]
    let place = df as usize - 1;
    Some(STUDENT[place].get_or_init(|| Table::new(Some(StudentT::new(df)))))
}

/// The table of the standard normal law.
pub fn normal() -> &'static Table {
    NORMAL.get_or_init(|| Table::new(None))
}

impl Table {
    fn new(exact: Option<StudentT>) -> Self {
        // why minus: what lies beyond t is what lies below -t, computed as a tail.
        let knot = |i: usize| At::exact(exact.as_ref(), (0.5 - i as f64) / PER_UNIT);
        let mut from = knot(0);
        let pieces = (1..=PIECES)
            .map(|i| {
                let to = knot(i);
                // p0 + x (m0 + x (a + x b)), slopes in units of the knot distance
                let (m0, m1) = (-from.density / PER_UNIT, -to.density / PER_UNIT);
                let rise = to.mass - from.mass;
                let cubic = [from.mass, m0, 3.0 * rise - 2.0 * m0 - m1, m0 + m1 - 2.0 * rise];
                from = to;
                cubic
            })
            .collect();
        Self { exact, pieces }
    }

    /// The law at `t`.
    #[inline]
    pub fn at(&self, t: f64) -> At {
        let place = t.abs() * PER_UNIT;
        // why by its bits: a number plus 2^52 ends in the nearest whole number, which no cast reaches as fast; NaN and what is
        // beyond the table end in a place that the table does not have.
        let whole = place + TWO_TO_52;
        #[expect(clippy::cast_possible_truncation, reason = "beyond the table it is no place either way")]
        let knot = whole.to_bits().wrapping_sub(TWO_TO_52.to_bits()) as usize;
        let Some(&[p, m, a, b]) = self.pieces.get(knot) else {
            return At::exact(self.exact.as_ref(), t);
        };
        let x = place - (whole - TWO_TO_52) + 0.5;
        let beyond = p + x * (m + x * (a + x * b));
        let density = -(m + x * (2.0 * a + x * 3.0 * b)) * PER_UNIT;
        let bend = -(2.0 * a + x * 6.0 * b) * (PER_UNIT * PER_UNIT);
        if t < 0.0 { At { mass: beyond, density, bend: -bend } } else { At { mass: 1.0 - beyond, density, bend } }
    }

    /// The value that is not exceeded with probability `p`, to about six digits of it: a place to start from.
    pub fn quantile(&self, p: f64) -> f64 {
        let tail = p.min(1.0 - p);
        let knot = self.pieces.partition_point(|piece| piece[0] >= tail).saturating_sub(1);
        let [p0, m, a, b] = self.pieces[knot % PIECES];
        let mut x = 0.0;
        for _ in 0..3 {
            x -= (p0 - tail + x * (m + x * (a + x * b))) / (m + x * (2.0 * a + x * 3.0 * b));
        }
        if (0.0..=1.0).contains(&x) && tail > 1e-6 {
            return ((knot as f64 + x - 0.5) / PER_UNIT).copysign(p - 0.5);
        }
        // why: beyond the table, and where the tail is too thin for it, the exact law answers.
        self.exact.map_or_else(|| normal::quantile(p), |law| law.quantile(p))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_agrees_with_the_function_everywhere() {
        for df in [1.0, 2.0, 3.0, 7.0, 30.0, 64.0] {
            let (table, exact) = (student(df).unwrap(), StudentT::new(df));
            for i in -2000..2000 {
                let t = f64::from(i) * 0.010_37;
                let At { mass: p, density: d, .. } = table.at(t);
                assert!((p - exact.cdf(t)).abs() < 4e-10, "cdf at {t}, df {df}");
                assert!((d - exact.log_density(t).exp()).abs() < 1e-6, "density at {t}, df {df}");
            }
        }
    }

    #[test]
    fn the_normal_table_agrees_with_the_functions_and_bends_as_they_do() {
        for i in -2000..2000 {
            let t = f64::from(i) * 0.010_37;
            let (At { mass, density, bend }, exact) = (normal().at(t), normal::log_density(t).exp());
            assert!((mass - normal::cdf(t)).abs() < 4e-10 && (density - exact).abs() < 1e-6, "at {t}");
            assert!((bend + t * exact).abs() < 1e-3, "slope of the density at {t}");
        }
    }

    #[test]
    fn quantiles_are_near_enough_to_start_from() {
        for table in [normal(), student(3.0).unwrap(), student(25.0).unwrap()] {
            for p in [1e-12, 0.0005, 0.025, 0.3, 0.499_999, 0.5, 0.500_001, 0.6, 0.9, 0.9995, 1.0 - 1e-12] {
                let q = table.quantile(p);
                let miss = At::exact(table.exact.as_ref(), q).mass - p;
                assert!(miss.abs() <= 1e-5 * p.min(1.0 - p), "{p}: {q} misses by {miss}");
            }
        }
    }

    #[test]
    fn other_degrees_of_freedom_have_no_table() {
        assert!(student(2.5).is_none() && student(65.0).is_none() && student(f64::NAN).is_none());
    }
}
