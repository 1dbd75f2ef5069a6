//! `unjuran.plan.Funnel`.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyType};
use unjuran::forecast::Forecast;
use unjuran::plan::{Conversion, Funnel, Leak, Stage};

use super::answer::{PyAnswer, answer, read_back};
use super::scenario::PyComparison;
use crate::errors::Result;
use crate::forecast::{One, PyForecast, named_interval};
use crate::guard::free;
use crate::input;
use crate::series::PySeries;

/// Stages that follow each other: cases, arrests, prosecutions, convictions.
///
/// Parameters
/// ----------
/// stages : sequence of Series
///     Counts, in order.
/// units : sequence of str
///     What each stage counts: "cases", "persons", "charges".
/// lags : sequence of int, optional
///     Years from each stage to the next, one fewer than stages; default 0.
/// ratios : sequence of bool, optional
///     Which links are ratios (persons a case), which may exceed 1; default none. Links between different units must be.
///
/// Raises
/// ------
/// StageUnitsError
///     Neighbouring stages with different units whose link is not said to be a ratio.
/// CountsOnlyError, DuplicateSeriesError
///     A stage that does not count; one that occurs twice.
///
/// Notes
/// -----
/// Yearly links vary around a mean on the scale of log odds (shares) or logarithms (ratios), with the between-year variance of
/// DerSimonian and Laird (1986) drawn towards 0.5**2. On each joint path shares thin the stage before binomially, and a ratio
/// draws a Poisson count with the mean of the stage before times the year's rate. What was counted so far of a later stage
/// weighs the paths by its likelihood, given what the year becomes on each; a rate that is moved acts on what is still to come.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> brought = uj.Series([100, 200, 100], start=2020, name="brought")
/// >>> convicted = uj.Series([20, 60, 20], start=2020, name="convicted")
/// >>> funnel = uj.plan.Funnel([brought, convicted], units=["charges", "charges"])
/// >>> funnel.conversions()[0].pooled  # 100 of 400
/// 0.25
/// >>> ahead = funnel.forecast(uj.forecast(brought, h=2))
/// >>> bool((ahead["convicted"].paths(1000) <= ahead["brought"].paths(1000)).all())
/// True
#[pyclass(name = "Funnel", module = "unjuran.plan", extends = PyAnswer, frozen)]
pub(crate) struct PyFunnel(Funnel);

#[pymethods]
impl PyFunnel {
    #[new]
    #[pyo3(signature = (stages, *, units, lags=None, ratios=None))]
    fn new(
        stages: Vec<PyRef<'_, PySeries>>,
        units: Vec<String>,
        lags: Option<Vec<Bound<'_, PyAny>>>,
        ratios: Option<Vec<bool>>,
    ) -> Result<PyClassInitializer<Self>> {
        let links = stages.len().saturating_sub(1);
        let lag = |lag: &Bound<'_, PyAny>| input::natural(lag, "Funnel", "lags", "whole numbers of years from 0");
        let lags = lags.map(|lags| lags.iter().map(lag).collect::<Result<Vec<usize>>>()).transpose()?;
        let (lags, ratios) = (lags.unwrap_or_else(|| vec![0; links]), ratios.unwrap_or_else(|| vec![false; links]));
        let lengths =
            [("units", units.len(), stages.len()), ("lags", lags.len(), links), ("ratios", ratios.len(), links)];
        if let Some((name, got, needed)) = lengths.iter().find(|(_, got, needed)| got != needed) {
            let message = format!("Funnel: {got} {name} for {} stages: give {needed}", stages.len());
            return Err(PyTypeError::new_err(message).into());
        }
        let first = [(0, false)].into_iter();
        let links = first.chain(lags.into_iter().zip(ratios));
        let stages = stages.iter().zip(units).zip(links).map(|((series, unit), (lag, ratio))| Stage {
            lag,
            ratio,
            ..Stage::new(series.0.clone(), unit)
        });
        let funnel = Funnel::new(stages.collect())?;
        let base = PyAnswer::new(&funnel)?;
        Ok(PyClassInitializer::from(base).add_subclass(Self(funnel)))
    }

    /// Names of the stages.
    #[getter]
    fn stages(&self) -> Vec<&str> {
        self.0.stages().iter().map(|s| s.series.name()).collect()
    }

    /// The links between stages, each with the interval of an ordinary year to come.
    ///
    /// Parameters
    /// ----------
    /// level : float, default 80
    ///     Of the intervals, in percent.
    ///
    /// Raises
    /// ------
    /// TooFewYearsError
    ///     A link without two years in common.
    #[pyo3(signature = (level=80.0))]
    fn conversions<'py>(&self, py: Python<'py>, level: f64) -> Result<Vec<Bound<'py, PyLink>>> {
        self.0.conversions(level)?.into_iter().map(|link| answer(py, link, PyLink)).collect()
    }

    /// Forecasts of all stages from one of the first, a dict by name; their ``paths`` of one seed are joint.
    ///
    /// The forecast may know a year more of the first stage than the funnel, or a year less; its years are those of the stage.
    ///
    /// Raises
    /// ------
    /// UnlikeError
    ///     A forecast of another series, or of other numbers in the same years (another calendar, a rate, revised numbers).
    /// YearNotForecastError
    ///     A forecast that ends before a later stage begins.
    fn forecast<'py>(&self, py: Python<'py>, first: One) -> Result<Bound<'py, PyDict>> {
        by_name(py, free(py, || self.0.forecast(&first.0))?)
    }

    /// The same with the link to the stage ``to`` moving in equal steps to ``rate``, reached in the year ``by``.
    ///
    /// Raises
    /// ------
    /// UnknownSeriesError
    ///     A stage that no link leads to.
    /// BadParameterError
    ///     A share that is not above 0 and below 1.
    #[pyo3(signature = (first, to, rate, by))]
    fn with_rate<'py>(
        &self,
        py: Python<'py>,
        first: One,
        to: &str,
        rate: f64,
        by: &Bound<'py, PyAny>,
    ) -> Result<Bound<'py, PyDict>> {
        let by = input::year(by, "by")?;
        by_name(py, free(py, || self.0.with_rate(&first.0, to, rate, by))?)
    }

    /// What moving a rate does to the last stage in the years of the forecast, on common draws.
    ///
    /// Parameters
    /// ----------
    /// first : Forecast
    ///     Of the first stage.
    /// to : str
    ///     The stage that the link leads to.
    /// rate : float
    ///     Where the link moves to, in equal steps.
    /// by : int
    ///     The year in which it gets there.
    /// level : float, default 80
    ///     Of the intervals, in percent.
    #[pyo3(signature = (first, to, rate, by, *, level=80.0))]
    fn effect<'py>(
        &self,
        py: Python<'py>,
        first: One,
        to: &str,
        rate: f64,
        by: &Bound<'py, PyAny>,
        level: f64,
    ) -> Result<Bound<'py, PyComparison>> {
        let by = input::year(by, "by")?;
        answer(py, free(py, || self.0.effect(&first.0, to, rate, by, level))?, PyComparison)
    }

    /// What each share loses over the years of a forecast, the largest loss first: each year of the later stage against the year
    /// of the earlier one that it comes from.
    fn leaks<'py>(&self, py: Python<'py>, first: One) -> Result<Bound<'py, PyList>> {
        let leaks = free(py, || self.0.leaks(&first.0))?;
        let leaks = leaks.into_iter().map(|leak| answer(py, leak, PyLeak)).collect::<Result<Vec<_>>>()?;
        Ok(PyList::new(py, leaks)?)
    }

    /// The funnel that ``to_json`` wrote.
    #[classmethod]
    fn from_json<'py>(cls: &Bound<'py, PyType>, text: &str) -> Result<Bound<'py, Self>> {
        read_back(cls, text, Self)
    }
}

fn by_name(py: Python<'_>, forecasts: Vec<Forecast>) -> Result<Bound<'_, PyDict>> {
    let found = PyDict::new(py);
    for forecast in forecasts {
        let name = forecast.series().name().to_owned();
        found.set_item(name, Bound::new(py, PyForecast::new(forecast))?)?;
    }
    Ok(found)
}

/// The link between two stages of a funnel.
#[pyclass(name = "FunnelLink", module = "unjuran.plan", extends = PyAnswer, frozen)]
pub(crate) struct PyLink(Conversion);

#[pymethods]
impl PyLink {
    /// The earlier stage.
    #[getter]
    fn source(&self) -> &str {
        &self.0.from
    }

    /// The later stage.
    #[getter]
    fn target(&self) -> &str {
        &self.0.to
    }

    /// The link of an ordinary year to come: the median.
    #[getter]
    fn rate(&self) -> f64 {
        self.0.rate
    }

    /// Its interval, a named tuple ``(lower, upper)``.
    #[getter]
    fn interval<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        named_interval(py, (self.0.lower, self.0.upper))
    }

    /// What all years in common have together.
    #[getter]
    fn pooled(&self) -> f64 {
        self.0.pooled
    }

    /// The link of each year that was compared, by the year of the later stage.
    #[getter]
    fn yearly<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let yearly = PyDict::new(py);
        self.0.yearly.iter().try_for_each(|(year, rate)| yearly.set_item(year.get(), rate))?;
        Ok(yearly)
    }

    /// Whether it is a ratio, which may exceed 1.
    #[getter]
    fn ratio(&self) -> bool {
        self.0.ratio
    }

    /// Years from the earlier stage to the later one.
    #[getter]
    fn lag(&self) -> usize {
        self.0.lag
    }

    /// Years in which a share came out above 1: it was taken for 1, and the lag or the units deserve a look.
    #[getter]
    fn above_one(&self) -> Vec<i32> {
        self.0.above_one.iter().map(|y| y.get()).collect()
    }

    /// The link that ``to_json`` wrote.
    #[classmethod]
    fn from_json<'py>(cls: &Bound<'py, PyType>, text: &str) -> Result<Bound<'py, Self>> {
        read_back(cls, text, Self)
    }
}

/// What a link loses over the years of a forecast.
#[pyclass(name = "Leak", module = "unjuran.plan", extends = PyAnswer, frozen)]
pub(crate) struct PyLeak(Leak);

#[pymethods]
impl PyLeak {
    /// The earlier stage.
    #[getter]
    fn source(&self) -> &str {
        &self.0.from
    }

    /// The later stage.
    #[getter]
    fn target(&self) -> &str {
        &self.0.to
    }

    /// Of a hundred at the earlier stage in an ordinary year, how many do not reach the later one: what the ``rate`` of the
    /// conversion leaves of them.
    #[getter]
    fn of_hundred(&self) -> f64 {
        self.0.of_hundred
    }

    /// How many that are over the years of the forecast, on average.
    #[getter]
    fn lost(&self) -> f64 {
        self.0.lost
    }

    /// The leak that ``to_json`` wrote.
    #[classmethod]
    fn from_json<'py>(cls: &Bound<'py, PyType>, text: &str) -> Result<Bound<'py, Self>> {
        read_back(cls, text, Self)
    }
}
