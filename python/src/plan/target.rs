//! `unjuran.plan.target` and `unjuran.plan.required_change`.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyType;
use unjuran::plan::{Goal, RequiredChange, Target, Thresholds};

use super::answer::{PyAnswer, answer, read_back};
use crate::arrays;
use crate::errors::Result;
use crate::forecast::One;
use crate::guard::free;
use crate::input;

/// The goal that the arguments name.
fn goal(
    year: &Bound<'_, PyAny>,
    at_most: Option<f64>,
    at_least: Option<f64>,
    scope: Option<&str>,
    since: Option<&Bound<'_, PyAny>>,
) -> Result<Goal> {
    let year = input::year(year, "year")?;
    let goal = match (at_most, at_least) {
        (Some(value), None) => Goal::at_most(value, year),
        (None, Some(value)) => Goal::at_least(value, year),
        _ => return Err(PyTypeError::new_err("say one of at_most and at_least").into()),
    };
    match (scope, since) {
        (None | Some("total"), Some(since)) => Ok(goal.since(input::year(since, "since")?)),
        (Some(_), Some(_)) => Err(PyTypeError::new_err("since is for sums: scope=\"total\"").into()),
        (scope, None) => Ok(goal.scope(scope.unwrap_or("year").parse()?)),
    }
}

/// How likely a forecast meets a target.
///
/// Parameters
/// ----------
/// forecast : Forecast
/// year : int
///     The year of the target, or the last one.
/// at_most, at_least : float
///     One of them: the target.
/// scope : {"year", "every", "by", "total"}, default "year"
///     That year alone, every forecast year up to it, some year up to it, or the sum of the years up to it.
/// since : int, optional
///     The sum begins with this year; observed years are added as they are.
/// thresholds : tuple of float, default (0.8, 0.5)
///     On track from the first probability, off track below the second, at risk in between.
///
/// Returns
/// -------
/// Target
///     One year's probability is exact; others come from 10,000 joint paths, with their ``standard_error``.
///
/// Raises
/// ------
/// ImpossibleTargetError
///     A target that no outcome can meet: a count of at most -1, or less than is already counted.
/// YearNotForecastError
///     A year outside the forecast.
/// NotObservedError
///     A sum that reaches back to a year without a number.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> fc = uj.Naive().fit(uj.Series([90, 110, 100], start=2020, name="cases")).forecast(2)
/// >>> uj.plan.target(fc, year=2024, at_most=99).probability == fc.cdf(2024, 99)
/// True
/// >>> uj.plan.target(fc, year=2024, at_least=0).status
/// 'on track'
#[pyfunction]
#[pyo3(signature = (forecast, *, year, at_most=None, at_least=None, scope=None, since=None, thresholds=None))]
#[expect(clippy::too_many_arguments, reason = "Python's keywords")]
pub(crate) fn target<'py>(
    py: Python<'py>,
    forecast: One,
    year: &Bound<'py, PyAny>,
    at_most: Option<f64>,
    at_least: Option<f64>,
    scope: Option<&str>,
    since: Option<&Bound<'py, PyAny>>,
    thresholds: Option<(f64, f64)>,
) -> Result<Bound<'py, PyTarget>> {
    let goal = goal(year, at_most, at_least, scope, since)?;
    let mut found = free(py, || unjuran::plan::target(&forecast.0, &goal))?;
    if let Some((on, off)) = thresholds {
        found = found.with_thresholds(Thresholds { on, off })?;
    }
    answer(py, found, PyTarget)
}

/// How likely a target is met, and whether that is on track.
#[pyclass(name = "Target", module = "unjuran.plan", extends = PyAnswer, frozen)]
pub(crate) struct PyTarget(Target);

#[pymethods]
impl PyTarget {
    /// Name of the series.
    #[getter]
    fn series(&self) -> &str {
        &self.0.series
    }

    /// The target in words.
    #[getter]
    fn goal(&self) -> String {
        self.0.goal.to_string()
    }

    /// Probability that it is met.
    #[getter]
    fn probability(&self) -> f64 {
        self.0.probability
    }

    /// What simulation leaves open of the probability; 0 where none was needed.
    #[getter]
    fn standard_error(&self) -> f64 {
        self.0.standard_error
    }

    /// "on track", "at risk" or "off track".
    #[getter]
    fn status(&self) -> String {
        self.0.status().to_string()
    }

    /// On track from the first, off track below the second.
    #[getter]
    fn thresholds(&self) -> (f64, f64) {
        (self.0.thresholds.on, self.0.thresholds.off)
    }

    /// The target that ``to_json`` wrote.
    #[classmethod]
    fn from_json<'py>(cls: &Bound<'py, PyType>, text: &str) -> Result<Bound<'py, Self>> {
        read_back(cls, text, Self)
    }
}

/// The yearly change that meets a target with a probability: what ``Scenario(yearly_change=...)`` applies.
///
/// Parameters
/// ----------
/// forecast : Forecast
/// year, at_most, at_least, scope, since
///     The target, as in `target`.
/// probability : float, default 0.8
///     With which it is to be met, above 0 and below 1.
///
/// Returns
/// -------
/// RequiredChange
///     For one year, `target` of the changed forecast is the probability to 1e-9. Over several years, where 10,000 paths are
///     counted, and for forecasts that are tables of paths (reconciled ones and the like) it is the change nearest to none with
///     which at least that share of the paths meets the target. Where it is met as things are nothing is needed, and it is the
///     room there is: the change up to which the target still is met.
///
/// Raises
/// ------
/// ImpossibleTargetError
///     No yearly change between a thousandth and a thousandfold gives that probability. Where all of them do, the change
///     is 0.
/// BadParameterError
///     A total of years that may be below zero, of which a change in percent may help or harm.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> fc = uj.Naive().fit(uj.Series([90, 110, 100], start=2020, name="cases")).forecast(2)
/// >>> needed = uj.plan.required_change(fc, year=2024, at_most=80, probability=0.5)
/// >>> round(needed.yearly_change, 4)  # 100 (1 + r)^2 = 80.5, the edge of what rounds to 80
/// -0.1028
/// >>> fewer = uj.plan.Scenario(yearly_change=needed.yearly_change).apply(fc)
/// >>> abs(uj.plan.target(fewer, year=2024, at_most=80).probability - 0.5) < 1e-6
/// True
#[pyfunction]
#[pyo3(signature = (forecast, *, year, at_most=None, at_least=None, probability=0.8, scope=None, since=None))]
#[expect(clippy::too_many_arguments, reason = "Python's keywords")]
pub(crate) fn required_change<'py>(
    py: Python<'py>,
    forecast: One,
    year: &Bound<'py, PyAny>,
    at_most: Option<f64>,
    at_least: Option<f64>,
    probability: f64,
    scope: Option<&str>,
    since: Option<&Bound<'py, PyAny>>,
) -> Result<Bound<'py, PyRequiredChange>> {
    let goal = goal(year, at_most, at_least, scope, since)?;
    answer(py, free(py, || unjuran::plan::required_change(&forecast.0, &goal, probability))?, PyRequiredChange)
}

/// The yearly change that meets a target with a probability.
#[pyclass(name = "RequiredChange", module = "unjuran.plan", extends = PyAnswer, frozen)]
pub(crate) struct PyRequiredChange(RequiredChange);

#[pymethods]
impl PyRequiredChange {
    /// Name of the series.
    #[getter]
    fn series(&self) -> &str {
        &self.0.series
    }

    /// The target in words.
    #[getter]
    fn goal(&self) -> String {
        self.0.goal.to_string()
    }

    /// The change a year, against the forecast as it is: -0.05 is 5% less each year. Where the target is met as things are, the
    /// room there is: the change up to which it still is met.
    #[getter]
    fn yearly_change(&self) -> f64 {
        self.0.yearly_change
    }

    /// The probability with which the target is met under that change.
    #[getter]
    fn probability(&self) -> f64 {
        self.0.probability
    }

    /// The probability as things are.
    #[getter]
    fn as_it_is(&self) -> f64 {
        self.0.as_it_is
    }

    /// Medians of the forecast years under the change.
    #[getter]
    fn median<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        arrays::floats(py, &self.0.median)
    }

    /// Medians of the forecast years as things are.
    #[getter]
    fn median_as_it_is<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        arrays::floats(py, &self.0.median_as_it_is)
    }

    /// The required change that ``to_json`` wrote.
    #[classmethod]
    fn from_json<'py>(cls: &Bound<'py, PyType>, text: &str) -> Result<Bound<'py, Self>> {
        read_back(cls, text, Self)
    }
}
