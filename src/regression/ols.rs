//! Ordinary and weighted least squares with their inference.
//!
//! `y = X b + e` with independent e of variance sigma^2 / w. With n rows, p columns and rss the weighted sum of squared
//! residuals:
//!
//! ```text
//! sigma^2 = rss / (n - p)                 se(b_j) = sigma sqrt([(X'WX)^-1]_jj)
//! t_j = b_j / se(b_j)                     p_j = P(|T| >= |t_j|), T Student-t with n - p degrees of freedom
//! r2 = 1 - rss / tss                      adjusted r2 = 1 - (1 - r2) (n - i) / (n - p)
//! loglik = (sum ln w - n (ln(2 pi rss / n) + 1)) / 2
//! ```
//!
//! tss is taken around the weighted mean if the columns have an intercept (i = 1), else around zero (i = 0). Rows of weight
//! zero are left out of n. The criteria count sigma among the estimated numbers, as R does for `lm`.
//!
//! Coefficients and residuals are refined in extended precision (see [`crate::numeric::least_squares`]), standard errors,
//! leverages and predictions come from the same factorisation.
//!
//! Reference: Seber and Lee (2003), Linear Regression Analysis, chapters 3 and 4.

#![allow(clippy::indexing_slicing, reason = "as many names as columns, and as many weights as rows")]

use std::f64::consts::TAU;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::{Coefficient, Criteria};
use crate::numeric::least_squares::{LeastSquares, LeastSquaresError};
use crate::numeric::special::{StudentT, normal};

/// The line at one row of the columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its height.
    pub mean: f64,
    /// How the independent errors behind the coefficients enter it, in units of sigma: the squared length is the variance
    /// of the height, the product with another row's root their covariance.
    pub root: Vec<f64>,
}

/// What is regressed on what.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    /// Names of the columns.
    pub names: &'a [String],
    /// The matrix row by row.
    pub rows: &'a [f64],
    /// The response, a value a row.
    pub y: &'a [f64],
    /// What each row is worth, from 0: a row of weight w has the variance sigma^2 / w. None for alike.
    pub weights: Option<&'a [f64]>,
    /// Whether the columns have an intercept among them.
    pub intercept: bool,
}

/// A fitted ordinary regression.
///
/// ```
/// use unjuran::regression::Ols;
/// // The line through (1, 1), (2, 3), (3, 2), worked by hand: y = 1 + x/2, rss 3/2 on one degree of freedom.
/// let names = ["intercept", "x"].map(String::from);
/// let fit = Ols::fit("example", &names, &[1.0, 1.0, 1.0, 2.0, 1.0, 3.0], &[1.0, 3.0, 2.0], true)?;
/// assert!((fit.coefficients()[1].estimate - 0.5).abs() < 1e-15);
/// assert!((fit.sigma() - 1.5_f64.sqrt()).abs() < 1e-15);
/// assert!((fit.r2() - 0.25).abs() < 1e-15);
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Ols {
    series: String,
    intercept: bool,
    coefficients: Vec<Coefficient>,
    sigma: f64,
    df: usize,
    placed: usize,
    r2: f64,
    adjusted_r2: f64,
    pub(super) rows: Vec<f64>,
    y: Vec<f64>,
    pub(super) weights: Option<Vec<f64>>,
    pub(super) solution: LeastSquares,
}

/// The stored form: the data, from which the rest follows.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    series: String,
    names: Vec<String>,
    rows: Vec<f64>,
    y: Vec<f64>,
    weights: Option<Vec<f64>>,
    intercept: bool,
    /// None in files of earlier releases, which counted none.
    #[serde(default, skip_serializing_if = "is_none")]
    placed: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_none(placed: &usize) -> bool {
    *placed == 0
}

/// The most columns that are read from a file: with more, solving it again would take minutes.
const MOST_COLUMNS: usize = 500;

impl TryFrom<Stored> for Ols {
    type Error = String;
    fn try_from(stored: Stored) -> std::result::Result<Self, String> {
        let Stored { series, names, rows, y, weights, intercept, placed } = stored;
        if names.len() > MOST_COLUMNS {
            return Err(format!("{} columns: at most {MOST_COLUMNS} are allowed", names.len()));
        }
        let sample = Sample { names: &names, rows: &rows, y: &y, weights: weights.as_deref(), intercept };
        Self::with_placed(&series, &sample, placed).map_err(|e| e.to_string())
    }
}

impl From<Ols> for Stored {
    fn from(ols: Ols) -> Self {
        let Ols { series, intercept, coefficients, rows, y, weights, placed, .. } = ols;
        let names = coefficients.into_iter().map(|c| c.name).collect();
        Self { series, names, rows, y, weights, intercept, placed }
    }
}

impl Ols {
    /// Regresses `y` on the columns called `names`; `rows` holds the matrix row by row, and `intercept` says whether
    /// the columns have an intercept among them. `series` names the data in errors.
    ///
    /// # Errors
    /// [`Error::MatrixShape`] and [`Error::MatrixNumber`] for what is no matrix of numbers, [`Error::TooFewYears`]
    /// unless there are more rows than columns, [`Error::RankDeficient`] if columns cannot be told apart.
    pub fn fit(series: &str, names: &[String], rows: &[f64], y: &[f64], intercept: bool) -> Result<Self> {
        Self::of(series, &Sample { names, rows, y, weights: None, intercept })
    }

    /// The same for rows of unlike variance, sigma^2 / w for a weight w. Only ratios of weights matter for coefficients and
    /// their standard errors: they are no numbers of equal rows, which would add degrees of freedom.
    ///
    /// ```
    /// use unjuran::regression::{Ols, Sample};
    /// // The mean of 1 and 4, the second with half the variance, is 3; rss 4 + 2 = 6 on one degree of freedom.
    /// let (names, y, weights) = (["intercept".to_owned()], [1.0, 4.0], [1.0, 2.0]);
    /// let sample = Sample { names: &names, rows: &[1.0, 1.0], y: &y, weights: Some(&weights), intercept: true };
    /// let fit = Ols::of("example", &sample)?;
    /// assert!((fit.coefficients()[0].estimate - 3.0).abs() < 1e-15 && (fit.rss() - 6.0).abs() < 1e-14);
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Ols::fit`]; a weight below zero is no number either, and a row of weight zero is no row.
    pub fn of(series: &str, sample: &Sample<'_>) -> Result<Self> {
        Self::with_placed(series, sample, 0)
    }

    /// The same on columns of which `placed` numbers were estimated from the same rows before, such as places of breaks: they
    /// count as the coefficients do.
    pub(super) fn with_placed(series: &str, sample: &Sample<'_>, placed: usize) -> Result<Self> {
        let Sample { names, rows, y, weights, intercept } = *sample;
        let (rows_given, p) = (y.len(), names.len());
        let n = weights.map_or(rows_given, |weights| weights.iter().filter(|w| **w != 0.0).count());
        if p == 0 || rows_given.checked_mul(p) != Some(rows.len()) || weights.is_some_and(|w| w.len() != rows_given) {
            let (series, rows_of) = (series.to_owned(), rows_given);
            return Err(Error::MatrixShape { series, entries: rows.len(), columns: p, rows: rows_of });
        }
        let estimated = p.saturating_add(placed);
        if n <= estimated {
            let needed = estimated.saturating_add(1);
            return Err(Error::TooFewYears { series: series.to_owned(), model: "OLS".into(), needed, got: n });
        }
        let solved = match weights {
            None => LeastSquares::fit(rows, p, y),
            Some(weights) => LeastSquares::weighted(rows, p, y, weights),
        };
        let solution = solved.map_err(|e| refused(series, names, e))?;
        let df = n - estimated;
        let sigma = (solution.rss() / df as f64).sqrt();
        let law = StudentT::new(df as f64);
        let coefficients = names
            .iter()
            .zip(solution.coefficients())
            .zip(solution.r_inverse().chunks_exact(p))
            .map(|((name, &estimate), row)| {
                let se = sigma * row.iter().fold(0.0_f64, |norm, r| norm.hypot(*r));
                coefficient(name, estimate, se, Some(&law))
            })
            .collect();
        let r2 = explained(y, weights, solution.rss(), intercept);
        let adjusted_r2 = 1.0 - (1.0 - r2) * (n - usize::from(intercept)) as f64 / df as f64;
        let (rows, y, weights) = (rows.to_vec(), y.to_vec(), weights.map(<[f64]>::to_vec));
        let series = series.to_owned();
        Ok(Self { series, intercept, coefficients, sigma, df, placed, r2, adjusted_r2, rows, y, weights, solution })
    }

    /// The coefficients in the order of the columns.
    pub fn coefficients(&self) -> &[Coefficient] {
        &self.coefficients
    }

    /// Residual standard deviation.
    pub fn sigma(&self) -> f64 {
        self.sigma
    }

    /// Degrees of freedom: rows less columns, and less the places of breaks that were searched for.
    pub fn df(&self) -> usize {
        self.df
    }

    /// Rows that count.
    pub(super) fn counted(&self) -> usize {
        self.df + self.placed + self.coefficients.len()
    }

    /// Share of the variation that the columns explain; 0 if there is no variation.
    pub fn r2(&self) -> f64 {
        self.r2
    }

    /// The same, corrected for the number of columns.
    pub fn adjusted_r2(&self) -> f64 {
        self.adjusted_r2
    }

    /// Sum of squared residuals, weights included.
    pub fn rss(&self) -> f64 {
        self.solution.rss()
    }

    /// Observed less fitted, row by row.
    pub fn residuals(&self) -> &[f64] {
        self.solution.residuals()
    }

    /// The fitted values, row by row.
    pub fn fitted(&self) -> Vec<f64> {
        self.y.iter().zip(self.residuals()).map(|(y, e)| y - e).collect()
    }

    /// How much each row pulls the line towards itself: the diagonal of the hat matrix.
    pub fn leverages(&self) -> &[f64] {
        self.solution.leverages()
    }

    /// The covariance matrix of the coefficients, row by row.
    pub fn covariance(&self) -> Vec<f64> {
        let square = self.sigma * self.sigma;
        self.solution.unscaled_covariance().into_iter().map(|c| c * square).collect()
    }

    /// Likelihood and information criteria. A mean squared residual below `least` counts as `least` (0 for the plain
    /// textbook values), since the likelihood of an exact fit has no end.
    pub fn criteria(&self, least: f64) -> Criteria {
        let n = self.counted() as f64;
        let square = (self.rss() / n).max(least).max(f64::MIN_POSITIVE);
        let of_weights: f64 = self.weights.iter().flatten().filter(|w| **w > 0.0).map(|w| w.ln()).sum();
        let loglik = 0.5 * (of_weights - n * ((TAU * square).ln() + 1.0));
        Criteria::new(loglik, self.coefficients.len() + self.placed + 1, self.counted())
    }

    /// The line at a row of the columns.
    ///
    /// # Errors
    /// [`Error::MatrixShape`] unless the row has an entry for each column.
    pub fn line_at(&self, row: &[f64]) -> Result<Line> {
        let names = || self.coefficients.iter().map(|c| c.name.clone()).collect::<Vec<_>>();
        let root = self.solution.root(row).map_err(|e| refused(&self.series, &names(), e))?;
        let mean = row.iter().zip(self.solution.coefficients()).map(|(x, b)| x * b).sum();
        Ok(Line { mean, root })
    }
}

/// A coefficient with its test; normal without degrees of freedom.
pub(super) fn coefficient(name: &str, estimate: f64, se: f64, law: Option<&StudentT>) -> Coefficient {
    // why: an exact fit has standard errors of zero, and a coefficient of zero is no evidence then either.
    let t = if estimate.abs() > 0.0 { estimate / se } else { 0.0 };
    let p = law.map_or_else(|| 2.0 * normal::survival(t.abs()), |law| law.two_sided(t));
    Coefficient { name: name.to_owned(), estimate, se, t, p }
}

/// The error of the numeric layer in words of the data.
pub(super) fn refused(series: &str, names: &[String], error: LeastSquaresError) -> Error {
    let series = series.to_owned();
    match error {
        LeastSquaresError::RankDeficient { columns } => {
            Error::RankDeficient { series, columns: columns.into_iter().map(|j| names[j].clone()).collect() }
        }
        LeastSquaresError::BadNumber { row } => Error::MatrixNumber { series, row: row + 1 },
        LeastSquaresError::Shape { entries, columns, responses, .. } => {
            Error::MatrixShape { series, entries, columns, rows: responses }
        }
    }
}

/// The share of the sum of squares of `y`, around its mean or around zero, that is not left in `rss`.
fn explained(y: &[f64], weights: Option<&[f64]>, rss: f64, around_mean: bool) -> f64 {
    let weight = |i: usize| weights.map_or(1.0, |weights| weights[i]);
    let sum = (0..y.len()).map(weight).sum::<f64>();
    let average = |of: &dyn Fn(f64) -> f64| y.iter().enumerate().map(|(i, v)| of(*v) * (weight(i) / sum)).sum::<f64>();
    let mean = average(&|v| v);
    let centre = if around_mean { mean + average(&|v| v - mean) } else { 0.0 };
    let total = y.iter().enumerate().map(|(i, v)| weight(i) * (v - centre).powi(2)).sum::<f64>();
    let largest = y.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    // why: a constant leaves nothing but the rounding of its mean, and a ratio of roundings is no share.
    let varies = total > sum * (4.0 * f64::EPSILON * largest).powi(2);
    if varies { 1.0 - rss / total } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::Robust;
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    /// The design of a straight line over t = 1, 2, ...
    fn line(n: u32) -> Vec<f64> {
        (1..=n).flat_map(|t| [1.0, f64::from(t)]).collect()
    }

    #[test]
    fn a_line_through_three_dots_agrees_with_the_calculation_by_hand() {
        // By hand for y = 1, 3, 2: b = (1, 1/2), sigma^2 = 3/2, se = (sqrt 7/2, sqrt 3/4), t = (sqrt 2/7, sqrt 1/3);
        // one degree of freedom is a Cauchy law: p = 1 - 2 atan(t) / pi = 2/3 for the slope.
        let fit = Ols::fit("s", &names(&["intercept", "trend"]), &line(3), &[1.0, 3.0, 2.0], true).unwrap();
        let [intercept, slope] = fit.coefficients() else { panic!("two coefficients") };
        let near = |got: f64, expected: f64| assert!((got - expected).abs() < 1e-14, "{got} for {expected}");
        near(intercept.estimate, 1.0);
        near(intercept.se, 3.5_f64.sqrt());
        near(slope.estimate, 0.5);
        near(slope.se, 0.75_f64.sqrt());
        near(slope.t, (1.0_f64 / 3.0).sqrt());
        near(slope.p, 2.0 / 3.0);
        near(fit.r2(), 0.25);
        near(fit.adjusted_r2(), -0.5);
        near(fit.criteria(0.0).loglik, -1.5 * ((TAU * 0.5).ln() + 1.0));
        let at_four = fit.line_at(&[1.0, 4.0]).unwrap();
        near(at_four.mean, 3.0);
        near(at_four.root.iter().map(|r| r * r).sum(), 7.0 / 3.0);
    }

    #[test]
    fn without_an_intercept_the_variation_is_taken_around_zero() {
        // By hand for y = b x through (1, 1), (2, 1): b = 3/5, rss = 2 - 9/5 = 1/5, tss = 2.
        let fit = Ols::fit("s", &names(&["x"]), &[1.0, 2.0], &[1.0, 1.0], false).unwrap();
        assert!((fit.r2() - 0.9).abs() < 1e-15 && (fit.adjusted_r2() - 0.8).abs() < 1e-15);
    }

    #[test]
    fn exact_fits_have_no_nan() {
        for y in [[2.0, 4.0, 6.0, 8.0], [7.0; 4], [0.1; 4], [0.0; 4]] {
            let fit = Ols::fit("s", &names(&["intercept", "trend"]), &line(4), &y, true).unwrap();
            assert!(fit.sigma() < 1e-15 && (0.0..=1.0).contains(&fit.r2()), "{fit:?}");
            assert!(fit.coefficients().iter().all(|c| !c.t.is_nan() && !c.p.is_nan()), "{fit:?}");
            assert!(fit.criteria(0.0).loglik.is_finite());
            assert!((fit.criteria(1e-6).loglik - 2.0 * (-1.0 - (TAU * 1e-6).ln())).abs() < 1e-12);
        }
    }

    #[test]
    fn what_cannot_be_fitted_is_refused_by_name() {
        let names = names(&["intercept", "trend", "twice"]);
        let rows: Vec<f64> = (1..=5).flat_map(|t| [1.0, f64::from(t), 2.0 * f64::from(t)]).collect();
        let fit = |rows: &[f64], y: &[f64]| Ols::fit("s", &names, rows, y, true).unwrap_err();
        let y = [1.0, 2.0, 4.0, 8.0, 16.0];
        assert_eq!(fit(&rows, &y), Error::RankDeficient { series: "s".into(), columns: vec!["twice".into()] });
        assert_eq!(fit(&rows[..9], &y[..3]).kind(), "TooFewYears");
        assert_eq!(fit(&rows, &y[..4]).kind(), "MatrixShape");
        assert_eq!(fit(&[], &[]).kind(), "TooFewYears");
        let gap = [1.0, 2.0, f64::NAN, 8.0, 16.0];
        assert_eq!(fit(&rows, &gap), Error::MatrixNumber { series: "s".into(), row: 3 });
    }

    #[test]
    fn a_row_that_counts_for_nothing_changes_no_robust_error() {
        let names = names(&["intercept"]);
        let of = |y: &[f64], weights: &[f64]| {
            let rows = vec![1.0; y.len()];
            let sample = Sample { names: &names, rows: &rows, y, weights: Some(weights), intercept: true };
            Ols::of("example", &sample).unwrap()
        };
        let (without, with) = (of(&[1.0, 2.0, 6.0], &[1.0; 3]), of(&[1.0, 2.0, 900.0, 6.0], &[1.0, 1.0, 0.0, 1.0]));
        for robust in [Robust::Hc1, Robust::Hc3] {
            assert!((without.robust_se(robust)[0] - with.robust_se(robust)[0]).abs() < 1e-12, "{robust:?}");
        }
        assert_eq!(with.weights.as_deref(), Some(&[1.0, 1.0, 0.0, 1.0][..]));
    }
}
