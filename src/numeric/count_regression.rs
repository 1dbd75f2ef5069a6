//! Maximum likelihood of counts under a log link: Poisson and negative binomial (NB2) with a given dispersion.
//!
//! ```text
//! mean m_i = exp(x_i' b + o_i)      variance m_i + alpha m_i^2      alpha = 0 is Poisson, 1 / alpha the size (theta)
//! score    sum w (y - m) / (1 + alpha m) x          observed information   sum w m (1 + alpha y) / (1 + alpha m)^2 x x'
//!                                                   expected information   sum w m / (1 + alpha m) x x'
//! ```
//!
//! The columns are first made orthonormal, which takes their scales and near-dependence out of the arithmetic. Newton's
//! steps with the observed information, halved where the likelihood would fall, converge quadratically from the regression
//! of ln(y + 1/2): the last step is far below rounding. Standard errors come from the expected information at the end.
//!
//! Where a direction of the columns leaves every positive count alone and lowers the mean of zeros only, the likelihood has
//! no maximum. [`CountRegression::is_separated`] finds that beforehand; [`CountRegression::penalised`] then maximises the
//! likelihood times the root of the determinant of the information, which always has a maximum.
//!
//! References: McCullagh and Nelder (1989), Generalized Linear Models, 2nd ed., chapters 2 and 6; Lawless (1987), *Canadian
//! Journal of Statistics* 15(3), 209-225; Albert and Anderson (1984), *Biometrika* 71(1), 1-10; Firth (1993), *Biometrika*
//! 80(1), 27-38.

#![allow(clippy::indexing_slicing, reason = "a matrix kernel: rows and columns are checked when a fit begins")]

use super::least_squares::{LeastSquares, LeastSquaresError};
use super::special::gamma::{Rising, digamma_difference, ln_gamma, trigamma};

const STEPS: usize = 100;

/// The data, with orthonormal columns.
#[derive(Clone, Debug)]
pub struct CountRegression {
    p: usize,
    /// Row by row.
    basis: Vec<f64>,
    /// From coefficients of the basis to those of the columns, row by row.
    back: Vec<f64>,
    y: Vec<f64>,
    weights: Vec<f64>,
    offset: Vec<f64>,
    /// Sum of w ln y!.
    factorials: f64,
}

/// A maximum for a given dispersion.
#[derive(Clone, Debug, PartialEq)]
pub struct CountFit {
    /// 1 / theta.
    pub alpha: f64,
    /// Expected counts.
    pub mean: Vec<f64>,
    /// Log-likelihood, constants included.
    pub loglik: f64,
    /// Coefficients of the basis.
    inner: Vec<f64>,
    /// Lower triangle of the Cholesky factor of the expected information of the basis, row by row.
    factor: Vec<f64>,
}

impl CountRegression {
    /// Counts `y` on columns given row by row, `offset` added to the logarithm of the mean.
    ///
    /// # Errors
    /// [`LeastSquaresError`] for shapes that do not fit, numbers that are not finite, and dependent columns.
    pub fn new(
        rows: &[f64],
        columns: usize,
        y: &[f64],
        weights: &[f64],
        offset: &[f64],
    ) -> Result<Self, LeastSquaresError> {
        let solved = LeastSquares::fit(rows, columns, &vec![0.0; y.len()])?;
        let bad = |i: usize| !(y[i].is_finite() && y[i] >= 0.0 && weights[i] >= 0.0 && offset[i].is_finite());
        if weights.len() != y.len() || offset.len() != y.len() {
            let (entries, responses, weights) = (rows.len(), y.len(), weights.len());
            return Err(LeastSquaresError::Shape { entries, columns, responses, weights });
        }
        if let Some(row) = (0..y.len()).find(|&i| bad(i)) {
            return Err(LeastSquaresError::BadNumber { row });
        }
        let back = solved.r_inverse().to_vec();
        let basis = rows
            .chunks_exact(columns)
            .flat_map(|row| {
                (0..columns).map(|j| (0..=j).map(|i| row[i] * back[i * columns + j]).sum::<f64>()).collect::<Vec<_>>()
            })
            .collect();
        let factorials = y.iter().zip(weights).map(|(y, w)| w * ln_gamma(y + 1.0)).sum();
        let (y, weights, offset) = (y.to_vec(), weights.to_vec(), offset.to_vec());
        Ok(Self { p: columns, basis, back, y, weights, offset, factorials })
    }

    fn rows(&self) -> impl Iterator<Item = (&[f64], f64, f64)> {
        self.basis.chunks_exact(self.p).zip(&self.y).zip(&self.weights).map(|((z, y), w)| (z, *y, *w))
    }

    /// Whether the likelihood has no maximum, whatever the dispersion.
    pub fn is_separated(&self) -> bool {
        if !self.rows().any(|(_, y, w)| y == 0.0 && w > 0.0) {
            return false;
        }
        let mut gram = vec![0.0; self.p * self.p];
        for (z, ..) in self.rows().filter(|(_, y, w)| *y > 0.0 && *w > 0.0) {
            add_square(&mut gram, z, 1.0);
        }
        let (values, vectors) = eigen(gram, self.p);
        let free: Vec<usize> = (0..self.p).filter(|&k| values[k] < 1e-10).collect();
        match free[..] {
            [] => false,
            [one] => {
                let direction = |z: &[f64]| (0..self.p).map(|i| z[i] * vectors[i * self.p + one]).sum::<f64>();
                let zeros = || self.rows().filter(|(_, y, w)| *y == 0.0 && *w > 0.0).map(|(z, ..)| direction(z));
                zeros().all(|d| d < 1e-9) || zeros().all(|d| d > -1e-9)
            }
            // why: with several free directions some combination nearly always separates; the penalty does no harm else.
            _ => true,
        }
    }

    /// The maximum for a dispersion, from the coefficients of another fit if there is one. None where the steps find no
    /// finite maximum.
    pub fn maximum(&self, alpha: f64, from: Option<&CountFit>) -> Option<CountFit> {
        let mut inner = from.map_or_else(|| self.start(), |fit| fit.inner.clone());
        let mut mean = self.means(&inner);
        for _ in 0..STEPS {
            let (mut score, mut information) = (vec![0.0; self.p], vec![0.0; self.p * self.p]);
            for ((z, y, w), m) in self.rows().zip(&mean) {
                let shrunk = 1.0 / (1.0 + alpha * m);
                let pull = w * (y - m) * shrunk;
                for (s, z) in score.iter_mut().zip(z) {
                    *s += pull * z;
                }
                add_square(&mut information, z, w * m * (1.0 + alpha * y) * shrunk * shrunk);
            }
            let factor = cholesky(information, self.p)?;
            let mut step = score.clone();
            solve(&factor, self.p, &mut step);
            let decrement: f64 = step.iter().zip(&score).map(|(a, b)| a * b).sum();
            // How far the logarithm of each mean would move.
            let moves: Vec<f64> =
                self.basis.chunks_exact(self.p).map(|z| z.iter().zip(&step).map(|(z, s)| z * s).sum()).collect();
            let mut length = 1.0;
            while !self.gains(alpha, &mean, &moves, length) {
                length *= 0.5;
                if length < 1e-10 {
                    return None;
                }
            }
            for (g, s) in inner.iter_mut().zip(&step) {
                *g += length * s;
            }
            mean = self.means(&inner);
            // why: convergence is quadratic; the step just taken leaves an error of about this squared.
            if decrement.abs() < 1e-13 && length > 0.75 {
                return self.finished(alpha, inner, mean);
            }
        }
        None
    }

    /// The maximum of the Poisson likelihood times the root of the determinant of the information (Jeffreys' prior).
    pub fn penalised(&self) -> Option<CountFit> {
        let mut inner = self.start();
        for _ in 0..20 * STEPS {
            let mean = self.means(&inner);
            let mut information = vec![0.0; self.p * self.p];
            for ((z, _, w), m) in self.rows().zip(&mean) {
                add_square(&mut information, z, w * m);
            }
            let factor = cholesky(information, self.p)?;
            let mut score = vec![0.0; self.p];
            for ((z, y, w), m) in self.rows().zip(&mean) {
                let mut inside = z.to_vec();
                forward(&factor, self.p, &mut inside);
                let leverage = w * m * inside.iter().map(|v| v * v).sum::<f64>();
                let pull = w * (y - m) + 0.5 * leverage;
                for (s, z) in score.iter_mut().zip(z) {
                    *s += pull * z;
                }
            }
            solve(&factor, self.p, &mut score);
            let size = score.iter().fold(0.0_f64, |m, s| m.max(s.abs()));
            // why at most 1: the information of a bad start may be next to nothing.
            let length = (1.0 / size).min(1.0);
            for (g, s) in inner.iter_mut().zip(&score) {
                *g += length * s;
            }
            if size < 1e-11 {
                let mean = self.means(&inner);
                return self.finished(0.0, inner, mean);
            }
        }
        None
    }

    /// Whether the likelihood does not fall where the logarithms of the means move by `length` times `moves`.
    ///
    /// why not two likelihoods compared: of counts of 100,000 each is a sum of millions, whose rounding is more than what
    /// the last steps gain. The change itself is summed here, and rounds in proportion to the step.
    fn gains(&self, alpha: f64, mean: &[f64], moves: &[f64], length: f64) -> bool {
        let (mut gain, mut size) = (0.0, 0.0);
        for (((_, y, w), m), step) in self.rows().zip(mean).zip(moves) {
            let by = length * step;
            let more = m * by.exp_m1();
            let cost = if alpha > 0.0 { (y + 1.0 / alpha) * (alpha * more / (1.0 + alpha * m)).ln_1p() } else { more };
            gain += w * (y * by - cost);
            size += w * ((y * by).abs() + cost.abs());
        }
        gain.is_finite() && gain >= -1e-13 * size
    }

    fn finished(&self, alpha: f64, inner: Vec<f64>, mean: Vec<f64>) -> Option<CountFit> {
        let loglik = self.loglik(alpha, &mean);
        let factor = self.information(alpha, &mean)?;
        loglik.is_finite().then_some(CountFit { alpha, mean, loglik, inner, factor })
    }

    fn information(&self, alpha: f64, mean: &[f64]) -> Option<Vec<f64>> {
        let mut information = vec![0.0; self.p * self.p];
        for ((z, _, w), m) in self.rows().zip(mean) {
            add_square(&mut information, z, w * m / (1.0 + alpha * m));
        }
        cholesky(information, self.p)
    }

    /// The regression of ln(y + 1/2) on the orthonormal columns.
    fn start(&self) -> Vec<f64> {
        let mut inner = vec![0.0; self.p];
        for ((z, y, _), o) in self.rows().zip(&self.offset) {
            let response = (y + 0.5).ln() - o;
            for (g, z) in inner.iter_mut().zip(z) {
                *g += z * response;
            }
        }
        inner
    }

    fn means(&self, inner: &[f64]) -> Vec<f64> {
        let line = |z: &[f64]| z.iter().zip(inner).map(|(z, g)| z * g).sum::<f64>();
        self.basis
            .chunks_exact(self.p)
            .zip(&self.offset)
            .map(|(z, o)| (line(z) + o).clamp(-700.0, 700.0).exp())
            .collect()
    }

    /// The log-likelihood of means under a dispersion.
    pub fn loglik(&self, alpha: f64, mean: &[f64]) -> f64 {
        let rising = (alpha > 0.0).then(|| Rising::new(1.0 / alpha));
        let each = |((_, y, w), m): ((&[f64], f64, f64), &f64)| {
            let power = if y > 0.0 { y * m.ln() } else { 0.0 };
            let kernel = if let Some(rising) = &rising {
                rising.excess(y) + power - (y + 1.0 / alpha) * (alpha * m).ln_1p()
            } else {
                power - m
            };
            w * kernel
        };
        self.rows().zip(mean).map(each).sum::<f64>() - self.factorials
    }

    /// The derivative of the log-likelihood by alpha at these means.
    pub fn slope(&self, alpha: f64, mean: &[f64]) -> f64 {
        let each = |((_, y, w), m): ((&[f64], f64, f64), &f64)| {
            if alpha <= 0.0 {
                return 0.5 * w * ((y - m).powi(2) - y);
            }
            let theta = 1.0 / alpha;
            let of_theta = digamma_difference(theta, y) - (alpha * m).ln_1p() + (m - y) / (m + theta);
            -w * theta * theta * of_theta
        };
        self.rows().zip(mean).map(each).sum()
    }

    /// The fit whose dispersion too has the largest likelihood: Poisson (alpha 0) where the counts scatter no more than
    /// that. None where there is no finite maximum.
    pub fn overall_maximum(&self) -> Option<CountFit> {
        const TOLERANCE: f64 = 1e-12;
        let poisson = self.maximum(0.0, None)?;
        let at = |alpha: f64, from: &CountFit| self.maximum(alpha, Some(from));
        let excess: f64 = self.rows().zip(&poisson.mean).map(|((_, y, w), m)| w * ((y - m).powi(2) - m)).sum();
        let squares: f64 = self.rows().zip(&poisson.mean).map(|((_, _, w), m)| w * m * m).sum();
        let mut alpha = (excess / squares).clamp(1e-6, 1e3);
        if self.slope(0.0, &poisson.mean) <= 0.0 {
            // Downhill at Poisson: a maximum elsewhere would have to be higher.
            let higher = |a: &f64| at(*a, &poisson).is_some_and(|fit| fit.loglik > poisson.loglik);
            match [0.01, 0.1, 1.0].into_iter().find(higher) {
                Some(found) => alpha = found,
                None => return Some(poisson),
            }
        }
        // The root of the slope along the maxima, bracketed on the scale of ln alpha.
        let slope = |fit: &CountFit| fit.alpha * self.slope(fit.alpha, &fit.mean);
        let mut fit = at(alpha, &poisson)?;
        let mut value = slope(&fit);
        let factor = if value > 0.0 { 4.0 } else { 0.25 };
        let (mut other, mut other_value) = (fit.clone(), value);
        for _ in 0..40 {
            let next = at(other.alpha * factor, &other)?;
            (fit, value) = (other, other_value);
            other_value = slope(&next);
            other = next;
            if other_value * value <= 0.0 {
                break;
            }
        }
        if other_value * value > 0.0 {
            return Some(poisson);
        }
        let (mut a, mut fa, mut b, mut fb) = (fit.alpha.ln(), value, other.alpha.ln(), other_value);
        let mut best = if fa.abs() < fb.abs() { fit } else { other };
        for _ in 0..100 {
            // Illinois' rule: the secant, an end that stays twice counted half.
            let middle = (a * fb - b * fa) / (fb - fa);
            let middle = if middle.is_finite() { middle } else { 0.5 * (a + b) };
            let next = at(middle.exp(), &best)?;
            let value = slope(&next);
            let moved = (next.alpha.ln() - best.alpha.ln()).abs();
            best = next;
            if value * fb < 0.0 {
                (a, fa) = (b, fb);
            } else {
                fa *= 0.5;
            }
            (b, fb) = (middle, value);
            if value == 0.0 || moved < TOLERANCE || (a - b).abs() < TOLERANCE {
                break;
            }
        }
        Some(best)
    }

    /// The coefficients of the columns.
    pub fn coefficients(&self, fit: &CountFit) -> Vec<f64> {
        let line = |i: usize| (i..self.p).map(|j| self.back[i * self.p + j] * fit.inner[j]).sum();
        (0..self.p).map(line).collect()
    }

    /// A root of the covariance of the coefficients, row by row: the inverse of the expected information is the product with
    /// its transpose.
    pub fn root(&self, fit: &CountFit) -> Vec<f64> {
        // (L L')^-1 = L'^-1 L^-1, so the rows of `back` times L'^-1.
        let mut root = Vec::with_capacity(self.p * self.p);
        for row in self.back.chunks_exact(self.p) {
            let mut row = row.to_vec();
            forward(&fit.factor, self.p, &mut row);
            root.extend(row);
        }
        root
    }

    /// The logarithm of the determinant of the expected information of the orthonormal columns.
    pub fn log_information(&self, fit: &CountFit) -> f64 {
        (0..self.p).map(|j| 2.0 * fit.factor[j * self.p + j].ln()).sum()
    }

    /// The same at the means of a fit under another dispersion; none where it is not positive definite.
    pub fn log_information_at(&self, alpha: f64, fit: &CountFit) -> Option<f64> {
        let factor = self.information(alpha, &fit.mean)?;
        Some((0..self.p).map(|j| 2.0 * factor[j * self.p + j].ln()).sum())
    }

    /// The standard error of theta = 1 / alpha from the observed information, the means held.
    pub fn theta_se(&self, fit: &CountFit) -> f64 {
        let theta = 1.0 / fit.alpha;
        let each = |((_, y, w), m): ((&[f64], f64, f64), &f64)| {
            let sum = m + theta;
            w * (trigamma(theta) - trigamma(theta + y) - 1.0 / theta + 2.0 / sum - (y + theta) / (sum * sum))
        };
        self.rows().zip(&fit.mean).map(each).sum::<f64>().max(0.0).sqrt().recip()
    }

    /// Twice the log-likelihood of a perfect fit with the same dispersion less that of the fit.
    pub fn deviance(&self, fit: &CountFit) -> f64 {
        let each = |((_, y, w), m): ((&[f64], f64, f64), &f64)| {
            let own = if y > 0.0 { y * (y / m).ln() } else { 0.0 };
            let rest = if fit.alpha > 0.0 {
                (y + 1.0 / fit.alpha) * (((1.0 + fit.alpha * y) / (1.0 + fit.alpha * m)).ln())
            } else {
                y - m
            };
            2.0 * w * (own - rest)
        };
        self.rows().zip(&fit.mean).map(each).sum()
    }

    /// Sum of squared residuals over their variance.
    pub fn pearson(&self, fit: &CountFit) -> f64 {
        let each = |((_, y, w), m): ((&[f64], f64, f64), &f64)| w * (y - m).powi(2) / (m * (1.0 + fit.alpha * m));
        self.rows().zip(&fit.mean).map(each).sum()
    }
}

/// `matrix + weight z z'`, both triangles.
fn add_square(matrix: &mut [f64], z: &[f64], weight: f64) {
    for (row, a) in matrix.chunks_exact_mut(z.len()).zip(z) {
        for (entry, b) in row.iter_mut().zip(z) {
            *entry += weight * a * b;
        }
    }
}

/// The lower triangle L with L L' the matrix; none unless it is positive definite.
fn cholesky(mut matrix: Vec<f64>, p: usize) -> Option<Vec<f64>> {
    for j in 0..p {
        for i in j..p {
            let sum = matrix[i * p + j] - (0..j).map(|k| matrix[i * p + k] * matrix[j * p + k]).sum::<f64>();
            if i == j {
                if !(sum > 0.0 && sum.is_finite()) {
                    return None;
                }
                matrix[j * p + j] = sum.sqrt();
            } else {
                matrix[i * p + j] = sum / matrix[j * p + j];
            }
        }
    }
    Some(matrix)
}

/// `L^-1 z` in place.
fn forward(factor: &[f64], p: usize, z: &mut [f64]) {
    for i in 0..p {
        let known: f64 = (0..i).map(|k| factor[i * p + k] * z[k]).sum();
        z[i] = (z[i] - known) / factor[i * p + i];
    }
}

/// `(L L')^-1 z` in place.
fn solve(factor: &[f64], p: usize, z: &mut [f64]) {
    forward(factor, p, z);
    for i in (0..p).rev() {
        let known: f64 = (i + 1..p).map(|k| factor[k * p + i] * z[k]).sum();
        z[i] = (z[i] - known) / factor[i * p + i];
    }
}

/// Eigenvalues and eigenvectors (in columns) of a small symmetric matrix, by Jacobi's rotations.
fn eigen(mut a: Vec<f64>, p: usize) -> (Vec<f64>, Vec<f64>) {
    let mut v = vec![0.0; p * p];
    (0..p).for_each(|i| v[i * p + i] = 1.0);
    for _ in 0..60 {
        let mut off = 0.0_f64;
        for i in 0..p {
            for j in i + 1..p {
                let (x, gap) = (a[i * p + j], a[j * p + j] - a[i * p + i]);
                off = off.max(x.abs());
                if x.abs() < 1e-300 {
                    continue;
                }
                let ratio = 0.5 * gap / x;
                let t = ratio.signum() / (ratio.abs() + ratio.hypot(1.0));
                let t = if t.is_finite() { t } else { 0.0 };
                let c = 1.0 / t.hypot(1.0);
                let s = t * c;
                for k in 0..p {
                    let (one, two) = (a[k * p + i], a[k * p + j]);
                    (a[k * p + i], a[k * p + j]) = (c * one - s * two, s * one + c * two);
                }
                for k in 0..p {
                    let (one, two) = (a[i * p + k], a[j * p + k]);
                    (a[i * p + k], a[j * p + k]) = (c * one - s * two, s * one + c * two);
                    let (one, two) = (v[k * p + i], v[k * p + j]);
                    (v[k * p + i], v[k * p + j]) = (c * one - s * two, s * one + c * two);
                }
            }
        }
        if off < 1e-14 {
            break;
        }
    }
    ((0..p).map(|i| a[i * p + i]).collect(), v)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::rng::Stream;

    fn of(y: &[f64]) -> CountRegression {
        let rows: Vec<f64> = (1..=y.len()).flat_map(|t| [1.0, t as f64]).collect();
        CountRegression::new(&rows, 2, y, &vec![1.0; y.len()], &vec![0.0; y.len()]).unwrap()
    }

    #[test]
    fn a_doubling_count_is_fitted_exactly() {
        // By hand: 3, 6, 12, 24 are exp(ln 1.5 + t ln 2).
        let problem = of(&[3.0, 6.0, 12.0, 24.0]);
        let fit = problem.overall_maximum().unwrap();
        let b = problem.coefficients(&fit);
        assert!((b[0] - 1.5_f64.ln()).abs() < 1e-13 && (b[1] - 2.0_f64.ln()).abs() < 1e-14, "{b:?}");
        assert_eq!(fit.alpha, 0.0, "an exact fit scatters less than Poisson");
        assert!(problem.deviance(&fit).abs() < 1e-12);
    }

    fn weighted(y: &[f64], weights: &[f64]) -> CountRegression {
        let rows: Vec<f64> = (1..=y.len()).flat_map(|t| [1.0, t as f64]).collect();
        CountRegression::new(&rows, 2, y, weights, &vec![0.0; y.len()]).unwrap()
    }

    #[test]
    fn the_likelihood_is_the_product_of_the_probabilities() {
        let problem = weighted(&[0.0, 1.0, 3.0], &[1.0, 1.0, 2.0]);
        let mean = [1.0, 2.0, 0.5_f64];
        // By hand. Poisson e^-m m^y / y!: e^-1, 2 e^-2, and twice e^-1/2 / 48.
        let poisson = -1.0 + (2.0_f64.ln() - 2.0) + 2.0 * (-0.5 - 48.0_f64.ln());
        assert!((problem.loglik(0.0, &mean) - poisson).abs() < 1e-12);
        // alpha = 1 is geometric, m^y / (1 + m)^(y + 1): 1/2, 2/9, and twice (1/2)^3 / (3/2)^4 = 2/81.
        let geometric = 0.5_f64.ln() + (2.0_f64 / 9.0).ln() + 2.0 * (2.0_f64 / 81.0).ln();
        assert!((problem.loglik(1.0, &mean) - geometric).abs() < 1e-12);
    }

    #[test]
    fn the_slope_is_what_the_likelihood_gains_by_a_little_more_dispersion() {
        let problem = weighted(&[0.0, 7.0, 3.0, 40.0], &[1.0, 3.0, 1.0, 2.0]);
        let mean = [1.0, 5.0, 3.5, 20.0];
        for alpha in [0.02, 0.5, 3.0] {
            let h = 1e-5 * alpha;
            let gain = (problem.loglik(alpha + h, &mean) - problem.loglik(alpha - h, &mean)) / (2.0 * h);
            let slope = problem.slope(alpha, &mean);
            assert!((slope / gain - 1.0).abs() < 1e-6, "{alpha}: {slope} for {gain}");
        }
        // By hand at Poisson: sum of w ((y - m)^2 - y) / 2 = (1 + 3 (4 - 7) + (0.25 - 3) + 2 (400 - 40)) / 2.
        assert!((problem.slope(0.0, &mean) - 0.5 * (1.0 - 9.0 - 2.75 + 720.0)).abs() < 1e-12);
    }

    #[test]
    fn deviance_and_pearson_by_hand() {
        // An intercept: the mean is that of the counts, 3. Poisson: 2 sum y ln(y / m), of NB with alpha 1 less
        // 2 sum (y + 1) ln((1 + y) / (1 + m)); Pearson sum (y - m)^2 / (m (1 + alpha m)) = 14 / 3 and 14 / 12.
        let problem = CountRegression::new(&[1.0; 3], 1, &[0.0, 4.0, 5.0], &[1.0; 3], &[0.0; 3]).unwrap();
        let own = 4.0 * (4.0_f64 / 3.0).ln() + 5.0 * (5.0_f64 / 3.0).ln();
        let rest = (1.0_f64 / 4.0).ln() + 5.0 * (5.0_f64 / 4.0).ln() + 6.0 * (6.0_f64 / 4.0).ln();
        for (alpha, deviance, pearson) in [(0.0, 2.0 * own, 14.0 / 3.0), (1.0, 2.0 * (own - rest), 14.0 / 12.0)] {
            let fit = problem.maximum(alpha, None).unwrap();
            assert!((problem.deviance(&fit) - deviance).abs() < 1e-12, "{alpha}");
            assert!((problem.pearson(&fit) - pearson).abs() < 1e-12, "{alpha}");
            // The column of ones made orthonormal has squares of 1/3: the information is m / (1 + alpha m).
            let information = (3.0 / (1.0 + 3.0 * alpha)).ln();
            assert!((problem.log_information(&fit) - information).abs() < 1e-12, "{alpha}");
            assert!((problem.log_information_at(alpha, &fit).unwrap() - information).abs() < 1e-12, "{alpha}");
        }
    }

    #[test]
    fn the_error_of_theta_is_the_curvature_of_the_likelihood() {
        let problem = weighted(&[2.0, 11.0, 5.0, 30.0, 9.0, 14.0, 3.0], &[1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0]);
        let fit = problem.overall_maximum().unwrap();
        let (theta, h) = (1.0 / fit.alpha, 1e-3);
        let at = |theta: f64| problem.loglik(1.0 / theta, &fit.mean);
        let curvature = (2.0 * at(theta) - at(theta + h) - at(theta - h)) / (h * h);
        let error = problem.theta_se(&fit);
        assert!((error * curvature.sqrt() - 1.0).abs() < 1e-5, "{error} for {}", curvature.sqrt().recip());
    }

    #[test]
    fn eigenvectors_are_turned_by_nothing_and_stretched_by_their_values() {
        // The tridiagonal matrix of 2 and 1: values 2 - sqrt 2, 2 and 2 + sqrt 2.
        let matrix = [2.0, 1.0, 0.0, 1.0, 2.0, 1.0, 0.0, 1.0, 2.0];
        let (mut values, vectors) = eigen(matrix.to_vec(), 3);
        for k in 0..3 {
            let v = [vectors[k], vectors[3 + k], vectors[6 + k]];
            assert!((v.iter().map(|x| x * x).sum::<f64>() - 1.0).abs() < 1e-14);
            for i in 0..3 {
                let image: f64 = (0..3).map(|j| matrix[i * 3 + j] * v[j]).sum();
                assert!((image - values[k] * v[i]).abs() < 1e-13, "{k} {i}");
            }
        }
        // Equal entries on the diagonal are turned by 45 degrees: 2 - 1 and 2 + 1.
        let (mut pair, _) = eigen(vec![2.0, 1.0, 1.0, 2.0], 2);
        pair.sort_unstable_by(f64::total_cmp);
        assert!((pair[0] - 1.0).abs() < 1e-14 && (pair[1] - 3.0).abs() < 1e-14, "{pair:?}");
        values.sort_unstable_by(f64::total_cmp);
        let root = 2.0_f64.sqrt();
        for (value, expected) in values.iter().zip([2.0 - root, 2.0, 2.0 + root]) {
            assert!((value - expected).abs() < 1e-14);
        }
    }

    #[test]
    fn a_matrix_that_is_singular_has_no_cholesky_factor() {
        assert_eq!(cholesky(vec![0.0], 1), None);
        assert_eq!(cholesky(vec![1.0, 1.0, 1.0, 1.0], 2), None);
        assert_eq!(cholesky(vec![4.0, 2.0, 2.0, 10.0], 2).unwrap(), [2.0, 2.0, 1.0, 3.0]);
    }

    #[test]
    fn a_row_of_weight_two_is_a_row_given_twice() {
        let y = [2.0, 11.0, 5.0, 30.0, 9.0];
        let heavy = weighted(&y, &[1.0, 2.0, 1.0, 1.0, 2.0]);
        let times = [1.0, 2.0, 2.0, 3.0, 4.0, 5.0, 5.0];
        let rows: Vec<f64> = times.iter().flat_map(|t| [1.0, *t]).collect();
        let counts = [2.0, 11.0, 11.0, 5.0, 30.0, 9.0, 9.0];
        let twice = CountRegression::new(&rows, 2, &counts, &[1.0; 7], &[0.0; 7]).unwrap();
        let near = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-8, "{a} for {b}");
        for alpha in [0.0, 0.3] {
            let (one, other) = (heavy.maximum(alpha, None).unwrap(), twice.maximum(alpha, None).unwrap());
            near(one.loglik, other.loglik);
            near(heavy.deviance(&one), twice.deviance(&other));
            near(heavy.pearson(&one), twice.pearson(&other));
            for (a, b) in heavy.coefficients(&one).iter().zip(twice.coefficients(&other)) {
                near(*a, b);
            }
            let variance = |problem: &CountRegression, fit: &CountFit| {
                let root = problem.root(fit);
                root[2] * root[2] + root[3] * root[3]
            };
            near(variance(&heavy, &one), variance(&twice, &other));
        }
        let (one, other) = (heavy.overall_maximum().unwrap(), twice.overall_maximum().unwrap());
        near(one.alpha, other.alpha);
        near(heavy.theta_se(&one), twice.theta_se(&other));
        let (one, other) = (heavy.penalised().unwrap(), twice.penalised().unwrap());
        near(one.mean[3], other.mean[4]);
    }

    #[test]
    fn at_the_overall_maximum_neither_more_nor_less_dispersion_is_more_likely() {
        let problem = of(&[2.0, 11.0, 5.0, 30.0, 9.0, 14.0, 3.0]);
        let best = problem.overall_maximum().unwrap();
        assert!(best.alpha > 0.01, "these counts scatter more than Poisson: {}", best.alpha);
        for factor in [0.9, 0.99, 1.01, 1.1] {
            assert!(problem.maximum(best.alpha * factor, None).unwrap().loglik < best.loglik, "{factor}");
        }
    }

    #[test]
    fn counts_of_every_size_have_their_maximum() {
        // Without the rounding of counts the gamma law is left: its score, the sum of (y / m - 1) x, is zero at the end.
        let shares = [1.0, 1.2, 0.9, 1.4, 1.3];
        for exponent in 0..=36 {
            let scale = 10.0_f64.powf(f64::from(exponent) / 4.0);
            let y = shares.map(|share| (scale * share).round());
            let fit = of(&y).overall_maximum().unwrap_or_else(|| panic!("no maximum at {scale}"));
            let score: f64 = y.iter().zip(&fit.mean).zip(1..).map(|((y, m), t)| (y / m - 1.0) * f64::from(t)).sum();
            assert!(scale < 1e6 || (score.abs() < 1e-4 && (fit.alpha - 0.01706).abs() < 1e-4), "{score} {fit:?}");
        }
    }

    #[test]
    fn a_series_of_counts_has_a_maximum_or_is_separated() {
        let mut stream = Stream::new(11, "counts");
        for i in 0..400 {
            let n = 3 + i % 12;
            let (level, growth) = (10.0_f64.powf(9.0 * stream.uniform() - 0.5), 0.3 * stream.normal());
            let size = 10.0_f64.powf(3.0 * stream.uniform() - 0.5);
            let y: Vec<f64> =
                (0..n).map(|t| stream.negative_binomial(level * (growth * f64::from(t)).exp(), size)).collect();
            let problem = of(&y);
            if problem.is_separated() {
                assert!(problem.penalised().is_some(), "{y:?}");
            } else {
                assert!(problem.maximum(0.0, None).is_some() && problem.overall_maximum().is_some(), "{y:?}");
            }
        }
    }

    #[test]
    fn separation_is_found_where_it_is_and_nowhere_else() {
        assert!(of(&[9.0, 0.0, 0.0, 0.0, 0.0]).is_separated());
        assert!(of(&[0.0, 0.0, 0.0]).is_separated());
        assert!(of(&[0.0, 0.0, 5.0]).is_separated());
        assert!(!of(&[0.0, 5.0, 0.0]).is_separated(), "the single count lies between zeros");
        assert!(!of(&[9.0, 0.0, 0.0, 1.0]).is_separated());
        assert!(!of(&[9.0, 2.0, 3.0]).is_separated());
    }

    #[test]
    fn the_penalty_keeps_separated_counts_finite() {
        // By hand for zeros alone and an intercept: n m = 1/2, Jeffreys' half count.
        let problem = CountRegression::new(&[1.0; 4], 1, &[0.0; 4], &[1.0; 4], &[0.0; 4]).unwrap();
        let fit = problem.penalised().unwrap();
        assert!((fit.mean[0] - 0.125).abs() < 1e-12);
        for y in [&[9.0, 0.0, 0.0, 0.0, 0.0][..], &[0.0, 0.0, 5.0], &[0.0; 8]] {
            let problem = of(y);
            let fit = problem.penalised().unwrap();
            assert!(problem.coefficients(&fit).iter().all(|b| b.abs() < 20.0));
        }
    }
}
