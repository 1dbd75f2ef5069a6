//! What a panel's forecast answers: forecasts by name, and why others were refused.

#![allow(clippy::indexing_slicing, reason = "one outcome a series and model, made here")]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyIterator, PyList, PyString, PyTuple};
use unjuran::Error;
use unjuran::forecast::Forecast;
use unjuran::persist::Persist as _;
use unjuran::series::{Horizon, Series, Year};

use crate::errors::{Result, exception, raised};
use crate::forecast::{PyForecast, long_frame};
use crate::guard::free;
use crate::html;
use crate::input::{self, Ahead};
use crate::panel::{named, view};
use crate::run::{Block, Outcomes, Run, table};
use crate::series::not_stored;

/// A stored forecast, or a stored refusal.
type StoredOutcome<'py> = (Option<Bound<'py, PyBytes>>, Option<String>);

/// What a pickle holds: names of the models, whether a list of them was given, how far ahead, the series, and for each of
/// them a forecast or a refusal by each model.
type Stored<'py> =
    (Vec<String>, bool, (Option<usize>, Option<i32>), Vec<Bound<'py, PyBytes>>, Vec<Vec<StoredOutcome<'py>>>);

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
    pub(crate) fn new(run: Run, series: Vec<Series>, outcomes: Vec<Outcomes>) -> Self {
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
        if let Some(i) = self.position(name) {
            return Ok(self.value(py, i)?);
        }
        let asked = name.str()?.to_string();
        let outcomes = self.series.iter().position(|s| s.name() == asked).map(|i| &self.outcomes[i]);
        if let Some(Err(refusal)) = outcomes.and_then(|by_model| by_model.first()) {
            // why no other class: who asks a mapping for what it has not expects a KeyError.
            let fields = PyDict::new(py);
            fields.set_item("series", &asked)?;
            fields.set_item("known", PyTuple::new(py, self.names())?)?;
            let error = raised(py, "UnknownSeries", &format!("no forecast of {asked:?}: {refusal}"), &fields);
            error.set_cause(py, Some(exception(py, refusal)));
            return Err(error.into());
        }
        let known = self.names().map(str::to_owned).collect();
        Err(Error::UnknownSeries { series: asked, known }.into())
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

    fn __reduce__<'py>(&self, py: Python<'py>) -> Result<(Bound<'py, PyAny>, Stored<'py>)> {
        let ahead = match self.run.ahead {
            Ahead::Years(horizon) => (Some(horizon.get()), None),
            Ahead::Until(year) => (None, Some(year.get())),
        };
        let bytes = |bytes: Vec<u8>| PyBytes::new(py, &bytes);
        let one = |outcome: &unjuran::Result<Arc<Forecast>>| -> Result<StoredOutcome<'py>> {
            Ok(match outcome {
                Ok(forecast) => (Some(bytes(forecast.to_bytes()?)), None),
                Err(error) => (None, Some(serde_json::to_string(error).map_err(|e| not_stored("error", &e))?)),
            })
        };
        let series = self.series.iter().map(|s| Ok(bytes(s.to_bytes()?))).collect::<Result<_>>()?;
        let outcomes = self.outcomes.iter().map(|all| all.iter().map(one).collect()).collect::<Result<_>>()?;
        let stored = (self.run.names.clone(), self.run.listed, ahead, series, outcomes);
        Ok((py.get_type::<Self>().getattr("_restore")?, stored))
    }

    #[staticmethod]
    fn _restore(
        py: Python<'_>,
        names: Vec<String>,
        listed: bool,
        ahead: (Option<i64>, Option<i64>),
        series: Vec<Bound<'_, PyBytes>>,
        outcomes: Vec<Vec<StoredOutcome<'_>>>,
    ) -> Result<Self> {
        let ahead = match ahead {
            (_, Some(year)) => Ahead::Until(Year::new(year)?),
            (years, None) => Ahead::Years(Horizon::years(years.unwrap_or(0))?),
        };
        let one = |(forecast, error): &StoredOutcome<'_>| -> Result<_> {
            Ok(match (forecast, error) {
                (Some(forecast), _) => {
                    let bytes = forecast.as_bytes();
                    Ok(Arc::new(free(py, || Forecast::from_bytes(bytes))?))
                }
                (None, error) => {
                    let error = serde_json::from_str(error.as_deref().unwrap_or_default());
                    Err(error.map_err(|e| not_stored("error", &e))?)
                }
            })
        };
        let series = series.iter().map(|s| {
            let bytes = s.as_bytes();
            free(py, || Series::from_bytes(bytes))
        });
        let series = series.collect::<Result<Vec<_>>>()?;
        let outcomes = outcomes.iter().map(|all| all.iter().map(one).collect()).collect::<Result<Vec<Outcomes>>>()?;
        Ok(Self::new(Run::made(names, listed, ahead), series, outcomes))
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
