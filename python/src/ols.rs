//! `unjuran.regression`: least squares on columns of the user's own.

use std::fmt::Write as _;

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use unjuran::Error;
use unjuran::model::{Coefficient, Criteria};
use unjuran::regression::{self, Ols, Robust, Sample};

use crate::arrays;
use crate::errors::Result;
use crate::forecast::named_interval;
use crate::input;
use crate::tidy::{OfColumns, coefficients};

/// A regression on columns of the user's own.
///
/// Arrays have a number a coefficient, in the order of ``names``, or a number a row.
#[pyclass(name = "ColumnsFit", module = "unjuran.regression", frozen)]
pub(crate) struct PyColumnsFit {
    coefficients: Vec<Coefficient>,
    covariance: Vec<f64>,
    sigma: f64,
    df: usize,
    rss: f64,
    r2: f64,
    adjusted_r2: f64,
    criteria: Criteria,
    fitted: Vec<f64>,
    residuals: Vec<f64>,
    leverages: Vec<f64>,
    ols: Option<Ols>,
}

impl PyColumnsFit {
    fn each<'py>(&self, py: Python<'py>, what: impl Fn(&Coefficient) -> f64) -> PyResult<Bound<'py, PyAny>> {
        arrays::floats(py, &self.coefficients.iter().map(what).collect::<Vec<_>>())
    }

    /// Ends of a band at rows of the columns.
    fn band<'py>(
        &self,
        py: Python<'py>,
        rows: &Bound<'py, PyAny>,
        ends: impl Fn(&Ols, &[f64]) -> unjuran::Result<(f64, f64)>,
    ) -> Result<Bound<'py, PyAny>> {
        let Some(ols) = &self.ols else {
            let (model, parameter) = ("polynomial".to_owned(), "X".to_owned());
            let (value, allowed) = ("rows of columns".to_owned(), "rows for fits of ols".to_owned());
            return Err(Error::bad_parameter(model, parameter, value, allowed).into());
        };
        let intercept = self.coefficients.first().is_some_and(|c| c.name == "intercept");
        let of_row = |row: Vec<f64>| {
            let row: Vec<f64> = intercept.then_some(1.0).into_iter().chain(row).collect();
            ends(ols, &row)
        };
        let bounds = Matrix::read(rows)?.rows.into_iter().map(of_row).collect::<unjuran::Result<Vec<_>>>()?;
        let (lower, upper): (Vec<f64>, Vec<f64>) = bounds.into_iter().unzip();
        Ok(named_interval(py, (arrays::floats(py, &lower)?, arrays::floats(py, &upper)?))?)
    }

    fn told(&self) -> OfColumns<'_> {
        OfColumns {
            r2: self.r2,
            adjusted_r2: self.adjusted_r2,
            sigma: self.sigma,
            criteria: self.criteria,
            rss: self.rss,
            df: self.df,
            fitted: &self.fitted,
            residuals: &self.residuals,
            leverages: &self.leverages,
        }
    }
}

#[pymethods]
impl PyColumnsFit {
    /// A frame with a row for each coefficient: the columns of R's broom, term, estimate, std.error, statistic, p.value.
    #[pyo3(signature = (backend=None))]
    fn tidy<'py>(&self, py: Python<'py>, backend: Option<&str>) -> Result<Bound<'py, PyAny>> {
        coefficients(py, &self.coefficients, backend)
    }

    /// A frame with one row: r.squared, adj.r.squared, sigma, logLik, AIC, AICc, BIC, deviance, df.residual, nobs.
    #[pyo3(signature = (backend=None))]
    fn glance<'py>(&self, py: Python<'py>, backend: Option<&str>) -> Result<Bound<'py, PyAny>> {
        self.told().glance(py, backend)
    }

    /// A frame with a row for each row of the fit: .fitted, .resid and, where it is known, .hat (the leverage).
    #[pyo3(signature = (backend=None))]
    fn augment<'py>(&self, py: Python<'py>, backend: Option<&str>) -> Result<Bound<'py, PyAny>> {
        self.told().augment(py, backend)
    }

    /// Coefficients with their tests and the figures of the fit, as a text of several lines.
    fn summary(&self) -> String {
        let mut text = format!("{:<16} {:>14} {:>14} {:>10} {:>12}\n", "", "estimate", "se", "t", "p");
        for c in &self.coefficients {
            let numbers = format!("{:>14.6e} {:>14.6e} {:>10.3} {:>12.4e}", c.estimate, c.se, c.t, c.p);
            let _ = writeln!(text, "{:<16} {numbers}", c.name);
        }
        let (n, df, sigma, r2) = (self.fitted.len(), self.df, self.sigma, self.r2);
        let _ = writeln!(text, "{n} rows, {df} degrees of freedom, sigma {sigma:.6e}, r2 {r2:.6}");
        if let Some(ols) = &self.ols {
            let _ = writeln!(text, "Durbin-Watson {:.3}", ols.durbin_watson());
        }
        text
    }

    /// Names of the coefficients.
    #[getter]
    fn names<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.coefficients.iter().map(|c| c.name.as_str()))
    }

    /// The coefficients.
    #[getter]
    fn coef<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.each(py, |c| c.estimate)
    }

    /// Their standard errors.
    #[getter]
    fn se<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.each(py, |c| c.se)
    }

    /// The coefficients in units of their standard errors.
    #[getter]
    fn t<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.each(py, |c| c.t)
    }

    /// The probabilities of a t at least as far from zero if the true coefficient were zero.
    #[getter]
    fn p<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.each(py, |c| c.p)
    }

    /// The covariance matrix of the coefficients, a float64 array of two dimensions.
    #[getter]
    fn covariance<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        arrays::rows(py, &self.covariance, self.coefficients.len())
    }

    /// Residual standard deviation.
    #[getter]
    fn sigma(&self) -> f64 {
        self.sigma
    }

    /// Degrees of freedom: rows less coefficients.
    #[getter]
    fn df(&self) -> usize {
        self.df
    }

    /// The sum of the squared residuals, weights included.
    #[getter]
    fn rss(&self) -> f64 {
        self.rss
    }

    /// The share of the variance that the columns explain.
    #[getter]
    fn r2(&self) -> f64 {
        self.r2
    }

    /// The same, corrected for the number of coefficients.
    #[getter]
    fn adjusted_r2(&self) -> f64 {
        self.adjusted_r2
    }

    /// Log-likelihood, constants included.
    #[getter]
    fn loglik(&self) -> f64 {
        self.criteria.loglik
    }

    /// Akaike's information criterion.
    #[getter]
    fn aic(&self) -> f64 {
        self.criteria.aic
    }

    /// The same, corrected for few rows; None where they are too few for the correction.
    #[getter]
    fn aicc(&self) -> Option<f64> {
        self.criteria.aicc
    }

    /// Schwarz's information criterion.
    #[getter]
    fn bic(&self) -> f64 {
        self.criteria.bic
    }

    /// The fitted values, a float64 array with a number a row.
    #[getter]
    fn fitted<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        arrays::floats(py, &self.fitted)
    }

    /// Observed less fitted.
    #[getter]
    fn residuals<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        arrays::floats(py, &self.residuals)
    }

    /// How much each row pulls the fit towards itself: the diagonal of the hat matrix.
    #[getter]
    fn leverage<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        arrays::floats(py, &self.leverages)
    }

    /// Near 2 for residuals without memory, towards 0 where neighbours are alike, towards 4 where they alternate
    /// (Durbin and Watson 1950). None for a polynomial.
    #[getter]
    fn durbin_watson(&self) -> Option<f64> {
        self.ols.as_ref().map(Ols::durbin_watson)
    }

    /// How far all fitted values move when a row is left out: Cook's distances, a float64 array with a number a row (Cook
    /// 1977). None for a polynomial.
    #[getter]
    fn cooks<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.ols.as_ref().map(|ols| arrays::floats(py, &ols.cooks())).transpose()
    }

    /// Residuals over their standard deviation, each estimated without its own row: infinite where the other rows fit
    /// exactly. None for a polynomial.
    #[getter]
    fn studentised<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.ols.as_ref().map(|ols| arrays::floats(py, &ols.studentised())).transpose()
    }

    /// Where the line is at rows of the columns, with so many per cent confidence.
    ///
    /// ``x' b -+ t(df, level) sigma sqrt(x' (X' X)^-1 x)``, the textbook's interval of the mean response.
    ///
    /// Parameters
    /// ----------
    /// X : array, frame or sequence of rows, of shape (m, p)
    ///     The columns of the fit, without that of ones.
    /// level : float, default 95
    ///     In per cent, from 1 to below 100.
    ///
    /// Returns
    /// -------
    /// Interval
    ///     Lower and upper ends, float64 arrays with a number a row.
    ///
    /// Raises
    /// ------
    /// MatrixShapeError, BadLevelError
    ///     Rows of another width, another level.
    /// BadParameterError
    ///     A polynomial.
    ///
    /// Examples
    /// --------
    /// >>> import unjuran as uj
    /// >>> fit = uj.regression.ols([[1], [2], [3]], [1, 3, 2])
    /// >>> fit.confidence([[2]], 80).lower.round(2).tolist()  # 2 - 3.08 sqrt(3 / 2) / sqrt(3)
    /// [-0.18]
    #[pyo3(signature = (X, level=95.0))]
    #[expect(non_snake_case, reason = "the usual name of a matrix")]
    fn confidence<'py>(&self, py: Python<'py>, X: &Bound<'py, PyAny>, level: f64) -> Result<Bound<'py, PyAny>> {
        self.band(py, X, |ols, row| ols.confidence(row, level))
    }

    /// Where new values are at rows of the columns, with so many per cent probability.
    ///
    /// ``x' b -+ t(df, level) sigma sqrt(1 + x' (X' X)^-1 x)``. Parameters, result and errors are those of ``confidence``.
    #[pyo3(signature = (X, level=95.0))]
    #[expect(non_snake_case, reason = "the usual name of a matrix")]
    fn prediction<'py>(&self, py: Python<'py>, X: &Bound<'py, PyAny>, level: f64) -> Result<Bound<'py, PyAny>> {
        self.band(py, X, |ols, row| ols.prediction(row, level))
    }

    /// Standard errors that do not trust equal variances, or independence of neighbours.
    ///
    /// Parameters
    /// ----------
    /// kind : {"HC1", "HC3", "newey-west"}, default "HC3"
    /// lags : int, default 1
    ///     For Newey-West alone: how many rows apart residuals may be correlated.
    ///
    /// Raises
    /// ------
    /// BadParameterError
    ///     Another kind, a negative lag, lags for another kind than Newey-West, or a polynomial.
    #[pyo3(signature = (kind="HC3", *, lags=None))]
    fn robust_se<'py>(
        &self,
        py: Python<'py>,
        kind: &str,
        lags: Option<&Bound<'py, PyAny>>,
    ) -> Result<Bound<'py, PyAny>> {
        let lags = lags.map(|lags| input::integer(lags, "lags")).transpose()?;
        let robust = match (kind, lags) {
            ("HC1", None) => Some(Robust::Hc1),
            ("HC3", None) => Some(Robust::Hc3),
            ("newey-west", lags) => usize::try_from(lags.unwrap_or(1)).ok().map(|lags| Robust::NeweyWest { lags }),
            _ => None,
        };
        let (Some(robust), Some(ols)) = (robust, &self.ols) else {
            return Err(Error::bad_parameter(
                "robust_se",
                "kind",
                lags.map_or_else(|| format!("{kind:?}"), |lags| format!("{kind:?}, lags {lags}")),
                "\"HC1\", \"HC3\" or \"newey-west\", the last with lags from 0, for ols",
            )
            .into());
        };
        Ok(arrays::floats(py, &ols.robust_se(robust))?)
    }

    fn __repr__(&self) -> String {
        let each = self.coefficients.iter().map(|c| format!("{} {:.6}", c.name, c.estimate));
        format!("<regression on {}>", each.collect::<Vec<_>>().join(", "))
    }
}

/// Ordinary or weighted least squares of ``y`` on the columns of ``X``.
///
/// Parameters
/// ----------
/// X : array, frame, dict of columns or sequence of rows, of shape (n, p)
///     A column of numbers each; the names of a frame or dict are kept, others are called x1, x2, ...
/// y : sequence of float, of length n
/// intercept : bool, default True
///     Put a column of ones before the others.
/// weights : sequence of float, optional
///     From 0: a row of weight w has the variance sigma^2 / w. Only ratios matter for coefficients and standard errors.
///     These are no numbers of equal rows: repeat the rows where one stands for several.
///
/// Returns
/// -------
/// ColumnsFit
///
/// Raises
/// ------
/// RankDeficientError
///     Columns that are combinations of others; it names them.
/// MatrixShapeError, MatrixNumberError, TooFewYearsError
///     Rows of different lengths, numbers that are missing or infinite, no more rows than coefficients.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> fit = uj.regression.ols([[1], [2], [3]], [1, 3, 2])
/// >>> fit.coef.round(9).tolist(), round(fit.r2, 9)
/// ([1.0, 0.5], 0.25)
#[pyfunction]
#[pyo3(signature = (X, y, intercept=true, *, weights=None))]
#[expect(non_snake_case, reason = "the usual name of a matrix")]
pub(crate) fn ols(
    X: &Bound<'_, PyAny>,
    y: &Bound<'_, PyAny>,
    intercept: bool,
    weights: Option<&Bound<'_, PyAny>>,
) -> Result<PyColumnsFit> {
    let Matrix { mut names, rows } = Matrix::read(X)?;
    if intercept {
        names.insert(0, "intercept".to_owned());
    }
    let rows: Vec<f64> = rows.into_iter().flat_map(|row| intercept.then_some(1.0).into_iter().chain(row)).collect();
    let y = numbers(y, "y")?;
    let weights = weights.map(|weights| numbers(weights, "weights")).transpose()?;
    let sample = Sample { names: &names, rows: &rows, y: &y, weights: weights.as_deref(), intercept };
    let fit = Ols::of("ols", &sample)?;
    Ok(PyColumnsFit {
        coefficients: fit.coefficients().to_vec(),
        covariance: fit.covariance(),
        sigma: fit.sigma(),
        df: fit.df(),
        rss: fit.rss(),
        r2: fit.r2(),
        adjusted_r2: fit.adjusted_r2(),
        criteria: fit.criteria(0.0),
        fitted: fit.fitted(),
        residuals: fit.residuals().to_vec(),
        leverages: fit.leverages().to_vec(),
        ols: Some(fit),
    })
}

/// A matrix as Python holds it.
struct Matrix {
    names: Vec<String>,
    /// All of one length.
    rows: Vec<Vec<f64>>,
}

impl Matrix {
    #[expect(non_snake_case, reason = "the usual name of a matrix")]
    fn read(X: &Bound<'_, PyAny>) -> Result<Self> {
        if let Ok(columns) = X.cast::<PyDict>() {
            let names = columns.keys().iter().map(|name| Ok(name.str()?.to_string())).collect::<PyResult<Vec<_>>>()?;
            let each = columns.values().iter().zip(&names).map(|(column, name)| numbers(&column, name));
            let columns = each.collect::<Result<Vec<_>>>()?;
            let n = columns.first().map_or(0, Vec::len);
            if let Some(odd) = columns.iter().find(|column| column.len() != n) {
                let (series, entries) = ("X".to_owned(), odd.len());
                return Err(Error::MatrixShape { series, entries, columns: 1, rows: n }.into());
            }
            let rows = (0..n).map(|i| columns.iter().filter_map(|column| column.get(i).copied()).collect());
            return Ok(Self { names, rows: rows.collect() });
        }
        let named = X.hasattr("columns")?;
        let mut names: Vec<String> = Vec::new();
        let matrix = if named {
            for name in input::items(&X.getattr("columns")?, "X.columns")? {
                names.push(name.str()?.to_string());
            }
            X.call_method0(intern!(X.py(), "to_numpy"))?
        } else {
            X.clone()
        };
        let mut rows: Vec<Vec<f64>> = Vec::new();
        for (i, row) in input::items(&matrix, "X")?.iter().enumerate() {
            let (is_row, name) = (row.hasattr("__len__")? && !row.is_instance_of::<PyString>(), format!("X[{i}]"));
            let row = if is_row { numbers(row, &name)? } else { vec![input::number(row, &name)?] };
            if let Some(first) = rows.first().filter(|first| first.len() != row.len()) {
                let (series, entries, columns) = (name, row.len(), first.len());
                return Err(Error::MatrixShape { series, entries, columns, rows: 1 }.into());
            }
            rows.push(row);
        }
        if !named {
            names = (1..=rows.first().map_or(0, Vec::len)).map(|j| format!("x{j}")).collect();
        }
        Ok(Self { names, rows })
    }
}

/// The polynomial of a degree through points, its coefficients in powers of x.
///
/// Fitted in orthogonal polynomials and refined, so that nearly all digits are kept where powers of x are nearly dependent.
///
/// Parameters
/// ----------
/// x, y : sequences of float, of one length
/// degree : int
///     The highest power, 1 to 20.
///
/// Returns
/// -------
/// ColumnsFit
///
/// Raises
/// ------
/// BadParameterError
///     Another degree.
/// RankDeficientError
///     Too few different x.
/// MatrixShapeError, MatrixNumberError, TooFewYearsError
///     Different lengths, numbers that are missing or infinite, no more points than coefficients.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> uj.regression.polynomial([0, 1, 2, 3], [1, 0, 1, 4], 2).coef.round(9).tolist()  # (x - 1)^2
/// [1.0, -2.0, 1.0]
#[pyfunction]
pub(crate) fn polynomial(
    x: &Bound<'_, PyAny>,
    y: &Bound<'_, PyAny>,
    degree: &Bound<'_, PyAny>,
) -> Result<PyColumnsFit> {
    let degree = input::natural(degree, "polynomial", "degree", "a whole number from 1")?;
    let fit = regression::polynomial(&numbers(x, "x")?, &numbers(y, "y")?, degree)?;
    Ok(PyColumnsFit {
        coefficients: fit.coefficients,
        covariance: fit.covariance,
        sigma: fit.sigma,
        df: fit.df,
        rss: fit.rss,
        r2: fit.r2,
        adjusted_r2: fit.adjusted_r2,
        criteria: fit.criteria,
        fitted: fit.fitted,
        residuals: fit.residuals,
        leverages: fit.leverages,
        ols: None,
    })
}

fn numbers(object: &Bound<'_, PyAny>, argument: &str) -> Result<Vec<f64>> {
    let items = input::items(object, argument)?;
    if items.is_empty() {
        return Err(PyTypeError::new_err(format!("{argument} is empty")).into());
    }
    items.iter().enumerate().map(|(i, item)| input::number(item, &format!("{argument}[{i}]"))).collect()
}
