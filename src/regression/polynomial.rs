//! Polynomials through points of the user's own.
//!
//! Fitted in orthogonal polynomials, reported in powers of x with the digits that the data allow; see
//! [`crate::numeric::polynomial`]. Inference as in [`super::Ols`].

#![allow(clippy::indexing_slicing, reason = "a matrix kernel: columns are counted here")]

use std::f64::consts::TAU;

use super::ols::coefficient;
use crate::error::{Error, Result};
use crate::model::{Coefficient, Criteria};
use crate::numeric::polynomial;
use crate::numeric::special::StudentT;

/// A polynomial fitted to points.
#[derive(Clone, Debug, PartialEq)]
pub struct PolynomialFit {
    /// Coefficients of 1, x, x^2, ...: named `intercept`, `x`, `x^2`, ...
    pub coefficients: Vec<Coefficient>,
    /// Their covariance matrix, row by row.
    pub covariance: Vec<f64>,
    /// Residual standard deviation.
    pub sigma: f64,
    /// Degrees of freedom: points less coefficients.
    pub df: usize,
    /// Sum of squared residuals.
    pub rss: f64,
    /// Share of the variation that the polynomial explains.
    pub r2: f64,
    /// The same, corrected for the number of coefficients.
    pub adjusted_r2: f64,
    /// Likelihood and criteria.
    pub criteria: Criteria,
    /// Fitted values.
    pub fitted: Vec<f64>,
    /// Observed less fitted.
    pub residuals: Vec<f64>,
    /// The diagonal of the hat matrix.
    pub leverages: Vec<f64>,
}

/// The polynomial of a degree through the points (x, y) with the least squares.
///
/// ```
/// // (x - 1)^2 plus 1, -3, 3, -1 over 4, which no parabola sees: by hand 1 - 2 x + x^2 and rss 20 / 16.
/// let fit = unjuran::regression::polynomial(&[0.0, 1.0, 2.0, 3.0], &[1.25, -0.75, 1.75, 3.75], 2)?;
/// assert!((fit.coefficients[1].estimate + 2.0).abs() < 1e-14 && (fit.rss - 1.25).abs() < 1e-14);
/// # Ok::<(), unjuran::Error>(())
/// ```
///
/// # Errors
/// [`Error::BadParameter`] unless the degree is 1 to 20; [`Error::MatrixShape`] for different lengths,
/// [`Error::MatrixNumber`] for numbers that are not finite, [`Error::TooFewYears`] unless there are more points than
/// coefficients, [`Error::RankDeficient`] if too few of them differ in x.
pub fn polynomial(x: &[f64], y: &[f64], degree: usize) -> Result<PolynomialFit> {
    let series = || "polynomial".to_owned();
    if !(1..=20).contains(&degree) {
        return Err(Error::bad_parameter(series(), "degree", degree, "1 to 20"));
    }
    if x.len() != y.len() {
        return Err(Error::MatrixShape { series: series(), entries: x.len(), columns: 1, rows: y.len() });
    }
    if let Some(at) = x.iter().zip(y).position(|(x, y)| !(x.is_finite() && y.is_finite())) {
        return Err(Error::MatrixNumber { series: series(), row: at + 1 });
    }
    let (n, p) = (y.len(), degree + 1);
    if n <= p {
        return Err(Error::TooFewYears { series: series(), model: series(), needed: p + 1, got: n });
    }
    let name = |k: usize| match k {
        0 => "intercept".to_owned(),
        1 => "x".to_owned(),
        k => format!("x^{k}"),
    };
    let columns = || (1..p).map(name).collect();
    let deficient = || Error::RankDeficient { series: series(), columns: columns() };
    let fit = polynomial::fit(x, y, &vec![1.0; n], degree).ok_or_else(deficient)?;
    if !fit.coefficients.iter().all(|b| b.is_finite()) {
        return Err(Error::Overflow { series: series(), model: series() });
    }
    let rss: f64 = fit.residuals.iter().map(|e| e * e).sum();
    let df = n - p;
    let sigma = (rss / df as f64).sqrt();
    let row = |j: usize| &fit.root[j * p..(j + 1) * p];
    let covariance: Vec<f64> = (0..p * p)
        .map(|k| sigma * sigma * row(k / p).iter().zip(row(k % p)).map(|(a, b)| a * b).sum::<f64>())
        .collect();
    let law = StudentT::new(df as f64);
    let each = |(j, b): (usize, &f64)| coefficient(&name(j), *b, covariance[j * p + j].sqrt(), Some(&law));
    let coefficients = fit.coefficients.iter().enumerate().map(each).collect();
    let mean = y.iter().map(|y| y / n as f64).sum::<f64>();
    let total: f64 = y.iter().map(|y| (y - mean).powi(2)).sum();
    let r2 = if total > 0.0 { 1.0 - rss / total } else { 0.0 };
    let square = (rss / n as f64).max(f64::MIN_POSITIVE);
    Ok(PolynomialFit {
        coefficients,
        covariance,
        sigma,
        df,
        rss,
        r2,
        adjusted_r2: 1.0 - (1.0 - r2) * (n - 1) as f64 / df as f64,
        criteria: Criteria::new(-0.5 * n as f64 * ((TAU * square).ln() + 1.0), p + 1, n),
        fitted: y.iter().zip(&fit.residuals).map(|(y, e)| y - e).collect(),
        residuals: fit.residuals,
        leverages: fit.leverages,
    })
}
