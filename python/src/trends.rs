//! Trend regressions and what is known of their coefficients.

use pyo3::PyClassInitializer;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use unjuran::regression::{Coefficient, FittedTrend, LinearTrend, LogLinearTrend, Ols};
use unjuran::series::Series;

use crate::arrays;
use crate::errors::Result;
use crate::input;
use crate::models::{PyFitted, PyModel};

/// So many more, or fewer, every year: a straight line by ordinary least squares. Needs three observed years.
///
/// t is 1 in the first observed year.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> fit = uj.LinearTrend().fit(uj.Series([1, 3, 2], start=2020, unit="amount"))
/// >>> [round(c, 9) for c in fit.coef.tolist()]
/// [1.0, 0.5]
#[pyclass(name = "LinearTrend", module = "unjuran", extends = PyModel, frozen)]
pub(crate) struct PyLinearTrend;

#[pymethods]
impl PyLinearTrend {
    #[new]
    fn new() -> PyClassInitializer<Self> {
        PyModel::plain("LinearTrend", LinearTrend).add_subclass(Self)
    }

    /// The trend fitted to a series; see `Model.fit`.
    fn fit(slf: &Bound<'_, Self>, series: &Bound<'_, PyAny>) -> Result<Py<PyFittedTrend>> {
        fitted(slf.as_super(), series, |data| LinearTrend.fit(data))
    }
}

/// So many per cent more, or fewer, every year: a line through the logarithms. Needs three observed years, all above 0.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> fit = uj.LogLinearTrend().fit(uj.Series([1, 4, 2, 8], start=2020, unit="amount"))
/// >>> fit.forecast(1).median.round(1).tolist()  # the line through the logarithms to base 2 reaches 3.5
/// [11.3]
#[pyclass(name = "LogLinearTrend", module = "unjuran", extends = PyModel, frozen)]
pub(crate) struct PyLogLinearTrend;

#[pymethods]
impl PyLogLinearTrend {
    #[new]
    fn new() -> PyClassInitializer<Self> {
        PyModel::plain("LogLinearTrend", LogLinearTrend).add_subclass(Self)
    }

    /// The trend fitted to a series; see `Model.fit`. A value at or below 0 is refused.
    fn fit(slf: &Bound<'_, Self>, series: &Bound<'_, PyAny>) -> Result<Py<PyFittedTrend>> {
        fitted(slf.as_super(), series, |data| LogLinearTrend.fit(data))
    }
}

fn fitted(
    model: &Bound<'_, PyModel>,
    series: &Bound<'_, PyAny>,
    fit: impl Fn(&Series) -> unjuran::Result<FittedTrend> + Sync,
) -> Result<Py<PyFittedTrend>> {
    let series = input::series(series, "series")?;
    let data = &series.get().0;
    let fitted = model.py().detach(|| fit(data))?;
    let ols = fitted.ols().clone();
    let base = PyFitted::new(Box::new(fitted), model.clone().unbind(), series.clone().unbind());
    Ok(Py::new(model.py(), PyClassInitializer::from(base).add_subclass(PyFittedTrend { ols }))?)
}

/// A trend regression that has seen its data: a `FittedModel` that knows its coefficients.
///
/// Arrays have a number a coefficient, in the order of ``names``; a log-linear trend has them on the scale of logarithms.
#[pyclass(name = "FittedTrend", module = "unjuran", extends = PyFitted, frozen)]
pub(crate) struct PyFittedTrend {
    ols: Ols,
}

impl PyFittedTrend {
    fn each<'py>(&self, py: Python<'py>, what: impl Fn(&Coefficient) -> f64) -> PyResult<Bound<'py, PyAny>> {
        arrays::floats(py, &self.ols.coefficients().iter().map(what).collect::<Vec<_>>())
    }
}

#[pymethods]
impl PyFittedTrend {
    /// Names of the coefficients.
    #[getter]
    fn names<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.ols.coefficients().iter().map(|c| c.name.as_str()))
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

    /// The share of the variance that the line explains.
    #[getter]
    fn r2(&self) -> f64 {
        self.ols.r2()
    }

    /// The same, corrected for the number of coefficients.
    #[getter]
    fn adjusted_r2(&self) -> f64 {
        self.ols.adjusted_r2()
    }

    /// The sum of the squared residuals.
    #[getter]
    fn rss(&self) -> f64 {
        self.ols.rss()
    }

    /// Degrees of freedom: observed years less coefficients.
    #[getter]
    fn df(&self) -> usize {
        self.ols.df()
    }
}
