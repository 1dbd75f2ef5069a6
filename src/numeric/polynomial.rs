//! Polynomials by least squares, in powers of x with nearly all digits.
//!
//! Question: which coefficients in powers of x make the weighted squares of `y - P(x)` smallest, though those powers are
//! nearly dependent? The fit is made in polynomials that are orthogonal over the data (Forsythe's recurrence), expanded to
//! powers of x, and then corrected: the residuals of the expanded coefficients, held in double-double, are fitted again
//! until nothing is left to fit. What remains is the rounding of the last coefficient to binary64.
//!
//! ```text
//! q_{k+1}(x) = ((u - a_k) q_k(x) - b_k q_{k-1}(x)) / b_{k+1},   u = (x - centre) / half,   sum w q_j q_k = 1{j = k}
//! ```
//!
//! Reference: Forsythe (1957), *Journal of the Society for Industrial and Applied Mathematics* 5(2), 74-88.

#![allow(clippy::indexing_slicing, reason = "a list of one number a degree, made here")]

use serde::{Deserialize, Serialize};

use super::double_double::DoubleDouble;

/// Polynomials orthonormal over weighted points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Orthogonal {
    centre: f64,
    half: f64,
    /// `1 / q_0`, the norm of the constant.
    first: f64,
    /// `a_k` and `b_{k+1}` of the recurrence.
    steps: Vec<(f64, f64)>,
}

/// A polynomial fitted to points.
#[derive(Clone, Debug, PartialEq)]
pub struct Polynomial {
    /// Coefficients in powers of x, the constant first.
    pub coefficients: Vec<f64>,
    /// `y - P(x)`.
    pub residuals: Vec<f64>,
    /// The matrix C, row by row, whose product with its transpose is the covariance of the coefficients in units of the
    /// residual variance.
    pub root: Vec<f64>,
    /// The diagonal of the hat matrix.
    pub leverages: Vec<f64>,
}

impl Orthogonal {
    /// The polynomials up to a degree; none if the points of weight above zero have too few different places.
    pub fn new(x: &[f64], weights: &[f64], degree: usize) -> Option<Self> {
        let low = x.iter().fold(f64::INFINITY, |m, v| m.min(*v));
        let high = x.iter().fold(f64::NEG_INFINITY, |m, v| m.max(*v));
        let (centre, half) = (0.5 * low + 0.5 * high, 0.5 * high - 0.5 * low);
        let half = if half > 0.0 { half } else { 1.0 };
        if !(centre.is_finite() && half.is_finite()) || weights.len() != x.len() || !x.iter().all(|x| x.is_finite()) {
            return None;
        }
        let u: Vec<f64> = x.iter().map(|x| (x - centre) / half).collect();
        let first = weights.iter().sum::<f64>().sqrt();
        if !(first > 0.0 && first.is_finite()) {
            return None;
        }
        let (mut before, mut now) = (vec![0.0; x.len()], vec![1.0 / first; x.len()]);
        let (mut steps, mut b) = (Vec::with_capacity(degree), 0.0);
        for _ in 0..degree {
            let sum = |f: &dyn Fn(usize) -> f64| (0..x.len()).map(|i| weights[i] * f(i)).sum::<f64>();
            let a = sum(&|i| u[i] * now[i] * now[i]);
            let next: Vec<f64> = (0..x.len()).map(|i| (u[i] - a) * now[i] - b * before[i]).collect();
            let norm = sum(&|i| next[i] * next[i]).sqrt();
            // why: beyond the number of places there is nothing left but rounding.
            if norm < 1e-10 {
                return None;
            }
            steps.push((a, norm));
            before = now;
            now = next.into_iter().map(|v| v / norm).collect();
            b = norm;
        }
        Some(Self { centre, half, first, steps })
    }

    /// Whether numbers read from a file make polynomials: none of what is divided by is zero.
    pub(crate) fn is_sound(&self) -> bool {
        self.half > 0.0 && self.first > 0.0 && self.steps.iter().all(|(_, norm)| *norm > 0.0)
    }

    /// How many polynomials there are.
    pub(crate) fn len(&self) -> usize {
        self.steps.len() + 1
    }

    /// The values of all polynomials at a place.
    pub fn values(&self, x: f64) -> Vec<f64> {
        let u = (x - self.centre) / self.half;
        let (mut before, mut now, mut b) = (0.0, 1.0 / self.first, 0.0);
        let mut values = vec![now];
        for &(a, norm) in &self.steps {
            let next = ((u - a) * now - b * before) / norm;
            (before, now, b) = (now, next, norm);
            values.push(now);
        }
        values
    }

    /// The matrix, row by row, that carries coefficients of these polynomials to coefficients in powers of x.
    pub fn to_powers(&self) -> Vec<f64> {
        let p = self.steps.len() + 1;
        let mut matrix = vec![0.0; p * p];
        let (mut before, mut now, mut b) = (vec![0.0; p], vec![0.0; p], 0.0);
        now[0] = 1.0 / self.first;
        matrix[0] = now[0];
        for (k, &(a, norm)) in self.steps.iter().enumerate() {
            let shift = self.centre / self.half + a;
            let next: Vec<f64> = (0..p)
                .map(|j| {
                    let raised = if j > 0 { now[j - 1] / self.half } else { 0.0 };
                    (raised - shift * now[j] - b * before[j]) / norm
                })
                .collect();
            (before, now, b) = (now, next, norm);
            for (j, value) in now.iter().enumerate() {
                matrix[j * p + k + 1] = *value;
            }
        }
        matrix
    }
}

/// The polynomial of a degree through weighted points; none if they have too few different places.
///
/// ```
/// use unjuran::numeric::polynomial::fit;
/// // (x - 1)^2 through four points, by hand 1 - 2 x + x^2
/// let fitted = fit(&[0.0, 1.0, 2.0, 3.0], &[1.0, 0.0, 1.0, 4.0], &[1.0; 4], 2).unwrap();
/// assert_eq!(fitted.coefficients, [1.0, -2.0, 1.0]);
/// ```
pub fn fit(x: &[f64], y: &[f64], weights: &[f64], degree: usize) -> Option<Polynomial> {
    const ROUNDS: usize = 40;
    let basis = Orthogonal::new(x, weights, degree)?;
    let p = degree + 1;
    let (values, root): (Vec<Vec<f64>>, _) = (x.iter().map(|&x| basis.values(x)).collect(), basis.to_powers());
    let mut b = vec![DoubleDouble::default(); p];
    let residual = |b: &[DoubleDouble], i: usize| {
        let value = b.iter().rev().fold(DoubleDouble::default(), |sum, b| sum.times(x[i]).plus(*b));
        DoubleDouble::new(y[i]).plus(value.negated())
    };
    let mut last = f64::INFINITY;
    for _ in 0..ROUNDS {
        // X' W r in double-double: what the answer makes zero is formed from the powers as they are, so that rounding in
        // the basis only slows the way there.
        let mut gradient = vec![DoubleDouble::default(); p];
        for i in 0..x.len() {
            let mut power = residual(&b, i).times(weights[i]);
            for sum in &mut gradient {
                *sum = sum.plus(power);
                power = power.times(x[i]);
            }
        }
        let inner =
            |k: usize| (0..p).fold(DoubleDouble::default(), |sum, j| sum.plus(gradient[j].times(root[j * p + k])));
        let step: Vec<f64> = (0..p).map(|k| inner(k).value()).collect();
        let size = step.iter().fold(0.0_f64, |m, s| m.max(s.abs()));
        // why: once the steps are rounding they no longer shrink.
        if size >= 0.5 * last || size == 0.0 {
            break;
        }
        last = size;
        for (j, b) in b.iter_mut().enumerate() {
            for (k, s) in step.iter().enumerate() {
                *b = b.plus(DoubleDouble::new(root[j * p + k]).times(*s));
            }
        }
    }
    let residual = |b: &[DoubleDouble], i: usize| residual(b, i).value();
    let residuals = (0..x.len()).map(|i| residual(&b, i)).collect();
    let leverages =
        values.iter().zip(weights).map(|(q, w)| (w * q.iter().map(|q| q * q).sum::<f64>()).min(1.0)).collect();
    Some(Polynomial { coefficients: b.into_iter().map(DoubleDouble::value).collect(), residuals, root, leverages })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_basis_is_orthonormal_over_the_points() {
        let (x, w) = ([1.0, 2.0, 4.0, 7.0, 8.0], [1.0, 2.0, 0.5, 1.0, 3.0]);
        let basis = Orthogonal::new(&x, &w, 3).unwrap();
        let values: Vec<Vec<f64>> = x.iter().map(|&x| basis.values(x)).collect();
        for j in 0..4 {
            for k in 0..4 {
                let product: f64 = values.iter().zip(&w).map(|(q, w)| w * q[j] * q[k]).sum();
                assert!((product - f64::from(u8::from(j == k))).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn powers_and_basis_are_the_same_polynomials() {
        let basis = Orthogonal::new(&[1.0, 2.0, 4.0, 7.0, 8.0], &[1.0; 5], 3).unwrap();
        let (values, powers) = (basis.values(5.5), basis.to_powers());
        for k in 0..4 {
            let value: f64 = (0..4).map(|j| powers[j * 4 + k] * 5.5_f64.powi(i32::try_from(j).unwrap())).sum();
            assert!((value - values[k]).abs() < 1e-12);
        }
    }

    #[test]
    fn too_few_places_have_no_polynomial() {
        assert_eq!(fit(&[1.0, 1.0, 2.0], &[1.0, 2.0, 3.0], &[1.0; 3], 2), None);
        assert_eq!(fit(&[1.0, f64::NAN], &[1.0, 2.0], &[1.0; 2], 1), None);
        assert_eq!(fit(&[1.0, 2.0], &[1.0, 2.0], &[0.0; 2], 0), None);
    }
}
