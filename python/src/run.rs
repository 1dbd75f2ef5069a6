//! Many series at once: models by series on a pool of threads, and the flat table of the results.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};
use rayon::prelude::*;
use unjuran::Error;
use unjuran::design::Inputs;
use unjuran::forecast::Forecast;
use unjuran::model::Forecaster;
use unjuran::series::{Horizon, Series};

use crate::arrays;
use crate::errors::Result;
use crate::guard::{bug, free};
use crate::input::Ahead;
use crate::models::resolved;
use crate::progress::Progress;

/// Stands for a year that could not be read.
pub(crate) const NO_YEAR: i64 = i64::MIN;

/// What is to be done with each series.
pub(crate) struct Run {
    pub(crate) models: Vec<Arc<dyn Forecaster>>,
    /// Names of the models, the columns of a frame; no two are equal.
    pub(crate) names: Vec<String>,
    /// Whether a list of models was given, be it of one.
    pub(crate) listed: bool,
    pub(crate) ahead: Ahead,
    threads: Option<usize>,
}

/// A forecast, or why there is none, for each model.
pub(crate) type Outcomes = Vec<unjuran::Result<Arc<Forecast>>>;

impl Run {
    pub(crate) fn new(model: Option<&Bound<'_, PyAny>>, ahead: Ahead, threads: Option<i64>) -> Result<Self> {
        let list = model.filter(|m| m.is_instance_of::<PyList>() || m.is_instance_of::<PyTuple>());
        let models = match list {
            Some(list) => list.try_iter()?.map(|one| resolved(Some(&one?))).collect::<Result<Vec<_>>>()?,
            None => vec![resolved(model)?],
        };
        let names: Vec<String> = models.iter().map(|m| m.name()).collect();
        let twice = names.iter().enumerate().find(|(i, name)| names.iter().take(*i).any(|earlier| earlier == *name));
        if models.is_empty() || twice.is_some() {
            return Err(Error::bad_parameter(
                "forecast",
                "model",
                format!("{names:?}"),
                "one model, or several of different names",
            )
            .into());
        }
        Ok(Self { models, names, listed: list.is_some(), ahead, threads: threads_of(threads)? })
    }

    /// A run that is over: its models are not needed again.
    pub(crate) fn made(names: Vec<String>, listed: bool, ahead: Ahead) -> Self {
        Self { models: Vec::new(), names, listed, ahead, threads: None }
    }

    /// Every model on one series and what is known beside it.
    pub(crate) fn on(&self, series: &Series, inputs: &Inputs) -> Outcomes {
        let one = |model: &Arc<dyn Forecaster>| {
            let horizon = self.ahead.horizon(series)?;
            Ok(Arc::new(model.fit_with(series, inputs)?.forecast(horizon)?))
        };
        self.models.iter().map(one).collect()
    }

    /// The results for indices below `count`, in order, made without the GIL on the threads asked for.
    pub(crate) fn each<T: Send>(
        &self,
        py: Python<'_>,
        count: usize,
        progress: &Progress,
        make: impl Fn(usize) -> T + Send + Sync,
    ) -> Result<Vec<T>> {
        let made = self.within(py, count, |stop| {
            let one = |i| {
                let made = (!stop.asked()).then(|| make(i));
                progress.step();
                made
            };
            (0..count).into_par_iter().map(one).collect::<Option<Vec<T>>>()
        })?;
        // why never: a stopped run has left with its exception.
        Ok(made.unwrap_or_default())
    }

    /// A result made without the GIL on the threads asked for; `jobs` of them at most are of use.
    ///
    /// The calling thread looks for signals meanwhile: Ctrl-C asks the work to stop, which is to look at `Stop` between its
    /// jobs, and is raised as soon as it has. A panic is raised as `InternalError`.
    pub(crate) fn within<T: Send>(
        &self,
        py: Python<'_>,
        jobs: usize,
        make: impl FnOnce(&Stop) -> T + Send,
    ) -> Result<T> {
        let available = || std::thread::available_parallelism().map_or(1, usize::from);
        let threads = self.threads.unwrap_or_else(available).min(jobs.max(1));
        // why a pool of our own for each call: a child of os.fork has the parent's pool without its threads, and would
        // wait for them forever.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|e| PyRuntimeError::new_err(format!("no pool of {threads} threads: {e}")))?;
        let (stop, made, ended) = (Stop::default(), Mutex::new(None), Condvar::new());
        let mut signal = None;
        pool.in_place_scope(|scope| {
            scope.spawn(|_| {
                let done = catch_unwind(AssertUnwindSafe(|| make(&stop)));
                *made.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
                ended.notify_one();
            });
            let waited = || {
                let made = made.lock().unwrap_or_else(PoisonError::into_inner);
                let (made, _) =
                    ended.wait_timeout_while(made, LOOK, |made| made.is_none()).unwrap_or_else(PoisonError::into_inner);
                made.is_some()
            };
            while !py.detach(waited) {
                if let (None, Err(raised)) = (&signal, py.check_signals()) {
                    stop.0.store(true, Ordering::Relaxed);
                    signal = Some(raised);
                }
            }
        });
        if let Some(raised) = signal {
            return Err(raised.into());
        }
        match made.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(Ok(made)) => Ok(made),
            Some(Err(panic)) => Err(bug(py, &*panic)),
            None => Err(bug(py, &"a run without a result")),
        }
    }
}

/// How long signals may wait to be looked at.
const LOOK: Duration = Duration::from_millis(10);

/// Whether the work is to stop.
#[derive(Default)]
pub(crate) struct Stop(AtomicBool);

impl Stop {
    pub(crate) fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// `threads=`, else `UNJURAN_THREADS`, else as many as there are processors.
fn threads_of(threads: Option<i64>) -> Result<Option<usize>> {
    let (parameter, value) = match (threads, std::env::var("UNJURAN_THREADS")) {
        (Some(threads), _) => ("threads", threads.to_string()),
        (None, Ok(text)) if !text.is_empty() => ("UNJURAN_THREADS", text),
        (None, _) => return Ok(None),
    };
    match value.parse::<usize>() {
        Ok(threads @ 1..=1024) => Ok(Some(threads)),
        _ => {
            let (parameter, allowed) = (parameter.to_owned(), "a whole number from 1 to 1024".to_owned());
            Err(Error::bad_parameter("forecast", parameter, value, allowed).into())
        }
    }
}

/// The rows of one series.
pub(crate) struct Block {
    years: Vec<i64>,
    /// Column after column: for each model the median, then lower and upper bound of each level.
    cells: Vec<f64>,
    status: Option<String>,
}

impl Block {
    /// The rows of a series that was forecast, or refused by some models; `first` is the first year if there is one.
    pub(crate) fn new(run: &Run, levels: &[f64], outcomes: &Outcomes, first: i64) -> Self {
        let years = years_of(run, first);
        let h = years.len();
        let mut cells = Vec::with_capacity(h * run.names.len() * (1 + 2 * levels.len()));
        let mut problems = Vec::new();
        for (name, outcome) in run.names.iter().zip(outcomes) {
            let (from, width) = (cells.len(), h * (1 + 2 * levels.len()));
            let problem = match outcome {
                Ok(forecast) => append(&mut cells, forecast, levels).err(),
                Err(error) => Some(error.clone()),
            };
            if let Some(error) = problem {
                cells.truncate(from);
                cells.resize(from + width, f64::NAN);
                problems.push(if run.listed { format!("{name}: {error}") } else { error.to_string() });
            }
        }
        let status = if problems.is_empty() { None } else { Some(problems.join("; ")) };
        Self { years, cells, status }
    }

    /// The rows of a series that no model saw.
    pub(crate) fn refused(run: &Run, levels: &[f64], why: String, first: i64) -> Self {
        let years = years_of(run, first);
        let cells = vec![f64::NAN; years.len() * run.names.len() * (1 + 2 * levels.len())];
        Self { years, cells, status: Some(why) }
    }
}

/// The years of a block: one row without a year if they cannot be told.
fn years_of(run: &Run, first: i64) -> Vec<i64> {
    if first == NO_YEAR {
        return vec![NO_YEAR];
    }
    match run.ahead.counted_from(first) {
        Ok(horizon) => {
            (0..).take(horizon.get()).map(|i| first + i).map(|y| if y > 9999 { NO_YEAR } else { y }).collect()
        }
        Err(_) => vec![NO_YEAR],
    }
}

fn append(cells: &mut Vec<f64>, forecast: &Forecast, levels: &[f64]) -> unjuran::Result<()> {
    cells.extend(forecast.median());
    for &level in levels {
        let interval = forecast.interval(level)?;
        cells.extend(interval.lower);
        cells.extend(interval.upper);
    }
    Ok(())
}

/// The blocks as columns for a frame: `series` (index of the series of each row), `ds` (years; int64's least for none),
/// `columns` (pairs of name and array) and `status` (one a series).
pub(crate) fn table<'py>(py: Python<'py>, run: &Run, levels: &[f64], blocks: &[Block]) -> PyResult<Bound<'py, PyDict>> {
    let rows = blocks.iter().map(|b| b.years.len()).sum();
    let mut index = Vec::with_capacity(rows);
    let mut years = Vec::with_capacity(rows);
    for (i, block) in (0..).zip(blocks) {
        index.extend(std::iter::repeat_n(i, block.years.len()));
        years.extend_from_slice(&block.years);
    }
    let mut names = Vec::new();
    for model in &run.names {
        names.push(model.clone());
        for level in levels {
            names.push(format!("{model}-lo-{level}"));
            names.push(format!("{model}-hi-{level}"));
        }
    }
    let columns = PyList::empty(py);
    for (c, name) in names.iter().enumerate() {
        let mut column = Vec::with_capacity(rows);
        for block in blocks {
            let h = block.years.len();
            column.extend_from_slice(block.cells.get(c * h..(c + 1) * h).unwrap_or_default());
        }
        columns.append((name, arrays::floats(py, &column)?))?;
    }
    let ok = PyString::new(py, "ok");
    let status = blocks.iter().map(|b| b.status.as_ref().map_or_else(|| ok.clone(), |text| PyString::new(py, text)));
    let table = PyDict::new(py);
    table.set_item("series", arrays::integers(py, index.into_iter())?)?;
    table.set_item("ds", arrays::integers(py, years.into_iter())?)?;
    table.set_item("columns", columns)?;
    table.set_item("status", PyList::new(py, status)?)?;
    Ok(table)
}

// why here: `guard::free` and `Run::within` are the border, and this file knows both.
/// For the tests of this border: panics, in the calling thread (0 threads: as a getter would) or on a pool of threads.
#[pyfunction]
#[pyo3(name = "_panic")]
pub(crate) fn panic(py: Python<'_>, threads: Option<i64>) -> Result<()> {
    #[expect(clippy::panic, reason = "that is what it is for")]
    let fall = || -> unjuran::Result<()> { panic!("on purpose") };
    match threads {
        None => free(py, fall),
        Some(0) => Ok(fall()?),
        Some(threads) => {
            let ahead = Ahead::Years(Horizon::years(1)?);
            let run = Run::new(None, ahead, Some(threads))?;
            Ok(run.within(py, 2, |_| rayon::join(fall, fall))?.0?)
        }
    }
}
