//! `unjuran.forecast`, `unjuran.read_csv` and `unjuran.Forecasts`.

#![allow(clippy::indexing_slicing, reason = "one input and one outcome a series, made here")]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyList, PyString};
use unjuran::Error;
use unjuran::forecast::Forecast;
use unjuran::series::{CsvOptions, Series, read_csv as read};

use crate::errors::{Result, exception};
use crate::forecast::{PyForecast, long_frame};
use crate::given::Beside;
use crate::guard::free;
use crate::html;
use crate::input::{self, Ahead};
use crate::panel::{PyPanel, named, view};
use crate::progress::Progress;
use crate::run::{Block, Outcomes, Run, table};
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
///     Default: the model of the package. A list needs a panel or a frame.
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
        let inputs = beside.of_one(series.name())?;
        let forecast = free(py, || run.models[0].fit_with(&series, &inputs)?.forecast(run.ahead.horizon(&series)?))?;
        return Ok(Bound::new(py, PyForecast::new(forecast))?.into_any());
    }
    if let Ok(panel) = data.cast::<PyPanel>() {
        let run = Run::new(model, Ahead::new(h, until)?, threads_given)?;
        let series = panel.get().0.iter().map(|s| with_unit(s, unit)).collect::<Result<Vec<_>>>()?;
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

/// Forecasts by name of series: a read-only mapping of those that could be made; ``errors`` has the others.
///
/// Made by ``forecast`` from a panel. Where a list of models was given, each value is a dict from model name to
/// `Forecast`.
#[pyclass(name = "Forecasts", module = "unjuran", frozen, mapping)]
pub(crate) struct PyForecasts {
    run: Run,
    series: Vec<Series>,
    /// For each series, for each model.
    outcomes: Vec<Outcomes>,
    /// Positions of the series with a forecast by at least one model.
    good: Vec<usize>,
    by_name: HashMap<String, usize>,
}

impl PyForecasts {
    fn new(run: Run, series: Vec<Series>, outcomes: Vec<Outcomes>) -> Self {
        let good: Vec<usize> = (0..series.len()).filter(|&i| outcomes[i].iter().any(unjuran::Result::is_ok)).collect();
        let by_name = good.iter().map(|&i| (series[i].name().to_owned(), i)).collect();
        Self { run, series, outcomes, good, by_name }
    }

    fn position(&self, name: &Bound<'_, PyAny>) -> Option<usize> {
        self.by_name.get(&name.extract::<String>().ok()?).copied()
    }

    fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.good.iter().map(|&i| self.series[i].name())
    }

    fn value<'py>(&self, py: Python<'py>, i: usize) -> PyResult<Bound<'py, PyAny>> {
        let by_model = PyDict::new(py);
        for (name, outcome) in self.run.names.iter().zip(&self.outcomes[i]) {
            if let Ok(forecast) = outcome {
                let forecast = Bound::new(py, PyForecast(Arc::clone(forecast)))?.into_any();
                if !self.run.listed {
                    return Ok(forecast);
                }
                by_model.set_item(name, forecast)?;
            }
        }
        Ok(by_model.into_any())
    }
}

#[pymethods]
impl PyForecasts {
    fn __getitem__<'py>(&self, py: Python<'py>, name: &Bound<'py, PyAny>) -> Result<Bound<'py, PyAny>> {
        match self.position(name) {
            Some(i) => Ok(self.value(py, i)?),
            None => {
                let known = self.names().map(str::to_owned).collect();
                Err(Error::UnknownSeries { series: name.str()?.to_string(), known }.into())
            }
        }
    }

    fn __contains__(&self, name: &Bound<'_, PyAny>) -> bool {
        self.position(name).is_some()
    }

    fn __len__(&self) -> usize {
        self.good.len()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        PyList::new(py, self.names().map(|name| PyString::new(py, name)))?.try_iter()
    }

    /// The names of the series that were forecast, in order.
    fn keys<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        view(slf.as_any(), "KeysView")
    }

    /// The forecasts, in order.
    fn values<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        view(slf.as_any(), "ValuesView")
    }

    /// Pairs of name and forecast, in order.
    fn items<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        view(slf.as_any(), "ItemsView")
    }

    /// The forecast of this series, or ``default``.
    #[pyo3(signature = (name, default=None))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        name: &Bound<'py, PyAny>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.position(name).map_or(Ok(default), |i| self.value(py, i).map(Some))
    }

    /// Why the other series were refused: a dict from name to exception, or to a dict by model where a list was given.
    #[getter]
    fn errors<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let errors = PyDict::new(py);
        for (series, outcomes) in self.series.iter().zip(&self.outcomes) {
            let by_model = PyDict::new(py);
            for (name, outcome) in self.run.names.iter().zip(outcomes) {
                if let Err(error) = outcome {
                    by_model.set_item(name, exception(py, error).into_value(py))?;
                }
            }
            if self.run.listed && !by_model.is_empty() {
                errors.set_item(series.name(), by_model)?;
            } else if let Some(only) = by_model.values().iter().next() {
                errors.set_item(series.name(), only)?;
            }
        }
        Ok(errors)
    }

    /// All forecasts as one frame, with a column ``status``; the columns are those of `forecast` on a frame.
    ///
    /// Parameters
    /// ----------
    /// backend : {"pandas", "polars", "pyarrow"}, optional
    ///     Default: the first of these that is installed.
    /// level : sequence of float, default (80, 95)
    ///     Intervals, in percent.
    /// long, hubverse : bool, default False
    ///     Quantile rows instead, as in `Forecast.to_frame`; series that were refused have none (see ``errors``).
    /// mask_below : int, optional
    ///     As in `Forecast.to_json`.
    #[pyo3(signature = (backend=None, *, level=None, long=false, hubverse=false, mask_below=None))]
    fn to_frame<'py>(
        &self,
        py: Python<'py>,
        backend: Option<&str>,
        level: Option<&Bound<'py, PyAny>>,
        long: bool,
        hubverse: bool,
        mask_below: Option<f64>,
    ) -> Result<Bound<'py, PyAny>> {
        let levels = input::levels(level, &[80.0, 95.0])?;
        let masked = |outcomes: &Outcomes| -> Result<Outcomes> {
            let one = |outcome: &unjuran::Result<Arc<Forecast>>| match (outcome, mask_below) {
                (Ok(forecast), Some(below)) => Ok(Ok(Arc::new(forecast.masked_below(below)?))),
                (outcome, _) => Ok(outcome.clone()),
            };
            outcomes.iter().map(one).collect()
        };
        let outcomes = self.outcomes.iter().map(masked).collect::<Result<Vec<_>>>()?;
        if long || hubverse {
            let made: Vec<&Forecast> = outcomes.iter().flatten().flatten().map(AsRef::as_ref).collect();
            return long_frame(py, &made, &levels, hubverse, backend);
        }
        let rows = self.series.iter().zip(&outcomes);
        let blocks: Vec<Block> =
            rows.map(|(s, outcomes)| Block::new(&self.run, &levels, outcomes, input::first_ahead(s))).collect();
        let table = table(py, &self.run, &levels, &blocks)?;
        let names = PyList::new(py, self.series.iter().map(Series::name))?;
        Ok(py.import("unjuran.frames")?.call_method1("from_table", (names, table, backend))?)
    }

    /// A line for each forecast: medians and 80% intervals of its first and last year; then what was refused.
    fn summary(&self) -> Result<String> {
        let mut text = self.__repr__()? + "\n";
        for (series, outcomes) in self.series.iter().zip(&self.outcomes) {
            for (model, outcome) in self.run.names.iter().zip(outcomes) {
                match outcome {
                    Ok(forecast) => {
                        let (median, band) = (forecast.median(), forecast.interval(80.0)?);
                        let ends = if median.len() > 1 { vec![0, median.len() - 1] } else { vec![0] };
                        let shown = ends.into_iter().map(|i| {
                            let (year, low, high) = (forecast.years()[i], band.lower[i], band.upper[i]);
                            let [median, low, high] = [median[i], low, high].map(to_six);
                            format!("{year}: {median} [{low}, {high}]")
                        });
                        let shown = shown.collect::<Vec<_>>().join("; ");
                        let _ = writeln!(text, "  {} by {}, {shown}", series.name(), forecast.model());
                    }
                    Err(error) => {
                        let _ = writeln!(text, "  {model} refused: {error}");
                    }
                }
            }
        }
        Ok(text)
    }

    fn _repr_html_(&self) -> Result<String> {
        let made = self.outcomes.iter().flatten().flatten();
        let fans = made.map(|forecast| forecast.fan(&[50.0, 80.0, 95.0])).collect::<unjuran::Result<Vec<_>>>()?;
        Ok(html::charts(&self.__repr__()?, fans.into_iter()))
    }

    fn __repr__(&self) -> PyResult<String> {
        let refused = self.series.len() - self.good.len();
        let more = if refused > 0 { format!("; {refused} refused, see errors") } else { String::new() };
        Ok(format!("Forecasts of {}{more}", named(self.names())?))
    }
}

/// A number for a line of text: to six decimals, without zeros at the end.
fn to_six(y: f64) -> f64 {
    format!("{y:.6}").parse().unwrap_or(y)
}
