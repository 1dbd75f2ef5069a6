//! The columns of a frame, as `frames.py` lays them out, to series and back.

#![allow(
    clippy::indexing_slicing,
    reason = "`frames.py` lays out one entry a series in every column; were one missing, the panic would be an InternalError"
)]

use std::collections::HashMap;
use std::ops::Range;

use numpy::PyReadonlyArray1;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use unjuran::Error;
use unjuran::design::Inputs;
use unjuran::hierarchy::{MaskedCell, small_cells};
use unjuran::series::{Coverage, Observation, Panel, Series, Unit, Value, Year};

use crate::arrays;
use crate::errors::{Failure, Result};
use crate::given::Beside;
use crate::guard::free;
use crate::hierarchy;
use crate::input::{self, Ahead};
use crate::panel::PyPanel;
use crate::progress::Progress;
use crate::run::{Block, NO_YEAR, Run, table};

/// Numbers of a frame, read where they lie. They stay with the thread that holds the interpreter: another one could write into
/// them meanwhile.
type Numbers<'py> = PyReadonlyArray1<'py, f64>;

/// Rows grouped by series: those of series i are `offsets[i]..offsets[i + 1]`.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Columns<'py> {
    names: Vec<String>,
    offsets: PyReadonlyArray1<'py, i64>,
    /// The year of each row; int64's least where it could not be read.
    years: PyReadonlyArray1<'py, i64>,
    y: Numbers<'py>,
    /// Bounds of masked cells; NaN where there are none.
    lower: Option<Numbers<'py>>,
    upper: Option<Numbers<'py>>,
    /// Shares of partial years; NaN where there are none.
    share: Option<Numbers<'py>>,
    /// Rows with a cut-off date.
    ends: HashMap<usize, String>,
    /// One a series.
    units: Option<Vec<Option<String>>>,
    /// Drivers and exposure of each series, by year: (exog, exposure), where any were named.
    beside: Option<Vec<(Py<PyAny>, Py<PyAny>)>>,
    /// Series that were refused on the Python side, with the reason.
    refused: HashMap<usize, String>,
}

impl Columns<'_> {
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    fn rows(&self, i: usize) -> Range<usize> {
        let at = |i: usize| self.offsets.get(i).and_then(|at| usize::try_from(*at).ok()).unwrap_or(0);
        at(i)..at(i + 1)
    }

    fn year(&self, row: usize) -> i64 {
        self.years.get(row).copied().unwrap_or(NO_YEAR)
    }

    /// One row as an observation.
    fn observation(&self, row: usize) -> unjuran::Result<Observation> {
        let year = Year::new(self.year(row))?;
        let number = |column: Option<&Numbers<'_>>| column.and_then(|c| c.get(row)).copied().unwrap_or(f64::NAN);
        let [y, lower, upper] = [Some(&self.y), self.lower.as_ref(), self.upper.as_ref()].map(number);
        let value = match (y.is_nan(), lower.is_nan() && upper.is_nan()) {
            (false, _) => Value::Exact(y),
            (true, true) => Value::Missing,
            (true, false) => Value::Censored { lower, upper },
        };
        let share = number(self.share.as_ref());
        let coverage = match self.ends.get(&row) {
            Some(day) => Coverage::Through(day.parse()?),
            None if share.is_nan() => Coverage::Full,
            None => Coverage::Share(share),
        };
        Ok(Observation { year, value, coverage, source: None })
    }

    /// One series, of this unit or of the one that its rows say.
    pub(crate) fn series(&self, i: usize, unit: Option<Unit>) -> unjuran::Result<Series> {
        let observations = self.rows(i).map(|row| self.observation(row)).collect::<unjuran::Result<Vec<_>>>()?;
        // why first: a year of another calendar that ends in the next would be refused as a partial one amid others.
        for Observation { year, coverage, .. } in &observations {
            if let Coverage::Through(date) = coverage
                && date.year() != *year
            {
                let (series, date) = (self.names[i].clone(), date.to_string());
                return Err(Error::DateOutsideYear { series, year: year.get(), date });
            }
        }
        let series = Series::from_observations(self.names[i].clone(), observations)?;
        let own = self.units.as_ref().and_then(|units| units[i].as_deref()).map(str::parse).transpose()?;
        match unit.or(own) {
            Some(unit) => series.with_unit(unit),
            None => Ok(series),
        }
    }

    /// These series, or why one is refused: by the Python side, or by ours.
    pub(crate) fn read(&self, which: Range<usize>, unit: Option<Unit>) -> Vec<std::result::Result<Series, Refused>> {
        let one = |i| match self.refused.get(&i) {
            Some(why) => Err(Refused::Unread(why.clone())),
            None => self.series(i, unit).map_err(Refused::Core),
        };
        which.map(one).collect()
    }

    /// What is known beside a series, or why it cannot be used.
    fn inputs(&self, py: Python<'_>, i: usize, events: Option<&Bound<'_, PyAny>>) -> Result<unjuran::Result<Inputs>> {
        if events.is_none() && self.beside.is_none() {
            return Ok(Ok(Inputs::new()));
        }
        let (exog, exposure) = match self.beside.as_ref().map(|beside| &beside[i]) {
            Some((exog, exposure)) => (Some(exog.bind(py)), Some(exposure.bind(py))),
            None => (None, None),
        };
        match (Beside { exog, future: None, events, exposure }).of_one(&self.names[i]) {
            Ok(inputs) => Ok(Ok(inputs)),
            Err(Failure::Core(error)) => Ok(Err(error)),
            Err(failure) => Err(failure),
        }
    }

    /// The first year to forecast of a series that could not be built.
    fn next_year(&self, i: usize) -> i64 {
        let years = self.rows(i).map(|row| self.year(row));
        match years.clone().min() {
            Some(NO_YEAR) | None => NO_YEAR,
            Some(_) => years.max().map_or(NO_YEAR, |last| last + 1),
        }
    }
}

/// Series that are read at a time: they need ten times the memory of their numbers.
const READ: usize = 5000;

/// Why a series of a frame is refused.
pub(crate) enum Refused {
    /// In the words of the Python side.
    Unread(String),
    Core(Error),
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unread(why) => f.write_str(why),
            Self::Core(error) => error.fmt(f),
        }
    }
}

/// For the tests and the benches of `frames.py`: the address at which `y` is read.
#[pyfunction]
#[pyo3(name = "_y_address")]
pub(crate) fn y_address(columns: Columns<'_>) -> Option<usize> {
    columns.y.get(0).map(|first| std::ptr::from_ref(first).addr())
}

/// `frames.py`: a forecast of every series of a frame, as columns.
#[pyfunction]
#[pyo3(name = "_forecast_columns")]
pub(crate) fn forecast_columns<'py>(
    py: Python<'py>,
    columns: Columns<'py>,
    settings: &Bound<'py, PyDict>,
) -> Result<Bound<'py, PyDict>> {
    let setting = |name: &str| -> PyResult<Option<Bound<'py, PyAny>>> {
        Ok(settings.get_item(name)?.filter(|value| !value.is_none()))
    };
    let ahead = Ahead::new(setting("h")?.as_ref(), setting("until")?.as_ref())?;
    let threads = setting("threads")?.map(|t| input::integer(&t, "threads")).transpose()?;
    let run = Run::new(setting("model")?.as_ref(), ahead, threads)?;
    let levels = input::levels(setting("level")?.as_ref(), &[80.0, 95.0])?;
    let unit = input::unit(setting("unit")?.as_ref())?;
    let events = setting("events")?;
    let inputs = (0..columns.len()).map(|i| columns.inputs(py, i, events.as_ref())).collect::<Result<Vec<_>>>()?;
    let progress = Progress::telling(setting("progress")?.map(Bound::unbind), columns.len());
    let mut blocks = Vec::with_capacity(columns.len());
    for from in (0..columns.len()).step_by(READ) {
        // why before the threads: see `Numbers`.
        let series = columns.read(from..columns.len().min(from + READ), unit);
        let firsts: Vec<i64> = series
            .iter()
            .zip(from..)
            .map(|(one, i)| one.as_ref().map_or_else(|_| columns.next_year(i), input::first_ahead))
            .collect();
        blocks.extend(run.each(py, series.len(), &progress, |i| match (&series[i], &inputs[from + i]) {
            (Ok(series), Ok(inputs)) => Block::new(&run, &levels, &run.on(series, inputs), firsts[i]),
            (Err(why), _) => Block::refused(&run, &levels, why.to_string(), firsts[i]),
            (_, Err(error)) => Block::refused(&run, &levels, error.to_string(), firsts[i]),
        })?);
    }
    Ok(table(py, &run, &levels, &blocks)?)
}

/// `frames.py`: the series of a frame; the first that is refused is the error.
#[pyfunction]
#[pyo3(name = "_panel_from_columns")]
pub(crate) fn panel_from_columns(columns: Columns<'_>, unit: Option<&Bound<'_, PyAny>>) -> Result<PyPanel> {
    let unit = input::unit(unit)?;
    let series = (0..columns.len()).map(|i| columns.series(i, unit)).collect::<unjuran::Result<Vec<_>>>()?;
    Ok(PyPanel(Panel::new(series)?))
}

/// `frames.py`: the observations of a panel, a row each, as columns; small cells masked where a limit is given.
#[pyfunction]
#[pyo3(name = "_panel_columns", signature = (panel, mask_below=None, tree=None))]
pub(crate) fn panel_columns<'py>(
    py: Python<'py>,
    panel: &Bound<'py, PyPanel>,
    mask_below: Option<f64>,
    tree: Option<&Bound<'py, PyAny>>,
) -> Result<Bound<'py, PyDict>> {
    let tree = match (mask_below, tree) {
        (Some(_), Some(tree)) => Some(hierarchy::tree(tree)?),
        // why: a data set knows its own totals.
        (Some(_), None) => panel.getattr_opt("hierarchies")?.map(|own| hierarchy::tree(&own)).transpose()?,
        (None, Some(_)) => return Err(PyTypeError::new_err("tree= is for mask_below=").into()),
        (None, None) => None,
    };
    let panel = &panel.get().0;
    let masked = match mask_below {
        Some(below) => free(py, || small_cells(panel, tree.as_ref(), below))?,
        None => Vec::new(),
    };
    let masked: HashMap<(&str, Year), &MaskedCell> =
        masked.iter().map(|cell| ((cell.series.as_str(), cell.year), cell)).collect();
    let text = PyList::empty(py);
    let (mut index, mut years) = (Vec::new(), Vec::new());
    let (mut y, mut lower, mut upper, mut share) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let ends = PyList::empty(py);
    let units = PyList::empty(py);
    for (i, series) in (0..).zip(panel.iter()) {
        units.append(series.unit().to_string())?;
        for observation in series.observations() {
            index.push(i);
            years.push(i64::from(observation.year.get()));
            let cell = masked.get(&(series.name(), observation.year));
            let (exact, low, high) = match (cell, observation.value) {
                (Some(cell), _) if cell.upper.is_finite() => (f64::NAN, cell.lower, cell.upper),
                (None, Value::Exact(y)) => (y, f64::NAN, f64::NAN),
                (None, Value::Censored { lower, upper }) => (f64::NAN, lower, upper),
                (Some(_), _) | (None, Value::Missing) => (f64::NAN, f64::NAN, f64::NAN),
            };
            text.append(match cell {
                Some(MaskedCell { complement: true, .. }) => "masked".to_owned(),
                Some(cell) => format!("<{}", cell.upper + 1.0),
                None => observation.value.to_string(),
            })?;
            y.push(exact);
            lower.push(low);
            upper.push(high);
            let (day, part) = match observation.coverage {
                Coverage::Through(day) => (Some(day.to_string()), f64::NAN),
                Coverage::Share(share) => (None, share),
                Coverage::Full => (None, f64::NAN),
            };
            ends.append(day)?;
            share.push(part);
        }
    }
    let columns = PyDict::new(py);
    columns.set_item("names", PyList::new(py, panel.iter().map(Series::name))?)?;
    columns.set_item("series", arrays::integers(py, index.into_iter())?)?;
    columns.set_item("ds", arrays::integers(py, years.into_iter())?)?;
    for (name, values) in [("y", &y), ("y_lo", &lower), ("y_hi", &upper), ("share", &share)] {
        columns.set_item(name, arrays::floats(py, values)?)?;
    }
    if mask_below.is_some() {
        columns.set_item("shown", text)?;
    }
    columns.set_item("period_end", ends)?;
    columns.set_item("unit", units)?;
    Ok(columns)
}

/// The core's error of a series that is not there, raised for a frame by `frames.py`.
#[pyfunction]
#[pyo3(name = "_unknown_series")]
pub(crate) fn unknown_series(series: String, known: Vec<String>) -> Result<()> {
    Err(Error::UnknownSeries { series, known }.into())
}
