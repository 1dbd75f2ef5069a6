//! Weighted linear least squares, to the last digits.
//!
//! Question: which coefficients `b` make the weighted sum of squares of `y - X b` smallest, how do they vary, and which
//! rows pull? The columns are scaled by powers of two (which rounds nothing) and factorised by Householder QR. The
//! solution is then refined on the augmented system
//!
//! ```text
//! r + X b = y,   X' r = 0
//! ```
//!
//! whose residuals are formed in double-double arithmetic from the data as given: coefficients and residuals come out
//! correct to nearly full binary64 precision as long as the columns are independent in binary64 at all, large residuals
//! and tiny ones alike. Square roots of weights enter the same way, so that they do not perturb the data.
//!
//! References: Björck (1967), *BIT* 7, 257-278; Demmel, Hida, Riedy, Li (2009), *ACM TOMS* 35(4), 28.

#![allow(clippy::indexing_slicing, reason = "a matrix kernel: rows and columns are checked when a fit begins")]

use super::double_double::DoubleDouble;
use super::householder::Qr;

/// Refinement steps beyond which nothing is to be gained: each multiplies the error by about condition x 1e-16.
const STEPS: usize = 12;
/// The step, relative to the largest coefficient, after which the smaller ones too have all their digits.
const ENOUGH: f64 = 1e-24;

/// Why a least-squares problem has no unique answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LeastSquaresError {
    /// The lengths of the arguments do not fit together.
    #[error(
        "{entries} entries in {columns} columns with {responses} responses and {weights} weights do not fit together"
    )]
    Shape {
        /// Entries of the matrix.
        entries: usize,
        /// Columns of the matrix.
        columns: usize,
        /// Responses.
        responses: usize,
        /// Weights.
        weights: usize,
    },
    /// An entry, a response or a weight is infinite or not a number, or a weight is below zero.
    #[error("row {row} holds a number that is not finite, or a weight below zero")]
    BadNumber {
        /// The row, from 0.
        row: usize,
    },
    /// Columns that are linear combinations of earlier ones.
    #[error("columns {columns:?} are linear combinations of earlier ones")]
    RankDeficient {
        /// Their indices, from 0.
        columns: Vec<usize>,
    },
}

/// The least-squares solution and what inference needs.
///
/// ```
/// use unjuran::numeric::least_squares::LeastSquares;
/// // The line through (1, 1), (2, 3), (3, 2): slope 1/2, intercept 1.
/// let fit = LeastSquares::fit(&[1.0, 1.0, 1.0, 2.0, 1.0, 3.0], 2, &[1.0, 3.0, 2.0])?;
/// assert!((fit.coefficients()[1] - 0.5).abs() < 1e-15);
/// assert!((fit.rss() - 1.5).abs() < 1e-15);
/// # Ok::<(), unjuran::numeric::least_squares::LeastSquaresError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LeastSquares {
    coefficients: Vec<f64>,
    residuals: Vec<f64>,
    rss: f64,
    leverages: Vec<f64>,
    r_inverse: Vec<f64>,
}

impl LeastSquares {
    /// Every row counts the same. `rows` holds the matrix row by row.
    ///
    /// # Errors
    /// [`LeastSquaresError`].
    pub fn fit(rows: &[f64], columns: usize, y: &[f64]) -> Result<Self, LeastSquaresError> {
        Self::weighted(rows, columns, y, &vec![1.0; y.len()])
    }

    /// Row `i` counts `weights[i]` times; a weight of zero leaves it out of the fit (its residual is still given).
    ///
    /// # Errors
    /// [`LeastSquaresError`].
    pub fn weighted(rows: &[f64], columns: usize, y: &[f64], weights: &[f64]) -> Result<Self, LeastSquaresError> {
        let problem = Problem::new(rows, columns, y, weights)?;
        let qr = Qr::new(problem.weighted_columns(), y.len())
            .map_err(|columns| LeastSquaresError::RankDeficient { columns })?;
        let solution = problem.refined(&qr);
        let residuals: Vec<f64> =
            (0..y.len()).map(|i| problem.residual(i, &solution).value() * problem.y_scale).collect();
        let rss = residuals.iter().zip(weights).map(|(r, w)| r * r * w).sum();
        let coefficients = solution.iter().zip(&problem.scales).map(|(b, s)| b.value() * problem.y_scale / s).collect();
        let leverages = leverages(&qr, y.len());
        let r_inverse = r_inverse(&qr, &problem.scales);
        Ok(Self { coefficients, residuals, rss, leverages, r_inverse })
    }

    /// The coefficients `b`.
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// `y - X b`, without weights.
    pub fn residuals(&self) -> &[f64] {
        &self.residuals
    }

    /// The weighted sum of squared residuals.
    pub fn rss(&self) -> f64 {
        self.rss
    }

    /// The diagonal of the hat matrix.
    pub fn leverages(&self) -> &[f64] {
        &self.leverages
    }

    /// `R^-1` row by row, where `R` is upper triangular with a positive diagonal and `X'WX = R'R`.
    pub fn r_inverse(&self) -> &[f64] {
        &self.r_inverse
    }

    /// `(X'WX)^-1` row by row: the covariance matrix of the coefficients in units of the residual variance.
    pub fn unscaled_covariance(&self) -> Vec<f64> {
        let p = self.coefficients.len();
        let row = |i: usize| &self.r_inverse[i * p..(i + 1) * p];
        let entry = |k: usize| row(k / p).iter().zip(row(k % p)).map(|(a, b)| a * b).sum();
        (0..p * p).map(entry).collect()
    }

    /// `x' R^-1`: its squared length is the variance of the fitted value at `x`, and the matrix of these for several `x`
    /// is a root of their joint covariance, both in units of the residual variance.
    ///
    /// # Errors
    /// [`LeastSquaresError::Shape`] unless `x` has one entry a coefficient.
    pub fn root(&self, x: &[f64]) -> Result<Vec<f64>, LeastSquaresError> {
        let p = self.coefficients.len();
        if x.len() != p {
            return Err(LeastSquaresError::Shape { entries: x.len(), columns: p, responses: 1, weights: 1 });
        }
        Ok((0..p).map(|j| (0..=j).map(|i| x[i] * self.r_inverse[i * p + j]).sum()).collect())
    }
}

/// The data, columns and response scaled to size about 1 by powers of two.
struct Problem {
    columns: usize,
    /// Row by row.
    rows: Vec<f64>,
    scales: Vec<f64>,
    y: Vec<f64>,
    y_scale: f64,
    root_weights: Vec<f64>,
}

impl Problem {
    fn new(rows: &[f64], columns: usize, y: &[f64], weights: &[f64]) -> Result<Self, LeastSquaresError> {
        let (entries, responses) = (rows.len(), y.len());
        if columns == 0
            || responses == 0
            || weights.len() != responses
            || responses.checked_mul(columns) != Some(entries)
        {
            return Err(LeastSquaresError::Shape { entries, columns, responses, weights: weights.len() });
        }
        let bad = |i: usize| {
            let row = &rows[i * columns..(i + 1) * columns];
            let finite = row.iter().chain([&y[i], &weights[i]]).all(|v| v.is_finite());
            !finite || weights[i] < 0.0
        };
        if let Some(row) = (0..responses).find(|&i| bad(i)) {
            return Err(LeastSquaresError::BadNumber { row });
        }
        let scales: Vec<f64> = (0..columns).map(|j| scale_of(rows[j..].iter().step_by(columns))).collect();
        let y_scale = scale_of(y.iter());
        let rows = rows.iter().zip(scales.iter().cycle()).map(|(x, s)| x / s).collect();
        let y = y.iter().map(|v| v / y_scale).collect();
        let root_weights = weights.iter().map(|w| w.sqrt()).collect();
        Ok(Self { columns, rows, scales, y, y_scale, root_weights })
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.rows[i * self.columns..(i + 1) * self.columns]
    }

    /// The weighted matrix column by column, rounded to binary64.
    fn weighted_columns(&self) -> Vec<f64> {
        let entry = |j: usize, i: usize| self.rows[i * self.columns + j] * self.root_weights[i];
        (0..self.columns).flat_map(|j| (0..self.y.len()).map(move |i| entry(j, i))).collect()
    }

    /// `y_i - x_i' b`.
    fn residual(&self, i: usize, b: &[DoubleDouble]) -> DoubleDouble {
        let add = |sum: DoubleDouble, (&x, b): (&f64, &DoubleDouble)| sum.plus(b.times(-x));
        self.row(i).iter().zip(b).fold(DoubleDouble::new(self.y[i]), add)
    }

    /// Coefficients of the data as coefficients of the scaled problem; zeros where they cannot be used.
    /// The coefficients of the scaled problem. The first step, from zero, is the plain QR solution.
    fn refined(&self, qr: &Qr) -> Vec<DoubleDouble> {
        let (n, p) = (self.y.len(), self.columns);
        let mut b = vec![DoubleDouble::default(); p];
        let mut r: Vec<DoubleDouble> = (0..n).map(|i| self.residual(i, &b).times(self.root_weights[i])).collect();
        let (mut f, mut g) = (vec![0.0; n], vec![DoubleDouble::default(); p]);
        let (mut h, mut step) = (vec![0.0; p], vec![0.0; p]);
        let mut last = f64::INFINITY;
        for _ in 0..STEPS {
            // What the two equations leave: f = y - X b - r and g = -X' r, rows weighted.
            g.fill(DoubleDouble::default());
            for i in 0..n {
                f[i] = self.residual(i, &b).times(self.root_weights[i]).plus(r[i].negated()).value();
                let pull = r[i].times(self.root_weights[i]).negated();
                for (sum, &x) in g.iter_mut().zip(self.row(i)) {
                    *sum = sum.plus(pull.times(x));
                }
            }
            for (target, sum) in h.iter_mut().zip(&g) {
                *target = sum.value();
            }
            // The corrections from the factorisation: R'h = g, R db = (Q'f)_1 - h, dr = Q [h; (Q'f)_2].
            qr.solve_transposed(&mut h);
            qr.apply_transposed(&mut f);
            for j in 0..p {
                step[j] = f[j] - h[j];
                f[j] = h[j];
            }
            qr.solve(&mut step);
            qr.apply(&mut f);
            let largest = b.iter().fold(1.0_f64, |m, b| m.max(b.value().abs()));
            let size = step.iter().fold(0.0_f64, |m, d| m.max(d.abs())) / largest;
            // why: columns at the brink of dependence make steps that no longer shrink; the best so far stays.
            if size > 0.5 * last {
                break;
            }
            for (b, &d) in b.iter_mut().zip(&step) {
                *b = b.plus(DoubleDouble::new(d));
            }
            for (r, &d) in r.iter_mut().zip(&f) {
                *r = r.plus(DoubleDouble::new(d));
            }
            if size < ENOUGH {
                break;
            }
            last = size;
        }
        b
    }
}

/// The largest power of two not above the largest size; 1 for zeros.
fn scale_of<'a>(values: impl Iterator<Item = &'a f64>) -> f64 {
    const EXPONENT: u64 = 0x7ff0_0000_0000_0000;
    let largest = values.fold(0.0_f64, |m, v| m.max(v.abs()));
    if largest > 0.0 { f64::from_bits(largest.max(f64::MIN_POSITIVE).to_bits() & EXPONENT) } else { 1.0 }
}

/// Squared lengths of the rows of the first columns of `Q`.
fn leverages(qr: &Qr, rows: usize) -> Vec<f64> {
    let mut sums = vec![0.0; rows];
    let mut column = vec![0.0; rows];
    for j in 0..qr.columns() {
        column.fill(0.0);
        column[j] = 1.0;
        qr.apply(&mut column);
        for (sum, q) in sums.iter_mut().zip(&column) {
            *sum += q * q;
        }
    }
    sums.iter().map(|h| h.min(1.0)).collect()
}

/// `R^-1` of the unscaled columns, row by row, signs such that the diagonal of `R` is positive.
fn r_inverse(qr: &Qr, scales: &[f64]) -> Vec<f64> {
    let p = qr.columns();
    let mut inverse = vec![0.0; p * p];
    let mut column = vec![0.0; p];
    for j in 0..p {
        column.fill(0.0);
        column[j] = qr.diagonal()[j].signum();
        qr.solve(&mut column);
        for i in 0..=j {
            inverse[i * p + j] = column[i] / scales[i];
        }
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(got: &[f64], expected: &[f64]) {
        assert_eq!(got.len(), expected.len());
        for (g, e) in got.iter().zip(expected) {
            assert!((g - e).abs() <= 1e-14 * (1.0 + e.abs()), "{got:?} for {expected:?}");
        }
    }

    #[test]
    fn a_line_through_three_dots_agrees_with_the_calculation_by_hand() {
        // By hand for (1, 1), (2, 3), (3, 2): X'X = [3 6; 6 14], its inverse [7/3 -1; -1 1/2], y = 1 + x/2, hat
        // diagonal 1/3 + (x - 2)^2 / 2.
        let fit = LeastSquares::fit(&[1.0, 1.0, 1.0, 2.0, 1.0, 3.0], 2, &[1.0, 3.0, 2.0]).unwrap();
        near(fit.coefficients(), &[1.0, 0.5]);
        near(fit.residuals(), &[-0.5, 1.0, -0.5]);
        near(&[fit.rss()], &[1.5]);
        near(fit.leverages(), &[5.0 / 6.0, 1.0 / 3.0, 5.0 / 6.0]);
        near(&fit.unscaled_covariance(), &[7.0 / 3.0, -1.0, -1.0, 0.5]);
    }

    #[test]
    fn roots_multiply_to_the_covariance_of_fitted_values() {
        // By hand, same line: x' (X'X)^-1 z for x = (1, 4) and z = (1, 5) is 7/3 - 4 - 5 + 20/2 = 10/3.
        let fit = LeastSquares::fit(&[1.0, 1.0, 1.0, 2.0, 1.0, 3.0], 2, &[1.0, 3.0, 2.0]).unwrap();
        let (x, z) = (fit.root(&[1.0, 4.0]).unwrap(), fit.root(&[1.0, 5.0]).unwrap());
        near(&[x[0] * z[0] + x[1] * z[1]], &[10.0 / 3.0]);
        near(fit.r_inverse(), &[1.0 / 3.0_f64.sqrt(), -2.0_f64.sqrt(), 0.0, 0.5_f64.sqrt()]);
        assert!(fit.root(&[1.0]).is_err());
    }

    #[test]
    fn a_weight_counts_as_so_many_equal_rows() {
        let weighted =
            LeastSquares::weighted(&[1.0, 1.0, 1.0, 2.0, 1.0, 4.0], 2, &[1.0, 3.0, 2.0], &[1.0, 3.0, 2.0]).unwrap();
        let rows = [1.0, 1.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 4.0, 1.0, 4.0];
        let repeated = LeastSquares::fit(&rows, 2, &[1.0, 3.0, 3.0, 3.0, 2.0, 2.0]).unwrap();
        near(weighted.coefficients(), repeated.coefficients());
        near(&[weighted.rss()], &[repeated.rss()]);
        near(&weighted.unscaled_covariance(), &repeated.unscaled_covariance());
        near(&[weighted.leverages()[1]], &[3.0 * repeated.leverages()[1]]);
    }

    #[test]
    fn a_row_of_weight_zero_is_left_out_but_has_a_residual() {
        let rows = [1.0, 1.0, 1.0, 2.0, 1.0, 3.0, 1.0, 9.0];
        let fit = LeastSquares::weighted(&rows, 2, &[1.0, 3.0, 2.0, 50.0], &[1.0, 1.0, 1.0, 0.0]).unwrap();
        near(fit.coefficients(), &[1.0, 0.5]);
        near(fit.residuals(), &[-0.5, 1.0, -0.5, 44.5]);
        near(&[fit.leverages()[3]], &[0.0]);
    }

    #[test]
    fn an_exact_line_leaves_nothing() {
        let rows: Vec<f64> = (1..=9).flat_map(|t| [1.0, f64::from(t)]).collect();
        let y: Vec<f64> = (1..=9).map(|t| 7.0 - 3.0 * f64::from(t)).collect();
        let fit = LeastSquares::fit(&rows, 2, &y).unwrap();
        assert_eq!(fit.coefficients(), [7.0, -3.0]);
        assert!(fit.rss() < 1e-50);
    }

    #[test]
    fn scales_far_apart_do_no_harm() {
        let y = [1.0, 3.0, 2.0];
        let plain = LeastSquares::fit(&[1.0, 1.0, 1.0, 2.0, 1.0, 3.0], 2, &y).unwrap();
        for (a, b, c) in [(1e-120, 1e100, 1e-100), (1e150, 1e-150, 1e150), (1.0, 1e-300, 1.0)] {
            let rows = [a, b, a, 2.0 * b, a, 3.0 * b];
            let fit = LeastSquares::fit(&rows, 2, &y.map(|v| v * c)).unwrap();
            near(&[fit.coefficients()[0] * (a / c), fit.coefficients()[1] * (b / c)], plain.coefficients());
            near(fit.leverages(), plain.leverages());
        }
    }

    #[test]
    fn columns_without_information_of_their_own_are_named() {
        // The third column is the sum of the first two, the fourth is zero.
        let rows = [1.0, 0.1, 1.1, 0.0, 1.0, 0.3, 1.3, 0.0, 1.0, 0.7, 1.7, 0.0, 1.0, 0.2, 1.2, 0.0];
        let refused = LeastSquares::fit(&rows, 4, &[1.0, 2.0, 3.0, 4.0]).unwrap_err();
        assert_eq!(refused, LeastSquaresError::RankDeficient { columns: vec![2, 3] });
        // Fewer rows than columns.
        let refused = LeastSquares::fit(&[1.0, 1.0, 1.0], 3, &[1.0]).unwrap_err();
        assert_eq!(refused, LeastSquaresError::RankDeficient { columns: vec![1, 2] });
    }

    #[test]
    fn shapes_and_numbers_that_make_no_sense_are_refused() {
        let shape = |rows: &[f64], columns, y: &[f64], weights: &[f64]| {
            matches!(LeastSquares::weighted(rows, columns, y, weights), Err(LeastSquaresError::Shape { .. }))
        };
        assert!(shape(&[1.0, 2.0, 3.0], 2, &[1.0], &[1.0]));
        assert!(shape(&[], 0, &[], &[]));
        assert!(shape(&[], 0, &[1.0], &[1.0]));
        assert!(shape(&[1.0], 1, &[1.0], &[]));
        assert!(shape(&[1.0], usize::MAX, &[1.0, 2.0], &[1.0, 1.0]));
        for (x, y, weight) in [(f64::NAN, 1.0, 1.0), (1.0, f64::INFINITY, 1.0), (1.0, 1.0, -1.0)] {
            let refused = LeastSquares::weighted(&[1.0, x], 1, &[1.0, y], &[1.0, weight]).unwrap_err();
            assert_eq!(refused, LeastSquaresError::BadNumber { row: 1 });
        }
    }
}
