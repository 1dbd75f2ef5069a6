//! `unjuran.plan.percent_change`.

use pyo3::prelude::*;
use pyo3::types::PyType;
use unjuran::plan::Change;

use super::answer::{PyAnswer, answer, read_back};
use crate::errors::Result;
use crate::forecast::named_interval;
use crate::series::PySeries;

/// A change in percent, what it is worth, and whether a printed percentage agrees with it.
///
/// Parameters
/// ----------
/// a, b : float
///     The change from ``a``, above 0, to ``b``, not below 0.
/// published : float, optional
///     The percentage as printed: right if it is the change rounded to the places in which it is written.
/// history : Series, optional
///     Of the same figures: how much they vary from year to year. Three full years or more.
/// level : float, default 95
///     Of the interval, in percent.
///
/// Returns
/// -------
/// PercentChange
///     ``significant`` is True, False, or None where that cannot be told. With a history: whether the interval excludes 0.
///     Without: True if counts seventeen times as scattered as Poisson (the median of 1,897 public series) could not show
///     such a change by chance, False if even Poisson counts could, None in between.
///
/// Raises
/// ------
/// NoPercentageError
///     A change from 0, or to a number below 0.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> change = uj.plan.percent_change(108, 137, published=28)
/// >>> round(change.change, 1), change.published_ok, change.significant
/// (26.9, False, False)
/// >>> print(uj.plan.percent_change(31, 85, published=174))
/// 31 to 85: +174.2%, cannot tell; printed +174%
#[pyfunction]
#[pyo3(signature = (a, b, published=None, *, history=None, level=95.0))]
pub(crate) fn percent_change<'py>(
    py: Python<'py>,
    a: f64,
    b: f64,
    published: Option<f64>,
    history: Option<PyRef<'py, PySeries>>,
    level: f64,
) -> Result<Bound<'py, PyChange>> {
    let history = history.as_ref().map(|s| &s.0);
    answer(py, unjuran::plan::percent_change(a, b, published, history, level)?, PyChange)
}

/// A change in percent and what it is worth.
#[pyclass(name = "PercentChange", module = "unjuran.plan", extends = PyAnswer, frozen)]
pub(crate) struct PyChange(Change);

#[pymethods]
impl PyChange {
    /// The change in percent.
    #[getter]
    fn change(&self) -> f64 {
        self.0.change
    }

    /// Its interval in percent, a named tuple ``(lower, upper)``; None without a history.
    #[getter]
    fn interval<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.0.lower.zip(self.0.upper).map(|ends| named_interval(py, ends)).transpose()
    }

    /// Whether it is more than ordinary variation; None where that cannot be told.
    #[getter]
    fn significant(&self) -> Option<bool> {
        self.0.significant
    }

    /// "more than ordinary variation", "within ordinary variation" or "cannot tell".
    #[getter]
    fn verdict(&self) -> &str {
        self.0.verdict()
    }

    /// Variance of the counts over that of Poisson, from the history; None without one.
    #[getter]
    fn dispersion(&self) -> Option<f64> {
        self.0.dispersion
    }

    /// The percentage that was printed.
    #[getter]
    fn published(&self) -> Option<f64> {
        self.0.published
    }

    /// Whether it agrees with the figures; None if none was given.
    #[getter]
    fn published_ok(&self) -> Option<bool> {
        self.0.published_ok
    }

    /// The change that ``to_json`` wrote.
    #[classmethod]
    fn from_json<'py>(cls: &Bound<'py, PyType>, text: &str) -> Result<Bound<'py, Self>> {
        read_back(cls, text, Self)
    }
}
