//! What data and prior leave unknown of a few numbers, and of what follows from them.
//!
//! Near the best fit of a nonlinear least-squares problem with residuals r (standard deviation 1) and Jacobian J, the
//! parameters are nearly normal with covariance `(J'J + P)^-1`, where P holds prior precisions (zero for none). Anything with
//! gradient g then has the variance `g' (J'J + P)^-1 g`. [`Precision::root_row`] gives the row `L^-1 g` with `L L' = J'J + P`:
//! rows of several quantities have their covariance for inner products, so that they can be drawn together.
//!
//! References: Bates and Watts (1988), *Nonlinear Regression Analysis and Its Applications*, chapter 2; Tierney and Kadane
//! (1986), *JASA* 81, 82-86, for the approximation by a normal law at the mode.

#![allow(clippy::indexing_slicing, reason = "a triangle of n rows, made here")]

/// The Cholesky factor of a precision matrix, columns scaled to a unit diagonal.
#[derive(Clone, Debug, PartialEq)]
pub struct Precision {
    size: usize,
    /// Lower triangle, row by row.
    factor: Vec<f64>,
    /// Square roots of the diagonal before scaling.
    scale: Vec<f64>,
}

/// Pivots below this share of the diagonal: a direction that neither data nor prior know anything about.
const FLAT: f64 = 1e-13;

impl Precision {
    /// From a Jacobian given by columns (one a parameter) and prior precisions.
    ///
    /// A direction that nothing is known about counts as known: it would otherwise make everything infinite.
    ///
    /// ```
    /// use unjuran::numeric::precision::Precision;
    /// // a mean of four numbers of variance 1, no prior: variance 1/4
    /// let precision = Precision::new(&[vec![1.0; 4]], &[0.0]);
    /// assert!((precision.variance(&[1.0]) - 0.25).abs() < 1e-15);
    /// ```
    pub fn new(columns: &[Vec<f64>], prior: &[f64]) -> Self {
        let size = columns.len();
        let mut matrix = vec![0.0; size * size];
        for i in 0..size {
            for j in 0..=i {
                let product: f64 = columns[i].iter().zip(&columns[j]).map(|(a, b)| a * b).sum();
                matrix[i * size + j] = product + if i == j { prior.get(i).copied().unwrap_or(0.0) } else { 0.0 };
            }
        }
        let scale: Vec<f64> = (0..size).map(|i| matrix[i * size + i].sqrt()).collect();
        let mut factor = vec![0.0; size * size];
        for i in 0..size {
            for j in 0..=i {
                let unit = scale[i] * scale[j];
                let mut sum = if unit > 0.0 { matrix[i * size + j] / unit } else { 0.0 };
                for k in 0..j {
                    sum -= factor[i * size + k] * factor[j * size + k];
                }
                factor[i * size + j] = if i == j {
                    if sum > FLAT { sum.sqrt() } else { f64::INFINITY }
                } else {
                    sum / factor[j * size + j]
                };
            }
        }
        Self { size, factor, scale }
    }

    /// The row whose inner products are covariances, for a quantity with this gradient.
    pub fn root_row(&self, gradient: &[f64]) -> Vec<f64> {
        let mut row = vec![0.0; self.size];
        for i in 0..self.size {
            let mut sum = if self.scale[i] > 0.0 { gradient[i] / self.scale[i] } else { 0.0 };
            for (k, known) in row[..i].iter().enumerate() {
                sum -= self.factor[i * self.size + k] * known;
            }
            row[i] = sum / self.factor[i * self.size + i];
        }
        row
    }

    /// The variance of a quantity with this gradient.
    pub fn variance(&self, gradient: &[f64]) -> f64 {
        self.root_row(gradient).iter().map(|x| x * x).sum()
    }

    /// The standard deviation of each parameter.
    pub fn standard_errors(&self) -> Vec<f64> {
        (0..self.size)
            .map(|i| {
                let mut unit = vec![0.0; self.size];
                unit[i] = 1.0;
                self.variance(&unit).sqrt()
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_has_its_textbook_covariance() {
        // t = 1, 2, 3: var of the slope 1/2, of the intercept 14/6, of the line at 4: 1/3 + 2^2/2
        let precision = Precision::new(&[vec![1.0; 3], vec![1.0, 2.0, 3.0]], &[0.0, 0.0]);
        assert!((precision.variance(&[0.0, 1.0]) - 0.5).abs() < 1e-14);
        assert!((precision.variance(&[1.0, 0.0]) - 14.0 / 6.0).abs() < 1e-13);
        assert!((precision.variance(&[1.0, 4.0]) - (1.0 / 3.0 + 2.0)).abs() < 1e-13);
        let errors = precision.standard_errors();
        assert!((errors[1] - 0.5_f64.sqrt()).abs() < 1e-14);
    }

    #[test]
    fn a_prior_stands_in_where_the_data_say_nothing() {
        let precision = Precision::new(&[vec![0.0; 3]], &[4.0]);
        assert!((precision.variance(&[1.0]) - 0.25).abs() < 1e-15);
        let nothing = Precision::new(&[vec![0.0; 3]], &[0.0]);
        assert_eq!(nothing.variance(&[1.0]), 0.0);
    }
}
