//! `unjuran.plan.monitor`.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};
use unjuran::forecast::Forecast;
use unjuran::plan::{Alarm, Observed};
use unjuran::series::{Coverage, Date, Year};

use super::answer::{PyAnswer, answer, read_back};
use crate::errors::Result;
use crate::forecast::PyForecast;
use crate::guard::{bug, free};
use crate::input;
use crate::series::PySeries;

/// Is a new figure outside the fan? Of one forecast, or of a whole panel with the share of false alarms controlled.
///
/// Parameters
/// ----------
/// forecast : Forecast, or a mapping from name to Forecast
///     Made before the figure was known.
/// observed : float or Series, or a mapping from name to such
///     The figure of a year; a series gives its last year, and how much of it is covered.
/// as_of : str or date, optional
///     The last day that the figure covers, for a year to date.
/// year : int, optional
///     The year of the figure; default that of ``as_of``, else the first forecast year.
/// rate : float, default 0.1
///     Share of the alarms that may be false, over all figures given (Benjamini and Hochberg 1995).
///
/// Returns
/// -------
/// Alarm, or a dict from name to Alarm
///
/// Raises
/// ------
/// YearNotForecastError
///     A figure of a year that was not forecast.
/// NegativeCountError, FractionalCountError, NotFiniteError
///     What is no figure of the series.
/// KnownFurtherError
///     Part of the year under way, up to a day before the one to which the forecast knows it.
/// CountedAlreadyError
///     Less than was counted when the forecast was made.
/// UnknownSeriesError
///     A figure of a series that was not forecast.
///
/// Notes
/// -----
/// A year to date is held against the law of what would be counted so far: given the year's total, beta-binomial with the
/// share that is in by then, whose law is learned from monthly counts of other places, as for a forecast of a year under way
/// (without years that run like no other). Of a year that was under way when the forecast was made, what was counted by then
/// is certain, and the law is that of the share of the rest: up to the same day any more than was counted is an alarm.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> fc = uj.Naive().fit(uj.Series([90, 110, 100], start=2020, name="cases")).forecast(1)
/// >>> uj.plan.monitor(fc, 108).alarm, uj.plan.monitor(fc, 400).alarm
/// (False, True)
/// >>> uj.plan.monitor(fc, 45, as_of="2023-05-31").alarm
/// False
#[pyfunction]
#[pyo3(signature = (forecast, observed, as_of=None, *, year=None, rate=0.1))]
pub(crate) fn monitor<'py>(
    py: Python<'py>,
    forecast: &Bound<'py, PyAny>,
    observed: &Bound<'py, PyAny>,
    as_of: Option<&Bound<'py, PyAny>>,
    year: Option<&Bound<'py, PyAny>>,
    rate: f64,
) -> Result<Bound<'py, PyAny>> {
    let day = as_of.map(|day| input::iso_date(day, "as_of")).transpose()?;
    let day: Option<Date> = day.map(|day| day.parse()).transpose()?;
    let year = year.map(|y| input::year(y, "year")).transpose()?;
    if let Ok(one) = forecast.cast::<PyForecast>() {
        let forecast = &one.get().0;
        let figure = figure(forecast, observed, day, year, "observed")?;
        let alarms = free(py, || unjuran::plan::monitor(&[(&**forecast, figure)], rate))?;
        let alarm = alarms.into_iter().next().ok_or_else(|| bug(py, &"one forecast without an alarm"))?;
        return Ok(answer(py, alarm, PyAlarm)?.into_any());
    }
    if !forecast.hasattr("keys")? || !observed.hasattr("keys")? {
        let message = "monitor takes a Forecast and a figure, or two mappings from name to such";
        return Err(PyTypeError::new_err(message).into());
    }
    let (mut names, mut forecasts, mut figures) = (Vec::new(), Vec::new(), Vec::new());
    for name in observed.call_method0("keys")?.try_iter()? {
        let name = name?.extract::<String>()?;
        if !forecast.contains(&name)? {
            let known =
                forecast.call_method0("keys")?.try_iter()?.map(|k| k?.extract::<String>()).collect::<PyResult<_>>()?;
            return Err(unjuran::Error::UnknownSeries { series: name, known }.into());
        }
        let one = forecast.get_item(&name)?;
        let one = one.cast::<PyForecast>().map_err(PyErr::from)?.get().0.clone();
        figures.push(figure(&one, &observed.get_item(&name)?, day, year, &format!("observed[{name:?}]"))?);
        forecasts.push(one);
        names.push(name);
    }
    let pairs: Vec<(&Forecast, Observed)> = forecasts.iter().map(|f| &**f).zip(figures).collect();
    let alarms = free(py, || unjuran::plan::monitor(&pairs, rate))?;
    let found = PyDict::new(py);
    for (name, alarm) in names.iter().zip(alarms) {
        found.set_item(name, answer(py, alarm, PyAlarm)?)?;
    }
    Ok(found.into_any())
}

fn figure(
    forecast: &Forecast,
    given: &Bound<'_, PyAny>,
    day: Option<Date>,
    year: Option<Year>,
    place: &str,
) -> Result<Observed> {
    if let Ok(series) = given.cast::<PySeries>() {
        let series = &series.get().0;
        let wanted = year.unwrap_or(series.last_year());
        let observation = series.observations().find(|o| o.year == wanted);
        let exact = observation.and_then(|o| Some((o.value.exact()?, o.coverage)));
        let (value, coverage) = exact.ok_or_else(|| unjuran::Error::NotObserved {
            series: series.name().to_owned(),
            year: wanted.get(),
            needed_for: "monitor".to_owned(),
        })?;
        return Ok(Observed { year: wanted, value, coverage: day.map_or(coverage, Coverage::Through) });
    }
    let first = forecast.years().first().copied().unwrap_or(forecast.series().last_year());
    let year = year.or(day.map(Date::year)).unwrap_or(first);
    let value = input::number(given, place)?;
    Ok(Observed { year, value, coverage: day.map_or(Coverage::Full, Coverage::Through) })
}

/// How unusual a figure is.
#[pyclass(name = "Alarm", module = "unjuran.plan", extends = PyAnswer, frozen)]
pub(crate) struct PyAlarm(Alarm);

#[pymethods]
impl PyAlarm {
    /// Name of the series.
    #[getter]
    fn series(&self) -> &str {
        &self.0.series
    }

    /// The year of the figure.
    #[getter]
    fn year(&self) -> i32 {
        self.0.observed.year.get()
    }

    /// The figure.
    #[getter]
    fn value(&self) -> f64 {
        self.0.observed.value
    }

    /// The median of the forecast for the same part of the year.
    #[getter]
    fn expected(&self) -> f64 {
        self.0.expected
    }

    /// Probability of so little or less.
    #[getter]
    fn lower_tail(&self) -> f64 {
        self.0.lower_tail
    }

    /// Probability of so much or more.
    #[getter]
    fn upper_tail(&self) -> f64 {
        self.0.upper_tail
    }

    /// Twice the smaller tail, at most 1.
    #[getter]
    fn p(&self) -> f64 {
        self.0.p
    }

    /// The smallest rate of false alarms, over all figures given, at which this one is an alarm.
    #[getter]
    fn q(&self) -> f64 {
        self.0.q
    }

    /// Whether it is one at the rate asked for.
    #[getter]
    fn alarm(&self) -> bool {
        self.0.alarm
    }

    /// The alarm that ``to_json`` wrote.
    #[classmethod]
    fn from_json<'py>(cls: &Bound<'py, PyType>, text: &str) -> Result<Bound<'py, Self>> {
        read_back(cls, text, Self)
    }
}
