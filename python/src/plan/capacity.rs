//! `unjuran.plan.capacity`.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};
use unjuran::plan::{Capacity, Need, Needs, Stay};

use super::answer::{PyAnswer, answer, read_back};
use crate::arrays;
use crate::errors::Result;
use crate::forecast::One;
use crate::guard::free;
use crate::input;

/// How many places, officers or ringgit a service level takes, from a forecast of arrivals.
///
/// Parameters
/// ----------
/// forecast : Forecast
///     Of a count: arrivals a year.
/// stay : float or sequence of float
///     How long people stay, in days: the mean, or stays that were observed.
/// stay_law : {"exponential", "fixed"}, default "exponential"
///     For a mean: most stay shortly and a few very long, or all stay as long.
/// service_level : float, default 0.9
///     Probability that the places suffice, at the time of the year with the most people.
/// current : float, optional
///     Units there are; without, overflow is that of the units needed.
/// pattern : sequence of float, optional
///     Arrivals by month, January first, in proportion; default even.
/// group : float, default 1
///     Persons in the group that a person arrives in, on average over persons: the size of groups that are all alike. A line
///     of the answer says where groups are more than a fifth of a year's fewest arrivals: more may be needed there.
/// persons_per_unit : float, default 1
///     How many one unit serves at a time: 1 for a bed, 12 for an officer with twelve cases.
/// cost : float, optional
///     Of one unit a year.
///
/// Returns
/// -------
/// Capacity
///     Arrays with a number a forecast year.
///
/// Raises
/// ------
/// BadParameterError, BadProbabilityError
///     A stay that is not above 0 and at most 3650 days, a level that is no probability.
/// CountsOnlyError
///     A series that does not count.
///
/// Notes
/// -----
/// The people present at a time, given the arrivals of a path, have a binomial, Poisson or (for groups) negative binomial
/// law; it is mixed over 10,000 joint paths. The fullest time is found to half a day; each month's short days go by its middle. Earlier arrivals who are still there are counted (Eick, Massey and Whitt 1993).
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> fc = uj.Naive().fit(uj.Series([365, 365, 365], start=2020, name="victims")).forecast(2)
/// >>> need = uj.plan.capacity(fc, stay=20, current=25)
/// >>> bool(abs(need.present[0] - 20) < 1)  # a person a day, for 20 days each (Little's law)
/// True
/// >>> bool(need.places[0] > 20), bool(need.overflow[0] > 0.05)
/// (True, True)
#[pyfunction]
#[pyo3(signature = (forecast, *, stay, stay_law="exponential", service_level=0.9, current=None, pattern=None, group=1.0, persons_per_unit=1.0, cost=None))]
#[expect(clippy::too_many_arguments, reason = "Python's keywords")]
pub(crate) fn capacity<'py>(
    py: Python<'py>,
    forecast: One,
    stay: &Bound<'py, PyAny>,
    stay_law: &str,
    service_level: f64,
    current: Option<f64>,
    pattern: Option<&Bound<'py, PyAny>>,
    group: f64,
    persons_per_unit: f64,
    cost: Option<f64>,
) -> Result<Bound<'py, PyCapacity>> {
    let numbers = |given: &Bound<'py, PyAny>, name: &str| -> Result<Vec<f64>> {
        input::items(given, name)?.iter().enumerate().map(|(i, x)| input::number(x, &format!("{name}[{i}]"))).collect()
    };
    let one = stay.hasattr("__float__")? && !stay.hasattr("__len__")?;
    let stay = match (one, stay_law) {
        (false, _) => Stay::Observed(numbers(stay, "stay")?),
        (true, "exponential") => Stay::Mean(input::number(stay, "stay")?),
        (true, "fixed") => Stay::Fixed(input::number(stay, "stay")?),
        (true, other) => {
            return Err(
                PyTypeError::new_err(format!("stay_law must be \"exponential\" or \"fixed\", not {other:?}")).into()
            );
        }
    };
    let mut asked =
        Capacity::new(stay)?.service_level(service_level)?.group(group)?.persons_a_unit(persons_per_unit)?;
    if let Some(pattern) = pattern {
        asked = asked.pattern(&numbers(pattern, "pattern")?)?;
    }
    if let Some(units) = current {
        asked = asked.current(units)?;
    }
    if let Some(cost) = cost {
        asked = asked.cost(cost)?;
    }
    answer(py, free(py, || asked.need(&forecast.0))?, PyCapacity)
}

/// What each year of a forecast of arrivals takes.
#[pyclass(name = "Capacity", module = "unjuran.plan", extends = PyAnswer, frozen)]
pub(crate) struct PyCapacity(Needs);

impl PyCapacity {
    fn array<'py>(&self, py: Python<'py>, of: impl Fn(&Need) -> f64) -> PyResult<Bound<'py, PyAny>> {
        arrays::floats(py, &self.0.years.iter().map(of).collect::<Vec<_>>())
    }

    fn gaps<'py>(&self, py: Python<'py>, of: impl Fn(&Need) -> Option<f64>) -> PyResult<Bound<'py, PyAny>> {
        arrays::gaps(py, &self.0.years.iter().map(of).collect::<Vec<_>>())
    }
}

#[pymethods]
impl PyCapacity {
    /// Name of the series.
    #[getter]
    fn series(&self) -> &str {
        &self.0.series
    }

    /// The years, an int64 array.
    #[getter]
    fn years<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        arrays::integers(py, self.0.years.iter().map(|n| i64::from(n.year.get())))
    }

    /// Units that suffice with the probability of the service level, at the time of the year with the most people.
    #[getter]
    fn places<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.array(py, |n| n.units)
    }

    /// Units to be added to the current ones; NaN if those were not said.
    #[getter]
    fn more<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.gaps(py, |n| n.more)
    }

    /// Persons present, on average over the year.
    #[getter]
    fn present<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.array(py, |n| n.present)
    }

    /// The month of the time with the most people, 1 to 12.
    #[getter]
    fn peak_month<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        arrays::integers(py, self.0.years.iter().map(|n| i64::from(n.peak_month)))
    }

    /// Probability that the current units (without them, those needed) are too few, at that time.
    #[getter]
    fn overflow<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.array(py, |n| n.overflow)
    }

    /// Days of the year on which they are too few, on average.
    #[getter]
    fn days_short<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.array(py, |n| n.days_short)
    }

    /// Such days that one more unit avoids.
    #[getter]
    fn days_avoided<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.array(py, |n| n.days_avoided)
    }

    /// Cost of the units needed; NaN without a cost.
    #[getter]
    fn cost<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.gaps(py, |n| n.cost)
    }

    /// Cost of one more unit over the days that it avoids; NaN without a cost, or where it avoids none.
    #[getter]
    fn cost_per_day_avoided<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.gaps(py, |n| n.cost_a_day_avoided)
    }

    /// A frame with a row a year and the columns of the attributes.
    ///
    /// Parameters
    /// ----------
    /// backend : {"pandas", "polars", "pyarrow"}, optional
    ///     Default: the first of these that is installed.
    #[pyo3(signature = (backend=None))]
    fn to_frame<'py>(&self, py: Python<'py>, backend: Option<&str>) -> Result<Bound<'py, PyAny>> {
        let columns = PyDict::new(py);
        columns.set_item("year", self.years(py)?)?;
        columns.set_item("arrivals", self.array(py, |n| n.arrivals.0)?)?;
        columns.set_item("arrivals_lo_80", self.array(py, |n| n.arrivals.1)?)?;
        columns.set_item("arrivals_hi_80", self.array(py, |n| n.arrivals.2)?)?;
        columns.set_item("present", self.present(py)?)?;
        columns.set_item("peak_month", self.peak_month(py)?)?;
        columns.set_item("places", self.places(py)?)?;
        columns.set_item("more", self.more(py)?)?;
        columns.set_item("overflow", self.overflow(py)?)?;
        columns.set_item("days_short", self.days_short(py)?)?;
        columns.set_item("days_avoided", self.days_avoided(py)?)?;
        columns.set_item("cost", self.cost(py)?)?;
        columns.set_item("cost_per_day_avoided", self.cost_per_day_avoided(py)?)?;
        arrays::frame(&columns, backend)
    }

    /// The answer that ``to_json`` wrote.
    #[classmethod]
    fn from_json<'py>(cls: &Bound<'py, PyType>, text: &str) -> Result<Bound<'py, Self>> {
        read_back(cls, text, Self)
    }
}
