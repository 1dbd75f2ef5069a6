//! `unjuran.forecast` and `unjuran.read_csv`.

#![allow(clippy::indexing_slicing, reason = "one input and one outcome a series, made here")]

use std::path::PathBuf;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use unjuran::series::{CsvOptions, Series, read_csv as read};

use crate::errors::Result;
use crate::forecast::PyForecast;
use crate::forecasts::PyForecasts;
use crate::given::Beside;
use crate::guard::free;
use crate::input::{self, Ahead};
use crate::panel::PyPanel;
use crate::progress::Progress;
use crate::run::Run;
use crate::series::PySeries;

/// Forecast a series, a panel or a frame.
///
/// Parameters
/// ----------
/// data : Series, Panel, or a pandas, polars or pyarrow frame
///     A frame is tidy: a row a year of a series.
/// h : int, optional
///     How many years, 1 to 100, counted from the year under way if a series has one, else from the year after its last.
/// until : int, optional
///     The last year to forecast, instead of ``h``.
/// model : Model, str or list of them, optional
///     Default: the model of the package. A list needs a panel or a frame. A name may have settings, as ``Model.name`` and
///     ``Forecast.model`` write them: ``"LinearTrend(damped)"``.
/// level : sequence of float, default (80, 95)
///     For a frame: intervals in percent.
/// unit : {"count", "amount", "rate"}, optional
///     What the numbers are; left out, each series says so or its numbers do.
/// id_col, time_col, target_col : str
///     For a frame: the columns of names, years and values; default ``unique_id``, ``ds``, ``y``.
/// exog : optional
///     Drivers, for models that take them (regressions). Of a series: a dict of name to {year: value}, later years included,
///     or a pandas frame indexed by year. Of a panel: a dict of such by name of the series. Of a frame: a list of columns.
/// future : optional
///     Drivers and exposure of the years ahead: in the shape of ``exog``, the exposure as "exposure"; for a frame a frame with
///     the same columns.
/// events : sequence of plan.Event, or dict of such by name of the series, optional
///     Dated steps, pulses, ramps and transients.
/// exposure : optional
///     What counts are in proportion to: {year: value}, for a panel by name of the series, for a frame the name of a column.
/// progress : bool, default False
///     A bar on standard error.
/// threads : int, optional
///     Default: the environment variable ``UNJURAN_THREADS``, else all processors. Results do not depend on it.
///
/// Returns
/// -------
/// Forecast, Forecasts or a frame of the kind given
///     A frame has the columns ``unique_id``, ``ds``, ``<model>`` (the median), ``<model>-lo-80``, ``<model>-hi-80``, ...
///     and ``status``: "ok", or why a series was refused. One bad series stops no other.
///
/// Raises
/// ------
/// UnknownSeriesError
///     Drivers, events or exposure by the name of a series that is not there.
/// InputNotTakenError
///     Something beside the series for a model that has no use for it; in a frame a ``status``.
/// MissingDriverError
///     A driver or exposure without a value for a year that needs one; in a frame a ``status``.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> s = uj.Series([163, 463, 429, 302, 286, 165, 115, 139], start=2015)
/// >>> uj.forecast(s, h=2, model="Naive")
/// Forecast of 'series' by Naive, 2023-2024: median 139, 139
#[pyfunction]
#[pyo3(signature = (data, h=None, *, until=None, model=None, level=None, unit=None, id_col=None, time_col=None, target_col=None, exog=None, future=None, events=None, exposure=None, progress=false, threads=None))]
#[expect(clippy::too_many_arguments, reason = "Python's keywords")]
pub(crate) fn forecast<'py>(
    py: Python<'py>,
    data: &Bound<'py, PyAny>,
    h: Option<&Bound<'py, PyAny>>,
    until: Option<&Bound<'py, PyAny>>,
    model: Option<&Bound<'py, PyAny>>,
    level: Option<&Bound<'py, PyAny>>,
    unit: Option<&Bound<'py, PyAny>>,
    id_col: Option<&str>,
    time_col: Option<&str>,
    target_col: Option<&str>,
    exog: Option<&Bound<'py, PyAny>>,
    future: Option<&Bound<'py, PyAny>>,
    events: Option<&Bound<'py, PyAny>>,
    exposure: Option<&Bound<'py, PyAny>>,
    progress: bool,
    threads: Option<&Bound<'py, PyAny>>,
) -> Result<Bound<'py, PyAny>> {
    let beside = Beside { exog, future, events, exposure };
    let frame_only = [("level", level.is_some()), ("id_col", id_col.is_some()), ("time_col", time_col.is_some())];
    let frame_only = frame_only.into_iter().chain([("target_col", target_col.is_some())]).find(|(_, given)| *given);
    let is_series = data.is_instance_of::<PySeries>();
    if let (true, Some((name, _))) = (is_series || data.is_instance_of::<PyPanel>(), frame_only) {
        let hint = if name == "level" { ": a forecast answers every level, fc.interval(80)" } else { "" };
        return Err(PyTypeError::new_err(format!("{name} is for frames{hint}")).into());
    }
    let threads_given = threads.map(|t| input::integer(t, "threads")).transpose()?;
    if let Ok(series) = data.cast::<PySeries>() {
        let run = Run::new(model, Ahead::new(h, until)?, threads_given)?;
        if run.listed {
            return Err(PyTypeError::new_err("a list of models needs a panel or a frame; a series takes one").into());
        }
        let series = with_unit(&series.get().0, unit)?;
        beside.known(&[series.name()], true)?;
        let inputs = beside.of_one(series.name())?;
        let forecast = free(py, || run.models[0].fit_with(&series, &inputs)?.forecast(run.ahead.horizon(&series)?))?;
        return Ok(Bound::new(py, PyForecast::new(forecast))?.into_any());
    }
    if let Ok(panel) = data.cast::<PyPanel>() {
        let run = Run::new(model, Ahead::new(h, until)?, threads_given)?;
        let series = panel.get().0.iter().map(|s| with_unit(s, unit)).collect::<Result<Vec<_>>>()?;
        beside.known(&series.iter().map(Series::name).collect::<Vec<_>>(), false)?;
        let inputs = series.iter().map(|s| beside.of(s.name())).collect::<Result<Vec<_>>>()?;
        let progress = Progress::asked(py, progress, series.len())?;
        let outcomes = run.each(py, series.len(), &progress, |i| run.on(&series[i], &inputs[i]))?;
        return Ok(Bound::new(py, PyForecasts::new(run, series, outcomes))?.into_any());
    }
    let settings = PyDict::new(py);
    let given = [("h", h), ("until", until), ("model", model), ("level", level), ("unit", unit), ("threads", threads)];
    for (name, value) in given {
        settings.set_item(name, value)?;
    }
    settings.set_item("progress", progress)?;
    if !beside.is_empty() {
        for (name, value) in [("exog", exog), ("future", future), ("events", events), ("exposure", exposure)] {
            settings.set_item(name, value)?;
        }
    }
    let columns = (id_col, time_col, target_col);
    Ok(py.import("unjuran.frames")?.call_method1("forecast", (data, columns, settings))?)
}

pub(crate) fn with_unit(series: &Series, unit: Option<&Bound<'_, PyAny>>) -> Result<Series> {
    Ok(match input::unit(unit)? {
        Some(unit) => series.clone().with_unit(unit)?,
        None => series.clone(),
    })
}

/// Read a CSV file into a panel.
///
/// The header decides the shape: tidy (columns unique_id, ds, y; optional y_lo, y_hi, period_end, share, unit, label,
/// source) or wide as published (a row a series, a column a year; ``2023*`` is partial).
///
/// Parameters
/// ----------
/// path : str or path-like
/// id_col, time_col, target_col : str
///     Names of the columns; default ``unique_id``, ``ds``, ``y``.
/// through : str or datetime.date, optional
///     The last day counted in a starred year whose row does not say it.
/// unit : {"count", "amount", "rate"}, optional
///     Of every series.
///
/// Raises
/// ------
/// CsvError
///     A cell that cannot be read: with file, line, column and value.
/// MissingColumnError, FileError
///     Columns of neither shape; a file that cannot be read.
#[pyfunction]
#[pyo3(signature = (path, *, id_col="unique_id", time_col="ds", target_col="y", through=None, unit=None))]
pub(crate) fn read_csv(
    py: Python<'_>,
    path: PathBuf,
    id_col: &str,
    time_col: &str,
    target_col: &str,
    through: Option<&Bound<'_, PyAny>>,
    unit: Option<&Bound<'_, PyAny>>,
) -> Result<PyPanel> {
    let mut options = CsvOptions::default().id_col(id_col).time_col(time_col).target_col(target_col);
    if let Some(day) = through {
        options = options.through(input::iso_date(day, "through")?.parse()?);
    }
    if let Some(unit) = input::unit(unit)? {
        options = options.unit(unit);
    }
    Ok(PyPanel(free(py, || read(&path, &options))?))
}
