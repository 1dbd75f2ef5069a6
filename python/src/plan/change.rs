//! `unjuran.plan.percent_change`.

use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};
use unjuran::plan::Change;
use unjuran::series::{Series, Year};

use super::answer::{PyAnswer, answer, read_back};
use crate::errors::Result;
use crate::forecast::named_interval;
use crate::input;
use crate::series::PySeries;

/// A change in percent, what it is worth, and whether a printed percentage agrees with it.
///
/// Parameters
/// ----------
/// a, b : float
///     The change from ``a``, above 0, to ``b``, not below 0.
/// published : float or str, optional
///     The percentage as printed: right if it is the change rounded to the places in which it is written. Text keeps zeros at
///     its end: ``"27.0"`` was printed with one place, the number 27.0 with none.
/// history : Series or sequence of float, optional
///     Of the same figures, year by year: how much they vary. Three full years or more beside the change from `a` to `b`, which
///     is left out where the two are neighbours in it. One of amounts or rates, all above 0, is judged by the yearly changes of
///     its logarithms, and the answer does not depend on its unit.
/// level : float, default 95
///     Of the interval, in percent.
///
/// Returns
/// -------
/// PercentChange
///     Where the 95% interval of no change from `a` would span more than a factor of a hundred, as for counts below 17 that
///     scatter as most do, that is too small for a percent change: ``interval`` is None, and what is told is the ``difference``.
///     ``significant`` is True, False, or None where that cannot be told. With a history: whether the interval excludes 0.
///     Without, the interval is that of counts that scatter as those of public series of their size do (with a mean m their
///     variance is 10 m + m^2 / 10): True if it excludes 0, False if even Poisson counts could show such a change by chance,
///     None in between. Numbers that are not whole are no counts: None, without an interval.
///
/// Raises
/// ------
/// NoPercentageError
///     A change from 0, or to a number below 0; of amounts or rates, to 0.
/// TooFewYearsError, TooFewChangesError
///     A history of fewer than three full years, or of fewer than two changes from one full year to the next, beside the change.
/// NotPositiveError
///     A history of amounts or rates with a full year at or below 0.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> change = uj.plan.percent_change(108, 137, published=28)
/// >>> round(change.change, 1), change.published_ok, change.significant
/// (26.9, False, False)
/// >>> [uj.plan.percent_change(108, 137, printed).published_ok for printed in ("27", "27.0", "26.9%")]
/// [True, False, True]
/// >>> print(uj.plan.percent_change(31, 85, published=174))
/// 31 to 85: +174.2% [-41, +1216] (95% interval), cannot tell (without a history); printed +174%
/// >>> print(uj.plan.percent_change(1, 3))
/// 1 to 3: +2, within ordinary variation (without a history); too small, beside their scatter, for a percent change
#[pyfunction]
#[pyo3(signature = (a, b, published=None, *, history=None, level=95.0))]
pub(crate) fn percent_change<'py>(
    py: Python<'py>,
    a: f64,
    b: f64,
    published: Option<&Bound<'py, PyAny>>,
    history: Option<&Bound<'py, PyAny>>,
    level: f64,
) -> Result<Bound<'py, PyChange>> {
    let history = history.filter(|given| !given.is_none()).map(series).transpose()?;
    let text = published.and_then(|given| given.cast::<PyString>().ok());
    let number = published.filter(|_| text.is_none()).map(PyAnyMethods::extract::<f64>).transpose()?;
    let change = unjuran::plan::percent_change(a, b, number, history.as_ref(), level)?;
    let change = match text {
        Some(text) => change.printed(&text.extract::<String>()?)?,
        None => change,
    };
    answer(py, change, PyChange)
}

/// A series, or numbers of consecutive years whose names do not matter.
fn series(given: &Bound<'_, PyAny>) -> Result<Series> {
    if let Ok(series) = given.cast::<PySeries>() {
        return Ok(series.get().0.clone());
    }
    let values = input::items(given, "history")?;
    let number = |(i, y): (usize, &Bound<'_, PyAny>)| input::number(y, &format!("history[{i}]"));
    let values = values.iter().enumerate().map(number).collect::<Result<Vec<_>>>()?;
    Ok(Series::new("history", Year::new(1)?, &values)?)
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

    /// The difference of the two numbers.
    #[getter]
    fn difference(&self) -> f64 {
        self.0.difference()
    }

    /// The interval of the change in percent, a named tuple ``(lower, upper)``; None where the numbers are too small for one.
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

    /// Whether the dispersion is that of a history.
    #[getter]
    fn has_history(&self) -> bool {
        self.0.has_history
    }

    /// Variance of the counts over that of Poisson: of the history, or the median of public series.
    #[getter]
    fn dispersion(&self) -> f64 {
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
