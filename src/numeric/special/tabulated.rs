//! Student's t from a table, for sums over hundreds of laws that share their degrees of freedom.
//!
//! Between knots the cdf is the cubic that has the cdf and the density of both knots (Hermite). With knots 1/64 apart its
//! error is at most `(1/64)^4 / 384 max |f'''|`, below 4e-10; beyond 16 on either side the exact functions answer.

use std::sync::OnceLock;

use super::StudentT;

/// Knots per unit, and where the table ends.
const PER_UNIT: f64 = 64.0;
const END: f64 = 16.0;
const KNOTS: usize = 1025;
/// Degrees of freedom that are tabulated: 1 to this.
const MOST: usize = 64;

/// A table of one law.
#[derive(Debug)]
pub struct Table {
    exact: StudentT,
    /// Probability above zero and density, at each knot from 0 on.
    knots: Vec<[f64; 2]>,
}

static TABLES: [OnceLock<Table>; MOST] = [const { OnceLock::new() }; MOST];

/// The table for `df` degrees of freedom, if that is a whole number from 1 to 64.
pub fn student(df: f64) -> Option<&'static Table> {
    if !(df >= 1.0 && df <= MOST as f64 && df.fract() == 0.0) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number from 1 to 64")]
    let place = df as usize - 1;
    Some(TABLES[place].get_or_init(|| Table::new(df)))
}

impl Table {
    fn new(df: f64) -> Self {
        let exact = StudentT::new(df);
        let knot = |i: usize| {
            let t = i as f64 / PER_UNIT;
            [exact.cdf(t) - 0.5, exact.log_density(t).exp()]
        };
        Self { exact, knots: (0..KNOTS).map(knot).collect() }
    }

    /// Probability of at most `t`, and density at `t`.
    pub fn at(&self, t: f64) -> (f64, f64) {
        let size = t.abs();
        if size >= END || size.is_nan() {
            return (self.exact.cdf(t), self.exact.log_density(t).exp());
        }
        let place = size * PER_UNIT;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 16, times 64")]
        let knot = place as usize;
        let x = place - knot as f64;
        let ([p0, d0], [p1, d1]) = (self.knots[knot], self.knots[knot + 1]);
        // the cubic in x: p0 + x (m0 + x (a + x b)), slopes in units of the knot distance
        let (m0, m1) = (d0 / PER_UNIT, d1 / PER_UNIT);
        let rise = p1 - p0;
        let (a, b) = (3.0 * rise - 2.0 * m0 - m1, m0 + m1 - 2.0 * rise);
        let within = p0 + x * (m0 + x * (a + x * b));
        let density = (m0 + x * (2.0 * a + x * 3.0 * b)) * PER_UNIT;
        if t >= 0.0 { (0.5 + within, density) } else { (0.5 - within, density) }
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
                let (p, d) = table.at(t);
                assert!((p - exact.cdf(t)).abs() < 4e-10, "cdf at {t}, df {df}");
                assert!((d - exact.log_density(t).exp()).abs() < 1e-6, "density at {t}, df {df}");
            }
        }
    }

    #[test]
    fn other_degrees_of_freedom_have_no_table() {
        assert!(student(2.5).is_none() && student(65.0).is_none() && student(f64::NAN).is_none());
    }
}
