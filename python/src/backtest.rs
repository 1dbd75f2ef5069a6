//! `unjuran.backtest` and its result.

#![allow(clippy::indexing_slicing, reason = "names and places of the table that the rows come from")]

use std::collections::{BTreeMap, HashMap};

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use unjuran::evaluate::backtest::{Backtest, BacktestTable, Row, Summary};
use unjuran::model::Forecaster;
use unjuran::series::{Series, Value};

use crate::arrays;
use crate::columns::Columns;
use crate::errors::Result;
use crate::front::with_unit;
use crate::html;
use crate::input::{self, Ahead};
use crate::panel::PyPanel;
use crate::progress::Progress;
use crate::run::{NO_YEAR, Run};
use crate::series::PySeries;

/// Forecast from past years as if the rest had not happened, and score what did.
///
/// The last origin lies ``h`` years before the last full year, the others every ``step`` years before it, as long as
/// ``min_train`` observed years are left. Partial, missing and masked years are not scored.
///
/// Parameters
/// ----------
/// data : Series, Panel, or a pandas, polars or pyarrow frame
///     As in `forecast`.
/// models : Model, str or list of them
///     Objects or names.
/// h : int
///     How many years ahead, 1 to 100.
/// n_windows : int, default 5
///     How many origins; fewer where a series is too short.
/// step : int, default 1
///     Years between origins.
/// level : sequence of float, default (80, 95)
///     Intervals that are scored, in percent.
/// min_train : int, default 3
///     Observed years that a model has at least.
/// unit : {"count", "amount", "rate"}, optional
///     What the numbers are; left out, each series says so or its numbers do.
/// id_col, time_col, target_col : str
///     For a frame: the columns of names, years and values; default ``unique_id``, ``ds``, ``y``.
/// progress : bool, default False
///     A bar on standard error.
/// threads : int, optional
///     Default: the environment variable ``UNJURAN_THREADS``, else all processors. Results do not depend on it.
///
/// Returns
/// -------
/// Backtest
///     A model that refuses an origin, or a series too short for any, stops nothing: `Backtest.to_frame` says why in
///     ``status``.
///
/// References
/// ----------
/// Tashman (2000), International Journal of Forecasting 16(4), 437-450.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> result = uj.backtest(uj.datasets.malaysia(), ["Naive", "Drift", "AutoETS"], h=2, n_windows=3)
/// >>> scores = result.summary(backend="pandas").set_index("model")
/// >>> bool(scores.loc["Naive", "mase"] < scores.loc["Drift", "mase"])
/// True
/// >>> result.to_frame(backend="pandas").columns[:5].tolist()
/// ['unique_id', 'ds', 'cutoff', 'y', 'Naive']
#[pyfunction]
#[pyo3(signature = (data, models, h, *, n_windows=None, step=None, level=None, min_train=None, unit=None, id_col=None, time_col=None, target_col=None, progress=false, threads=None))]
#[expect(clippy::too_many_arguments, reason = "Python's keywords")]
pub(crate) fn backtest<'py>(
    py: Python<'py>,
    data: &Bound<'py, PyAny>,
    models: &Bound<'py, PyAny>,
    h: &Bound<'py, PyAny>,
    n_windows: Option<&Bound<'py, PyAny>>,
    step: Option<&Bound<'py, PyAny>>,
    level: Option<&Bound<'py, PyAny>>,
    min_train: Option<&Bound<'py, PyAny>>,
    unit: Option<&Bound<'py, PyAny>>,
    id_col: Option<&str>,
    time_col: Option<&str>,
    target_col: Option<&str>,
    progress: bool,
    threads: Option<&Bound<'py, PyAny>>,
) -> Result<Bound<'py, PyAny>> {
    let settings = PyDict::new(py);
    let given = [("n_windows", n_windows), ("step", step), ("level", level), ("min_train", min_train)];
    for (name, value) in given.into_iter().chain([("unit", unit), ("threads", threads)]) {
        settings.set_item(name, value)?;
    }
    settings.set_item("progress", progress)?;
    settings.set_item("models", models)?;
    settings.set_item("h", h)?;
    let series = if let Ok(series) = data.cast::<PySeries>() {
        vec![with_unit(&series.get().0, unit)?]
    } else if let Ok(panel) = data.cast::<PyPanel>() {
        panel.get().0.iter().map(|s| with_unit(s, unit)).collect::<Result<Vec<_>>>()?
    } else {
        let columns = (id_col, time_col, target_col);
        return Ok(py.import("unjuran.frames")?.call_method1("backtest", (data, columns, settings))?);
    };
    for (name, column) in [("id_col", id_col), ("time_col", time_col), ("target_col", target_col)] {
        if column.is_some() {
            return Err(PyTypeError::new_err(format!("{name} is for frames")).into());
        }
    }
    let names = series.iter().map(|s| s.name().to_owned()).collect();
    let result = Settings::new(&settings)?.run(py, names, series, Vec::new(), None)?;
    Ok(Bound::new(py, result)?.into_any())
}

/// `frames.py`: a backtest of every series of a frame; `frame` is how the rows were laid out.
#[pyfunction]
#[pyo3(name = "_backtest_columns")]
pub(crate) fn backtest_columns(
    py: Python<'_>,
    columns: Columns,
    settings: &Bound<'_, PyDict>,
    frame: Py<PyAny>,
) -> Result<PyBacktest> {
    let unit = settings.get_item("unit")?;
    let unit = input::unit(unit.as_ref())?;
    let (mut series, mut unreadable) = (Vec::new(), Vec::new());
    for i in 0..columns.len() {
        match columns.refusal(i).map_or_else(|| columns.series(i, unit).map_err(|e| e.to_string()), Err) {
            Ok(one) => series.push(one),
            Err(why) => unreadable.push((i, why)),
        }
    }
    Settings::new(settings)?.run(py, columns.names(), series, unreadable, Some(frame))
}

/// What a backtest is told, checked.
struct Settings {
    progress: bool,
    run: Run,
    backtest: Backtest,
    horizon: usize,
}

impl Settings {
    fn new(given: &Bound<'_, PyDict>) -> Result<Self> {
        let get = |name: &str| -> PyResult<Option<Bound<'_, PyAny>>> {
            Ok(given.get_item(name)?.filter(|value| !value.is_none()))
        };
        let ahead = Ahead::new(get("h")?.as_ref(), None)?;
        let Ahead::Years(horizon) = ahead else { return Err(unjuran::Error::HorizonAmbiguous.into()) };
        let whole = |name: &str| -> Result<Option<usize>> {
            let Some(value) = get(name)? else { return Ok(None) };
            // why: what is below zero is refused by the core as zero is.
            Ok(Some(usize::try_from(input::integer(&value, name)?).unwrap_or(0)))
        };
        let mut backtest = Backtest::new(horizon).levels(&input::levels(get("level")?.as_ref(), &[80.0, 95.0])?);
        if let Some(windows) = whole("n_windows")? {
            backtest = backtest.windows(windows);
        }
        if let Some(step) = whole("step")? {
            backtest = backtest.step(step);
        }
        if let Some(years) = whole("min_train")? {
            backtest = backtest.min_train(years);
        }
        let threads = get("threads")?.map(|t| input::integer(&t, "threads")).transpose()?;
        let run = Run::new(get("models")?.as_ref(), ahead, threads)?;
        let progress = get("progress")?.is_some_and(|asked| asked.is_truthy().unwrap_or(false));
        Ok(Self { progress, run, backtest, horizon: horizon.get() })
    }

    fn run(
        self,
        py: Python<'_>,
        names: Vec<String>,
        series: Vec<Series>,
        unreadable: Vec<(usize, String)>,
        frame: Option<Py<PyAny>>,
    ) -> Result<PyBacktest> {
        let models: Vec<&dyn Forecaster> = self.run.models.iter().map(AsRef::as_ref).collect();
        let progress = Progress::asked(py, self.progress, 0)?;
        let table = self.run.within(py, series.len(), |stop| {
            let told = |done: usize, all: usize| progress.at(done, all);
            self.backtest.run_with(&series, &models, &told, &|| !stop.asked())
        })??;
        Ok(PyBacktest { table, names, series, unreadable, frame, horizon: self.horizon })
    }
}

/// What a backtest found: made by `backtest`.
#[pyclass(name = "Backtest", module = "unjuran", frozen)]
pub(crate) struct PyBacktest {
    table: BacktestTable,
    /// Of all series, in the order given.
    names: Vec<String>,
    /// Those that could be read.
    series: Vec<Series>,
    /// Positions of the others, with the reason.
    unreadable: Vec<(usize, String)>,
    /// How the rows of a frame were laid out, for an answer in kind.
    frame: Option<Py<PyAny>>,
    horizon: usize,
}

/// One row of the wide frame: a year forecast from a cutoff.
struct Wide {
    y: f64,
    cells: Vec<f64>,
}

/// Position of the series, cutoff, year.
type Key = (i64, i64, i64);
type WideRows = BTreeMap<Key, Wide>;
/// By position of the series and cutoff.
type Problems = BTreeMap<(i64, i64), Vec<String>>;

impl PyBacktest {
    fn positions(&self) -> HashMap<&str, i64> {
        (0..).zip(&self.names).map(|(i, name)| (name.as_str(), i)).collect()
    }

    /// The rows of the wide frame, and why rows of a cutoff lack numbers.
    fn wide(&self) -> (WideRows, Problems) {
        let (table, position) = (&self.table, self.positions());
        let each = 1 + 2 * table.levels().len();
        let empty = |y| Wide { y, cells: vec![f64::NAN; each * table.models().len()] };
        let model_of: HashMap<&str, usize> = table.models().iter().enumerate().map(|(m, n)| (n.as_str(), m)).collect();
        let mut rows = WideRows::new();
        let mut problems = Problems::new();
        for row in table.rows() {
            let key = (position[row.series.as_str()], i64::from(row.cutoff.get()), i64::from(row.year.get()));
            let wide = rows.entry(key).or_insert_with(|| empty(row.actual));
            let bounds = row.intervals.iter().flat_map(|interval| [interval.lower, interval.upper]);
            let from = each * model_of[row.model.as_str()];
            for (cell, value) in wide.cells[from..].iter_mut().zip(std::iter::once(row.median).chain(bounds)) {
                *cell = value;
            }
        }
        let series: HashMap<&str, &Series> = self.series.iter().map(|s| (s.name(), s)).collect();
        for refusal in table.refusals() {
            let at = position[refusal.series.as_str()];
            let cutoff = refusal.cutoff.map_or(NO_YEAR, |year| i64::from(year.get()));
            let text = refusal.model.as_ref().map_or_else(String::new, |model| format!("{model}: "));
            problems.entry((at, cutoff)).or_default().push(format!("{text}{}", refusal.error));
            if cutoff == NO_YEAR {
                rows.insert((at, NO_YEAR, NO_YEAR), empty(f64::NAN));
                continue;
            }
            for (year, y) in outcomes(series[refusal.series.as_str()], cutoff, self.horizon) {
                rows.entry((at, cutoff, year)).or_insert_with(|| empty(y));
            }
        }
        for (at, why) in &self.unreadable {
            let at = i64::try_from(*at).unwrap_or(i64::MAX);
            rows.insert((at, NO_YEAR, NO_YEAR), empty(f64::NAN));
            problems.insert((at, NO_YEAR), vec![why.clone()]);
        }
        (rows, problems)
    }

    /// The columns of one model's points and bounds, as in a forecast.
    fn headings(&self) -> Vec<String> {
        let mut names = Vec::new();
        for model in self.table.models() {
            names.push(model.clone());
            for level in self.table.levels() {
                names.push(format!("{model}-lo-{level}"));
                names.push(format!("{model}-hi-{level}"));
            }
        }
        names
    }
}

/// The full years of a test window that carry a number.
fn outcomes(series: &Series, cutoff: i64, horizon: usize) -> impl Iterator<Item = (i64, f64)> {
    let full = series.values().len() - usize::from(series.last_coverage().is_partial());
    let first = i64::from(series.first_year().get());
    (first..).zip(&series.values()[..full]).filter_map(move |(year, value)| match value {
        Value::Exact(y) if year > cutoff && year <= cutoff + i64::try_from(horizon).ok()? => Some((year, *y)),
        _ => None,
    })
}

#[pymethods]
impl PyBacktest {
    /// Names of the models, in the order given.
    #[getter]
    fn models(&self) -> Vec<String> {
        self.table.models().to_vec()
    }

    /// Forecasts beside what happened: a row for each year forecast from each cutoff.
    ///
    /// Parameters
    /// ----------
    /// backend : {"pandas", "polars", "pyarrow"}, optional
    ///     Default: the kind of the frame given, else the first of these that is installed.
    ///
    /// Returns
    /// -------
    /// frame
    ///     Columns ``unique_id``, ``ds``, ``cutoff`` (the last year a model saw), ``y`` (what happened), for each model
    ///     ``<model>`` (the median), ``<model>-lo-80``, ``<model>-hi-80``, ..., and ``status``: "ok", or what refused and
    ///     why. A series too short for any origin has one row without years.
    #[pyo3(signature = (backend=None))]
    fn to_frame<'py>(&self, py: Python<'py>, backend: Option<&str>) -> Result<Bound<'py, PyAny>> {
        let (rows, problems) = self.wide();
        let table = PyDict::new(py);
        table.set_item("names", &self.names)?;
        table.set_item("series", arrays::integers(py, rows.keys().map(|key| key.0))?)?;
        table.set_item("cutoff", arrays::integers(py, rows.keys().map(|key| key.1))?)?;
        table.set_item("ds", arrays::integers(py, rows.keys().map(|key| key.2))?)?;
        table.set_item("y", arrays::floats(py, &rows.values().map(|row| row.y).collect::<Vec<_>>())?)?;
        let columns = PyList::empty(py);
        for (c, name) in self.headings().iter().enumerate() {
            let column: Vec<f64> = rows.values().map(|row| row.cells[c]).collect();
            columns.append((name, arrays::floats(py, &column)?))?;
        }
        table.set_item("columns", columns)?;
        let status = |key: &Key| problems.get(&(key.0, key.1)).map_or_else(|| "ok".to_owned(), |why| why.join("; "));
        table.set_item("status", rows.keys().map(status).collect::<Vec<_>>())?;
        let arguments = (table, &self.frame, backend);
        Ok(py.import("unjuran.frames")?.call_method1("from_backtest", arguments)?)
    }

    /// The scores of every forecast: a row for each series, model, cutoff and year.
    ///
    /// Parameters
    /// ----------
    /// backend : {"pandas", "polars", "pyarrow"}, optional
    ///     Default: the first of these that is installed.
    ///
    /// Returns
    /// -------
    /// frame
    ///     Columns ``unique_id``, ``model``, ``cutoff``, ``ds``, ``lead``, ``y``, ``median``, ``mean``, ``crps``,
    ///     ``log_score``, ``pit`` and ``scale`` (the mean absolute yearly change that the model saw).
    #[pyo3(signature = (backend=None))]
    fn scores<'py>(&self, py: Python<'py>, backend: Option<&str>) -> Result<Bound<'py, PyAny>> {
        type Number = fn(&Row) -> f64;
        type Whole = fn(&Row) -> i64;
        let rows = self.table.rows();
        let columns = PyDict::new(py);
        columns.set_item("unique_id", rows.iter().map(|r| r.series.as_str()).collect::<Vec<_>>())?;
        columns.set_item("model", rows.iter().map(|r| r.model.as_str()).collect::<Vec<_>>())?;
        let whole: [(&str, Whole); 3] = [
            ("cutoff", |r| i64::from(r.cutoff.get())),
            ("ds", |r| i64::from(r.year.get())),
            ("lead", |r| i64::from(r.year.get()) - i64::from(r.cutoff.get())),
        ];
        for (name, of) in whole {
            columns.set_item(name, arrays::integers(py, rows.iter().map(of))?)?;
        }
        let numbers: [(&str, Number); 7] = [
            ("y", |r| r.actual),
            ("median", |r| r.median),
            ("mean", |r| r.mean),
            ("crps", |r| r.crps),
            ("log_score", |r| r.log_score),
            ("pit", |r| r.pit),
            ("scale", |r| r.scale),
        ];
        for (name, of) in numbers {
            columns.set_item(name, arrays::floats(py, &rows.iter().map(of).collect::<Vec<_>>())?)?;
        }
        Ok(py.import("unjuran.frames")?.call_method1("from_columns", (columns, backend))?)
    }

    /// Averages of each model, over the years of a series first and over series then.
    ///
    /// Parameters
    /// ----------
    /// by_lead : bool, default False
    ///     A row for each model and lead instead of one for each model.
    /// backend : {"pandas", "polars", "pyarrow"}, optional
    ///     Default: the first of these that is installed.
    ///
    /// Returns
    /// -------
    /// frame
    ///     Columns ``model``, ``lead`` (if asked for), ``rows`` (scored forecasts), ``refused`` (origins), ``mae``,
    ///     ``rmse``, ``smape``, ``mape``, ``mase``, ``crps``, ``scaled_crps``, ``log_score``, for each level
    ///     ``coverage-80``, ``interval_score-80``, ``msis-80``, and ``undefined``: series that never changed, left out of
    ///     the scaled scores.
    #[pyo3(signature = (*, by_lead=false, backend=None))]
    fn summary<'py>(&self, py: Python<'py>, by_lead: bool, backend: Option<&str>) -> Result<Bound<'py, PyAny>> {
        type Number = fn(&Summary) -> f64;
        let rows = if by_lead { self.table.summary_by_lead() } else { self.table.summary() };
        let counts = |of: fn(&Summary) -> usize| {
            arrays::integers(py, rows.iter().map(|r| i64::try_from(of(r)).unwrap_or(i64::MAX)))
        };
        let columns = PyDict::new(py);
        columns.set_item("model", rows.iter().map(|r| r.model.as_str()).collect::<Vec<_>>())?;
        if by_lead {
            columns.set_item("lead", counts(|r| r.lead.unwrap_or(0))?)?;
        }
        columns.set_item("rows", counts(|r| r.rows)?)?;
        columns.set_item("refused", counts(|r| r.refused)?)?;
        let numbers: [(&str, Number); 8] = [
            ("mae", |r| r.mae.value),
            ("rmse", |r| r.rmse.value),
            ("smape", |r| r.smape.value),
            ("mape", |r| r.mape.value),
            ("mase", |r| r.mase.value),
            ("crps", |r| r.crps.value),
            ("scaled_crps", |r| r.scaled_crps.value),
            ("log_score", |r| r.log_score.value),
        ];
        for (name, of) in numbers {
            columns.set_item(name, arrays::floats(py, &rows.iter().map(of).collect::<Vec<_>>())?)?;
        }
        for (i, level) in self.table.levels().iter().enumerate() {
            let of = |pick: fn(&unjuran::evaluate::backtest::LevelSummary) -> f64| {
                arrays::floats(py, &rows.iter().map(|r| pick(&r.levels[i])).collect::<Vec<_>>())
            };
            columns.set_item(format!("coverage-{level}"), of(|l| l.coverage.value)?)?;
            columns.set_item(format!("interval_score-{level}"), of(|l| l.interval_score.value)?)?;
            columns.set_item(format!("msis-{level}"), of(|l| l.msis.value)?)?;
        }
        columns.set_item("undefined", counts(|r| r.mase.undefined)?)?;
        Ok(py.import("unjuran.frames")?.call_method1("from_columns", (columns, backend))?)
    }

    /// Overall weighted average of ``model`` relative to ``reference``, over the forecasts that both gave.
    ///
    /// Raises
    /// ------
    /// UnknownModelError
    ///     A name that is not among ``models``.
    #[pyo3(signature = (model, reference="Naive"))]
    fn owa(&self, model: &str, reference: &str) -> Result<f64> {
        Ok(self.table.owa(model, reference)?)
    }

    /// The mean absolute scaled error of each model by lead, in matplotlib (``pip install unjuran[plot]``).
    ///
    /// Parameters
    /// ----------
    /// ax : matplotlib.axes.Axes, optional
    ///     Where to draw; left out, on a new figure.
    ///
    /// Returns
    /// -------
    /// matplotlib.axes.Axes
    #[pyo3(signature = (ax=None))]
    fn plot<'py>(&self, py: Python<'py>, ax: Option<&Bound<'py, PyAny>>) -> Result<Bound<'py, PyAny>> {
        let lines = PyDict::new(py);
        for model in self.table.models() {
            lines.set_item(model, PyList::empty(py))?;
        }
        for row in self.table.summary_by_lead() {
            let line = lines.as_any().get_item(&row.model)?;
            line.call_method1("append", ((row.lead.unwrap_or(0), row.mase.value),))?;
        }
        Ok(py.import("unjuran.plot")?.call_method1("leads", (lines, ax))?)
    }

    fn _repr_html_(&self) -> String {
        let levels = self.table.levels().iter().map(|level| format!("coverage-{level}"));
        let names = ["model", "rows", "refused", "mase", "scaled_crps", "smape"].map(str::to_owned);
        let headings: Vec<String> = names.into_iter().chain(levels).collect();
        let row = |r: &Summary| {
            let scores = [r.mase.value, r.scaled_crps.value, r.smape.value].map(|x| format!("{x:.3}"));
            let coverage = r.levels.iter().map(|l| format!("{:.1}", l.coverage.value));
            let about = [r.model.clone(), r.rows.to_string(), r.refused.to_string()];
            about.into_iter().chain(scores).chain(coverage).collect()
        };
        let rows: Vec<Vec<String>> = self.table.summary().iter().map(row).collect();
        html::table(&self.__repr__(), &headings, &rows)
    }

    fn __repr__(&self) -> String {
        let (models, rows) = (self.table.models().join(", "), self.table.rows().len());
        let refusals = self.table.refusals().len() + self.unreadable.len();
        let more = if refusals == 0 { String::new() } else { format!(", {refusals} refusals") };
        let (series, h) = (self.names.len(), self.horizon);
        let years = if h == 1 { "year" } else { "years" };
        format!("Backtest of {models} on {series} series, {h} {years} ahead: {rows} forecasts{more}")
    }
}
