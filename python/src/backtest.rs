//! `unjuran.backtest` and its result.

#![allow(clippy::indexing_slicing, reason = "names and places of the table that the rows come from")]

use std::collections::{BTreeMap, HashMap};

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};
use unjuran::Error;
use unjuran::evaluate::backtest::{Backtest, BacktestTable, Row, Summary};
use unjuran::hierarchy::{MaskedCell, small_cells};
use unjuran::model::Forecaster;
use unjuran::persist::Persist as _;
use unjuran::series::{Panel, Series, Value};

use crate::arrays;
use crate::columns::{Columns, Refused};
use crate::errors::Result;
use crate::front::with_unit;
use crate::guard::free;
use crate::hierarchy;
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
/// models : Model, str or list of them, default ("BayesETS", "Naive")
///     Objects or names; left out, the default of `forecast` beside last year's value.
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
///     A model that refuses an origin, or a series of several that is too short for any, stops nothing: `Backtest.to_frame`
///     says why in ``status``.
///
/// Raises
/// ------
/// TooFewYearsError, NoObservedYearsError
///     A single series that is too short for any origin: there would be nothing to score.
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
#[pyo3(signature = (data, models=None, h=None, *, n_windows=None, step=None, level=None, min_train=None, unit=None, id_col=None, time_col=None, target_col=None, progress=false, threads=None))]
#[expect(clippy::too_many_arguments, reason = "Python's keywords")]
pub(crate) fn backtest<'py>(
    py: Python<'py>,
    data: &Bound<'py, PyAny>,
    models: Option<&Bound<'py, PyAny>>,
    h: Option<&Bound<'py, PyAny>>,
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
    match models {
        Some(models) => settings.set_item("models", models)?,
        None => settings.set_item("models", ["BayesETS", "Naive"])?,
    }
    settings.set_item("h", h)?;
    let alone = data.cast::<PySeries>().is_ok();
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
    let table = Settings::new(&settings)?.run(py, &series)?;
    if alone && let Some(refusal) = table.refusals().iter().find(|refusal| refusal.model.is_none()) {
        return Err(refusal.error.clone().into());
    }
    Ok(Bound::new(py, PyBacktest { table, frame: None })?.into_any())
}

/// `frames.py`: a backtest of every series of a frame; `frame` is how the rows were laid out.
#[pyfunction]
#[pyo3(name = "_backtest_columns")]
pub(crate) fn backtest_columns(
    py: Python<'_>,
    columns: Columns<'_>,
    settings: &Bound<'_, PyDict>,
    frame: Py<PyAny>,
) -> Result<PyBacktest> {
    let unit = settings.get_item("unit")?;
    let unit = input::unit(unit.as_ref())?;
    let (mut series, mut unread) = (Vec::new(), Vec::new());
    for (name, one) in columns.names().into_iter().zip(columns.read(0..columns.len(), unit)) {
        match one {
            Ok(one) => series.push(one),
            Err(Refused::Core(error)) => unread.push((name, error)),
            Err(Refused::Unread(problem)) => unread.push((name.clone(), Error::NotRead { series: name, problem })),
        }
    }
    let table = Settings::new(settings)?.run(py, &series)?;
    Ok(PyBacktest { table: table.with_unread(columns.names(), unread)?, frame: Some(frame) })
}

/// What a backtest is told, checked.
struct Settings {
    progress: bool,
    run: Run,
    backtest: Backtest,
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
            Ok(Some(input::natural(&value, "backtest", name, "a whole number from 1")?))
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
        Ok(Self { progress, run, backtest })
    }

    fn run(self, py: Python<'_>, series: &[Series]) -> Result<BacktestTable> {
        let models: Vec<&dyn Forecaster> = self.run.models.iter().map(AsRef::as_ref).collect();
        let progress = Progress::asked(py, self.progress, 0)?;
        Ok(self.run.within(py, series.len(), |stop| {
            let told = |done: usize, all: usize| progress.at(done, all);
            self.backtest.run_with(series, &models, &told, &|| !stop.asked())
        })??)
    }
}

/// What a backtest found: made by `backtest`.
#[pyclass(name = "Backtest", module = "unjuran", frozen)]
pub(crate) struct PyBacktest {
    table: BacktestTable,
    /// How the rows of a frame were laid out, for an answer in kind.
    frame: Option<Py<PyAny>>,
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
/// Bounds of what is masked, by name of the series and year.
type Masks = HashMap<(String, i64), (f64, f64)>;

impl PyBacktest {
    fn positions(&self) -> HashMap<&str, i64> {
        (0..).zip(self.table.names()).map(|(i, name)| (name.as_str(), i)).collect()
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
        let series: HashMap<&str, &Series> = table.series().iter().map(|s| (s.name(), s)).collect();
        for refusal in table.refusals() {
            let at = position[refusal.series.as_str()];
            let cutoff = refusal.cutoff.map_or(NO_YEAR, |year| i64::from(year.get()));
            let text = refusal.model.as_ref().map_or_else(String::new, |model| format!("{model}: "));
            problems.entry((at, cutoff)).or_default().push(format!("{text}{}", refusal.error));
            if cutoff == NO_YEAR {
                rows.insert((at, NO_YEAR, NO_YEAR), empty(f64::NAN));
                continue;
            }
            let known = series.get(refusal.series.as_str());
            for (year, y) in known.into_iter().flat_map(|known| outcomes(known, cutoff, table.horizon())) {
                rows.entry((at, cutoff, year)).or_insert_with(|| empty(y));
            }
        }
        (rows, problems)
    }

    /// What is to be masked in a table for publication; none unless asked for.
    fn masks(&self, py: Python<'_>, below: Option<f64>, tree: Option<&Bound<'_, PyAny>>) -> Result<Option<Masks>> {
        let Some(below) = below else {
            return match tree {
                Some(_) => Err(PyTypeError::new_err("tree= is for mask_below=").into()),
                None => Ok(None),
            };
        };
        if self.table.series().is_empty() && !self.table.rows().is_empty() {
            return Err(Error::bad_parameter(
                "to_frame",
                "mask_below",
                below,
                "nothing here: an earlier release stored this backtest without its series",
            )
            .into());
        }
        let tree = tree.map(hierarchy::tree).transpose()?;
        let series = self.table.series();
        let cells = free(py, || small_cells(&Panel::new(series.to_vec())?, tree.as_ref(), below))?;
        let mask = |MaskedCell { series, year, lower, upper, .. }| {
            let bounds = if upper.is_finite() { (lower, upper) } else { (f64::NAN, f64::NAN) };
            ((series, i64::from(year.get())), bounds)
        };
        Ok(Some(cells.into_iter().map(mask).collect()))
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
        Value::Exact(y) if year > cutoff && usize::try_from(year - cutoff).is_ok_and(|lead| lead <= horizon) => {
            Some((year, *y))
        }
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
    /// mask_below : int, optional
    ///     As in `Panel.to_frame`: counts below it have no ``y`` but ``y_lo`` and ``y_hi``. The forecasts stay, and with
    ///     them what they say of the past, a model that repeats the last year all of it: to publish, make the backtest of
    ///     ``Panel.to_frame(mask_below=)``.
    /// tree : dict of str to sequence of str, or sequence of tuples, optional
    ///     With ``mask_below``: which parts make up which totals, so that no masked part can be computed.
    ///
    /// Returns
    /// -------
    /// frame
    ///     Columns ``unique_id``, ``ds``, ``cutoff`` (the last year a model saw), ``y`` (what happened), for each model
    ///     ``<model>`` (the median), ``<model>-lo-80``, ``<model>-hi-80``, ..., and ``status``: "ok", or what refused and
    ///     why. A series too short for any origin has one row without years.
    ///
    /// Examples
    /// --------
    /// >>> import unjuran as uj
    /// >>> result = uj.backtest(uj.Series([9, 8, 7, 12, 3], start=2018, name="victims"), "Mean", h=1, n_windows=2)
    /// >>> result.to_frame("pandas", mask_below=5)[["ds", "y", "y_lo", "y_hi"]].values.tolist()
    /// [[2021.0, 12.0, nan, nan], [2022.0, nan, 0.0, 4.0]]
    #[pyo3(signature = (backend=None, *, mask_below=None, tree=None))]
    fn to_frame<'py>(
        &self,
        py: Python<'py>,
        backend: Option<&str>,
        mask_below: Option<f64>,
        tree: Option<&Bound<'py, PyAny>>,
    ) -> Result<Bound<'py, PyAny>> {
        let masks = self.masks(py, mask_below, tree)?;
        let (rows, problems) = self.wide();
        let table = PyDict::new(py);
        table.set_item("names", self.table.names())?;
        table.set_item("series", arrays::integers(py, rows.keys().map(|key| key.0))?)?;
        table.set_item("cutoff", arrays::integers(py, rows.keys().map(|key| key.1))?)?;
        table.set_item("ds", arrays::integers(py, rows.keys().map(|key| key.2))?)?;
        let mut y: Vec<f64> = rows.values().map(|row| row.y).collect();
        if let Some(masks) = masks {
            let names = self.table.names();
            let mask = |&(at, _, year): &Key| masks.get(&(names[usize::try_from(at).ok()?].clone(), year)).copied();
            let bounds: Vec<_> = rows.keys().map(mask).collect();
            for (y, _) in y.iter_mut().zip(&bounds).filter(|(_, bounds)| bounds.is_some()) {
                *y = f64::NAN;
            }
            let (lower, upper): (Vec<_>, Vec<_>) = bounds.into_iter().map(Option::unzip).unzip();
            table.set_item("y_lo", arrays::gaps(py, &lower)?)?;
            table.set_item("y_hi", arrays::gaps(py, &upper)?)?;
        }
        table.set_item("y", arrays::floats(py, &y)?)?;
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
    /// mask_below, tree : optional
    ///     As in ``to_frame``: of a masked year there is no ``y``, nor a score from which it could be computed.
    ///
    /// Returns
    /// -------
    /// frame
    ///     Columns ``unique_id``, ``model``, ``cutoff``, ``ds``, ``lead``, ``y``, ``median``, ``mean``, ``crps``,
    ///     ``log_score``, ``pit`` and ``scale`` (the mean absolute yearly change that the model saw).
    #[pyo3(signature = (backend=None, *, mask_below=None, tree=None))]
    fn scores<'py>(
        &self,
        py: Python<'py>,
        backend: Option<&str>,
        mask_below: Option<f64>,
        tree: Option<&Bound<'py, PyAny>>,
    ) -> Result<Bound<'py, PyAny>> {
        type Number = fn(&Row) -> f64;
        type Whole = fn(&Row) -> i64;
        let rows = self.table.rows();
        let masks = self.masks(py, mask_below, tree)?.unwrap_or_default();
        let masked = |r: &Row| masks.contains_key(&(r.series.clone(), i64::from(r.year.get())));
        let masked: Vec<bool> = rows.iter().map(masked).collect();
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
        let numbers: [(&str, Number, bool); 7] = [
            ("y", |r| r.actual, true),
            ("median", |r| r.median, false),
            ("mean", |r| r.mean, false),
            ("crps", |r| r.crps, true),
            ("log_score", |r| r.log_score, true),
            ("pit", |r| r.pit, true),
            ("scale", |r| r.scale, false),
        ];
        for (name, of, tells) in numbers {
            let shown = rows.iter().zip(&masked).map(|(row, hide)| if tells && *hide { f64::NAN } else { of(row) });
            columns.set_item(name, arrays::floats(py, &shown.collect::<Vec<_>>())?)?;
        }
        Ok(py.import("unjuran.frames")?.call_method1("from_columns", (columns, backend))?)
    }

    /// Averages of each model, over the years of a series first and over series then.
    ///
    /// A model that refuses the hard series would look good on what is left, so that the scores are those of the forecasts
    /// that all models gave (models without any forecast aside).
    ///
    /// Parameters
    /// ----------
    /// by_lead : bool, default False
    ///     A row for each model and lead instead of one for each model.
    /// shared : bool, default True
    ///     False: the scores of all that each model gave, which are not to be compared where ``rows`` differ.
    /// backend : {"pandas", "polars", "pyarrow"}, optional
    ///     Default: the first of these that is installed.
    ///
    /// Returns
    /// -------
    /// frame
    ///     Columns ``model``, ``lead`` (if asked for), ``rows`` (forecasts beside an outcome), ``shared`` (those of them that
    ///     all models gave: what the scores are of), ``refused`` (origins), ``mae``, ``rmse``, ``smape``, ``mape``, ``mase``,
    ///     ``crps``, ``scaled_crps``, ``log_score``, for each level ``coverage-80``, ``interval_score-80``, ``msis-80``, and
    ///     ``undefined``: series that never changed, left out of the scaled scores.
    ///
    /// Examples
    /// --------
    /// >>> import unjuran as uj
    /// >>> cases = uj.Series([163, 463, 429, 302, 286, 165, 0, 139, 187], start=2015, name="cases")
    /// >>> result = uj.backtest(cases, ["Naive", "LogLinearTrend"], h=1)  # a zero has no logarithm
    /// >>> result.summary(backend="pandas")[["model", "rows", "shared", "refused"]].values.tolist()
    /// [['Naive', 5, 1, 0], ['LogLinearTrend', 1, 1, 4]]
    #[pyo3(signature = (*, by_lead=false, shared=true, backend=None))]
    fn summary<'py>(
        &self,
        py: Python<'py>,
        by_lead: bool,
        shared: bool,
        backend: Option<&str>,
    ) -> Result<Bound<'py, PyAny>> {
        type Number = fn(&Summary) -> f64;
        let of = |table: &BacktestTable| if by_lead { table.summary_by_lead() } else { table.summary() };
        let rows = if shared {
            of(&self.table)
        } else {
            let alone = self.table.models().iter().map(|model| Ok(of(&self.table.alone(model)?)));
            alone.collect::<Result<Vec<_>>>()?.concat()
        };
        let counts = |of: fn(&Summary) -> usize| {
            arrays::integers(py, rows.iter().map(|r| i64::try_from(of(r)).unwrap_or(i64::MAX)))
        };
        let columns = PyDict::new(py);
        columns.set_item("model", rows.iter().map(|r| r.model.as_str()).collect::<Vec<_>>())?;
        if by_lead {
            columns.set_item("lead", counts(|r| r.lead.unwrap_or(0))?)?;
        }
        columns.set_item("rows", counts(|r| r.rows)?)?;
        columns.set_item("shared", counts(|r| r.shared)?)?;
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

    /// The mean absolute scaled error of each model by lead, in matplotlib (``pip install unjuran[plot]``): of the forecasts
    /// that all models gave, as in ``summary``.
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
        Ok(py.import("unjuran.plot")?.call_method1("leads", (lines, ax, self.narrowed()))?)
    }

    /// A sentence for readers where the scores are not of all forecasts; None where they are.
    #[getter(_narrowed)]
    fn narrowed(&self) -> Option<String> {
        let summary = self.table.summary();
        let (shared, most) = (summary.iter().map(|r| r.shared).max()?, summary.iter().map(|r| r.rows).max()?);
        (shared < most).then(|| format!("scores of the {shared} of {most} forecasts that all models gave"))
    }

    fn _repr_html_(&self) -> String {
        let levels = self.table.levels().iter().map(|level| format!("coverage-{level}"));
        let names = ["model", "rows", "shared", "refused", "mase", "scaled_crps", "smape"].map(str::to_owned);
        let headings: Vec<String> = names.into_iter().chain(levels).collect();
        let row = |r: &Summary| {
            let scores = [r.mase.value, r.scaled_crps.value, r.smape.value].map(|x| format!("{x:.3}"));
            let coverage = r.levels.iter().map(|l| format!("{:.1}", l.coverage.value));
            let about = [r.model.clone(), r.rows.to_string(), r.shared.to_string(), r.refused.to_string()];
            about.into_iter().chain(scores).chain(coverage).collect()
        };
        let rows: Vec<Vec<String>> = self.table.summary().iter().map(row).collect();
        html::table(&self.__repr__(), &headings, &rows)
    }

    /// The backtest as JSON text, in a versioned envelope, with the series that it was made on.
    ///
    /// Raises
    /// ------
    /// TooLargeError
    ///     More than 32 MiB: some tens of thousands of forecasts. Backtest parts of the panel.
    fn to_json(&self) -> Result<String> {
        Ok(self.table.to_json()?)
    }

    /// The backtest that ``to_json`` wrote; its frames are of the default kind.
    ///
    /// Raises
    /// ------
    /// BadJsonError
    ///     Text that is no stored backtest.
    /// UnknownVersionError
    ///     Text that a later release wrote.
    ///
    /// Examples
    /// --------
    /// >>> import unjuran as uj
    /// >>> result = uj.backtest(uj.Series([9, 8, 7, 12, 10], start=2018, name="cases"), "Naive", h=1, n_windows=2)
    /// >>> uj.Backtest.from_json(result.to_json())
    /// Backtest of Naive on 1 series, 1 year ahead: 2 forecasts
    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> Result<Self> {
        Ok(Self { table: free(py, || BacktestTable::from_json(text))?, frame: None })
    }

    /// The backtest in the compact binary form; pickles are made of it.
    fn to_bytes<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.table.to_bytes()?))
    }

    /// The backtest that ``to_bytes`` wrote.
    ///
    /// Raises
    /// ------
    /// BadBytesError
    ///     Bytes that are no stored backtest.
    /// UnknownVersionError
    ///     Bytes that a later release wrote.
    #[staticmethod]
    fn from_bytes(py: Python<'_>, data: &[u8]) -> Result<Self> {
        Ok(Self { table: free(py, || BacktestTable::from_bytes(data))?, frame: None })
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> Result<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        Ok((py.get_type::<Self>().getattr(intern!(py, "from_bytes"))?, (self.to_bytes(py)?,)))
    }

    fn __repr__(&self) -> String {
        let (models, rows) = (self.table.models().join(", "), self.table.rows().len());
        let refusals = self.table.refusals().len();
        let more = if refusals == 0 { String::new() } else { format!(", {refusals} refusals") };
        let (series, h) = (self.table.names().len(), self.table.horizon());
        let years = if h == 1 { "year" } else { "years" };
        format!("Backtest of {models} on {series} series, {h} {years} ahead: {rows} forecasts{more}")
    }
}
