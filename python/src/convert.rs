//! `unjuran.rates`, `unjuran.to_fiscal` and the ways back.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyType;
use unjuran::plan::{Calendar, Converted, Population, Shape};

use crate::arrays;
use crate::errors::Result;
use crate::forecast::{PyForecast, named_interval};
use crate::given::yearly;
use crate::guard::free;
use crate::input;
use crate::plan::{PyAnswer, answer, read_back};
use crate::series::PySeries;

/// Counts as rates by population: a series, or a forecast with the doubt about the population.
///
/// Parameters
/// ----------
/// data : Series or Forecast
///     Of counts or amounts. A year under way is left out of a series: a rate of part of a year says nothing.
/// population : dict of int to float, Series or pandas Series
///     By year, for every year of the data.
/// per : float, default 100000
///     For so many of the population.
/// relative_sd : float, default 0
///     Relative standard deviation of the population (0.01 is one per cent), up to 0.5: a log-normal factor with mean 1, the
///     same in all years of a path. For a forecast only: the numbers of a series have no place for a doubt.
///
/// Returns
/// -------
/// Series or Forecast
///     With unit "rate". A forecast's paths are those of the counts over the population.
///
/// Raises
/// ------
/// BadPopulationError
///     A population that is not above 0.
/// MissingDriverError
///     A year without a population.
/// BadParameterError
///     A series of rates; ``relative_sd`` above 0 with a series.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> victims = uj.Series([650, 326], start=2021, name="victims")
/// >>> uj.rates(victims, {2021: 32_500_000, 2022: 32_600_000}).values.tolist()
/// [2.0, 1.0]
#[pyfunction]
#[pyo3(signature = (data, population, *, per=100_000.0, relative_sd=0.0))]
pub(crate) fn rates<'py>(
    py: Python<'py>,
    data: &Bound<'py, PyAny>,
    population: &Bound<'py, PyAny>,
    per: f64,
    relative_sd: f64,
) -> Result<Bound<'py, PyAny>> {
    let people = people(population, per, relative_sd)?;
    each(py, data, |s| people.rates(s), |f| people.rate_forecast(f))
}

/// Rates back to counts: the way back of `rates`, with the same arguments.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> people = {2021: 32_500_000, 2022: 32_600_000}
/// >>> per_head = uj.rates(uj.Series([650, 326], start=2021, name="victims"), people)
/// >>> uj.from_rates(per_head, people).values.tolist()
/// [650.0, 326.0]
#[pyfunction]
#[pyo3(signature = (data, population, *, per=100_000.0, relative_sd=0.0))]
pub(crate) fn from_rates<'py>(
    py: Python<'py>,
    data: &Bound<'py, PyAny>,
    population: &Bound<'py, PyAny>,
    per: f64,
    relative_sd: f64,
) -> Result<Bound<'py, PyAny>> {
    let people = people(population, per, relative_sd)?;
    each(py, data, |s| people.counts(s), |f| people.count_forecast(f))
}

fn people(population: &Bound<'_, PyAny>, per: f64, relative_sd: f64) -> Result<Population> {
    Ok(Population::new(yearly(population, "population")?, per)?.uncertain(relative_sd)?)
}

fn each<'py>(
    py: Python<'py>,
    data: &Bound<'py, PyAny>,
    series: impl FnOnce(&unjuran::series::Series) -> unjuran::Result<unjuran::series::Series>,
    forecast: impl FnOnce(&unjuran::forecast::Forecast) -> unjuran::Result<unjuran::forecast::Forecast> + Send,
) -> Result<Bound<'py, PyAny>> {
    if let Ok(given) = data.cast::<PySeries>() {
        return Ok(Bound::new(py, PySeries(series(&given.get().0)?))?.into_any());
    }
    if let Ok(given) = data.cast::<PyForecast>() {
        let given = &given.get().0;
        return Ok(Bound::new(py, PyForecast::new(free(py, || forecast(given))?))?.into_any());
    }
    Err(neither(data))
}

fn neither(data: &Bound<'_, PyAny>) -> crate::errors::Failure {
    match data.get_type().name() {
        Ok(kind) => PyTypeError::new_err(format!("data must be an unjuran.Series or Forecast, not {kind}")).into(),
        Err(error) => error.into(),
    }
}

/// From January-December to years that begin in another month, such as April-March.
///
/// A year of the new calendar is the rest of one old year and the first part of the next. How an old year falls into the two
/// is uncertain: its share in the first months has the law learned from monthly counts of other places, the smaller the more
/// the series grows from the year before and to the year after (by half their logarithm, in logits); or with ``shape`` or
/// ``concentration`` a beta law around what they say.
///
/// Parameters
/// ----------
/// data : Series or Forecast
///     Of counts or amounts.
/// start_month : int, default 4
///     The month in which the new years begin, 2 to 12. They have the number of the old year they begin in: April 2022 to
///     March 2023 is 2022.
/// shape : sequence of float, optional
///     Twelve weights of the months, January first; with ``concentration`` alone their days.
/// concentration : float, optional
///     Sum of the parameters of the beta law: the larger, the more alike are the years. With ``shape`` alone 12, which is what
///     public monthly border series show and wide.
///
/// Returns
/// -------
/// Converted or Forecast
///     Of a series: a law for each year that is known, with ``series`` for the means. Of a forecast: a forecast, which begins
///     with the year that the last full year runs into.
///
/// Raises
/// ------
/// TooFewYearsError
///     Fewer than two years in a row.
/// BadParameterError
///     Another month; a rate, whose years cannot be cut.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> s = uj.Series([120, 240, 360], start=2020, name="cases")
/// >>> fiscal = uj.to_fiscal(s, shape=[1] * 12, concentration=1e6)  # the same in every month, nearly for sure
/// >>> fiscal.years.tolist(), fiscal.mean.round(-1).tolist()  # 90 of 120 and 60 of 240, ...
/// ([2020, 2021], [150.0, 270.0])
#[pyfunction]
#[pyo3(signature = (data, start_month=None, *, shape=None, concentration=None))]
pub(crate) fn to_fiscal<'py>(
    py: Python<'py>,
    data: &Bound<'py, PyAny>,
    start_month: Option<&Bound<'py, PyAny>>,
    shape: Option<&Bound<'py, PyAny>>,
    concentration: Option<f64>,
) -> Result<Bound<'py, PyAny>> {
    converted(py, data, &calendar(start_month, shape, concentration)?)
}

/// From years that begin in another month back to January-December: the way back of `to_fiscal`, with the same arguments.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> fiscal = uj.Series([120, 240, 360], start=2020, name="cases")  # April 2020 to March 2021 is 2020
/// >>> back = uj.from_fiscal(fiscal, shape=[1] * 12, concentration=1e6)
/// >>> back.years.tolist(), back.mean.round(-1).tolist()  # 30 of 120 and 180 of 240, ...
/// ([2021, 2022], [210.0, 330.0])
#[pyfunction]
#[pyo3(signature = (data, start_month=None, *, shape=None, concentration=None))]
pub(crate) fn from_fiscal<'py>(
    py: Python<'py>,
    data: &Bound<'py, PyAny>,
    start_month: Option<&Bound<'py, PyAny>>,
    shape: Option<&Bound<'py, PyAny>>,
    concentration: Option<f64>,
) -> Result<Bound<'py, PyAny>> {
    converted(py, data, &calendar(start_month, shape, concentration)?.reversed())
}

fn calendar(
    start_month: Option<&Bound<'_, PyAny>>,
    shape: Option<&Bound<'_, PyAny>>,
    concentration: Option<f64>,
) -> Result<Calendar> {
    let start = start_month.map_or(Ok(4), |month| input::integer(month, "start_month"))?;
    let months = match shape {
        Some(shape) => {
            let items = input::items(shape, "shape")?;
            Some(
                items
                    .iter()
                    .enumerate()
                    .map(|(i, m)| input::number(m, &format!("shape[{i}]")))
                    .collect::<Result<Vec<_>>>()?,
            )
        }
        None => None,
    };
    Ok(Calendar::to_fiscal(start, Shape::of(months.as_deref(), concentration)?)?)
}

fn converted<'py>(py: Python<'py>, data: &Bound<'py, PyAny>, calendar: &Calendar) -> Result<Bound<'py, PyAny>> {
    if let Ok(given) = data.cast::<PySeries>() {
        let series = &given.get().0;
        return Ok(answer(py, free(py, || calendar.convert(series))?, PyConverted)?.into_any());
    }
    if let Ok(given) = data.cast::<PyForecast>() {
        let given = &given.get().0;
        return Ok(Bound::new(py, PyForecast::new(free(py, || calendar.forecast(given))?))?.into_any());
    }
    Err(neither(data))
}

/// Years on another calendar, each with a law: an annual figure does not say how it fell over the months.
#[pyclass(name = "Converted", module = "unjuran", extends = PyAnswer, frozen)]
pub(crate) struct PyConverted(Converted);

#[pymethods]
impl PyConverted {
    /// The years, an int64 array.
    #[getter]
    fn years<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        arrays::integers(py, self.0.years().iter().map(|y| i64::from(y.get())))
    }

    /// The mean of each year.
    #[getter]
    fn mean<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        arrays::floats(py, &self.0.mean())
    }

    /// The quantile of each year, for p above 0 and below 1.
    fn quantile<'py>(&self, py: Python<'py>, p: f64) -> Result<Bound<'py, PyAny>> {
        Ok(arrays::floats(py, &self.0.quantile(p)?)?)
    }

    /// The central interval of each year, a named tuple ``(lower, upper)`` of arrays; ``level`` in percent.
    fn interval<'py>(&self, py: Python<'py>, level: f64) -> Result<Bound<'py, PyAny>> {
        let (lower, upper) = self.0.interval(level)?;
        Ok(named_interval(py, (arrays::floats(py, &lower)?, arrays::floats(py, &upper)?))?)
    }

    /// The means as a series (rounded, for counts), to go on with.
    #[getter]
    fn series(&self) -> Result<PySeries> {
        Ok(PySeries(self.0.series()?))
    }

    /// The answer that ``to_json`` wrote.
    #[classmethod]
    fn from_json<'py>(cls: &Bound<'py, PyType>, text: &str) -> Result<Bound<'py, Self>> {
        read_back(cls, text, Self)
    }
}
