//! `unjuran.plan.Scenario` and `unjuran.plan.compare`.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};
use unjuran::plan::{Comparison, Driver, Effect, Scenario, Span, compare};
use unjuran::series::EventKind;

use super::answer::{PyAnswer, answer, read_back};
use crate::arrays;
use crate::errors::Result;
use crate::forecast::{One, PyForecast};
use crate::given::PyEvent;
use crate::guard::free;
use crate::input;

/// What if: one thing that happens to a forecast, or several added with ``+``.
///
/// Say one of the forms; ``start`` is the first year it acts in, by default the first forecast year. In a year under way it acts
/// on what is still to come: of y, with c counted so far, it makes c + factor (y - c) + number, and not
/// less than c.
///
/// Parameters
/// ----------
/// name : str, optional
///     Default: what it does.
/// factor : float, optional
///     The level is multiplied by this, reached in equal steps over ``over`` years.
/// add : float, optional
///     So many more a year, reached in equal steps over ``over`` years. Of a year under way all of it is still to come.
/// yearly_change : float, optional
///     So much more each year than the forecast: -0.05 multiplies the k-th year by 0.95**k.
/// shock : float, optional
///     The year ``start`` alone is multiplied by this; with ``kind="transient"`` the shock dies out by halves.
/// like : int, optional
///     A past year comes again in ``start``: the change that it brought against the year before it.
/// event : Event, optional
///     With ``factor``: what the event multiplies by in its first year.
/// rate : tuple of float, optional
///     ``(now, to)``: a rate that the counts depend on moves to another in equal steps, reached in the year ``by``.
/// start, by : int, optional
///     Years of the forecast.
/// over : int, default 1
///     Years until all of ``factor`` or ``add`` is reached.
/// kind : {"pulse", "transient", "step", "ramp"}, default "pulse"
///     How ``shock`` and ``like`` act.
/// interval : tuple of float, optional
///     95% interval of ``factor`` or ``shock``, which is then its median: drawn once a path from a log-normal law whose lower
///     and upper half have spreads of their own, so that the interval is the one given.
///
/// Raises
/// ------
/// BadParameterError
///     A factor below 0, a yearly change at or below -1, and the like.
/// YearNotForecastError
///     From ``apply``: a year outside the forecast.
/// OverflowError
///     From ``apply``: counts beyond 2**53.
/// NotObservedError
///     From ``apply``: the change of the year ``like`` is not known.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> s = uj.Series([90, 110, 100], start=2020, name="cases")
/// >>> fc = uj.Naive().fit(s).forecast(3)
/// >>> uj.plan.Scenario(factor=2, start=2024, over=2).apply(fc).median.tolist()
/// [100.0, 150.0, 200.0]
/// >>> raids = uj.plan.Scenario("raids", add=30) + uj.plan.Scenario("fewer boats", yearly_change=-0.5)
/// >>> raids.apply(fc).median.tolist()  # (100 + 30) / 2, / 4, / 8
/// [65.0, 32.0, 16.0]
#[pyclass(name = "Scenario", module = "unjuran.plan", extends = PyAnswer, frozen)]
pub(crate) struct PyScenario(pub(crate) Scenario);

#[pymethods]
impl PyScenario {
    #[new]
    #[pyo3(signature = (name=None, *, factor=None, add=None, yearly_change=None, shock=None, like=None, event=None, rate=None, start=None, by=None, over=None, kind=None, interval=None))]
    #[expect(clippy::too_many_arguments, reason = "Python's keywords")]
    fn new(
        name: Option<&str>,
        factor: Option<f64>,
        add: Option<f64>,
        yearly_change: Option<f64>,
        shock: Option<f64>,
        like: Option<&Bound<'_, PyAny>>,
        event: Option<PyRef<'_, PyEvent>>,
        rate: Option<(f64, f64)>,
        start: Option<&Bound<'_, PyAny>>,
        by: Option<&Bound<'_, PyAny>>,
        over: Option<&Bound<'_, PyAny>>,
        kind: Option<&str>,
        interval: Option<(f64, f64)>,
    ) -> Result<PyClassInitializer<Self>> {
        let from = start.map(|y| input::year(y, "start")).transpose()?;
        let by = by.map(|y| input::year(y, "by")).transpose()?;
        let like = like.map(|y| input::year(y, "like")).transpose()?;
        let event = event.map(|e| e.0.clone());
        let years = over.map_or(Ok(1), |over| input::natural(over, "Scenario", "over", "1 to 100 years"))?;
        let effect = |factor| Effect { factor, interval };
        let pulse = || kind.unwrap_or("pulse").parse::<EventKind>();
        let level = |factor| match event.clone() {
            Some(event) => Driver::Event { event, effect: effect(factor) },
            None => Driver::Level { effect: effect(factor), from, over: years },
        };
        let shock: Option<Result<Driver>> =
            shock.map(|factor| Ok(Driver::Shock { effect: effect(factor), from, kind: pulse()? }));
        let again: Option<Result<Driver>> = like.map(|of| Ok(Driver::Again { of, from, kind: pulse()? }));
        let needs_by = || PyTypeError::new_err("Scenario: rate=(now, to) needs by=, the year in which it is reached");
        let rate: Option<Result<Driver>> =
            rate.map(|(now, to)| Ok(Driver::Rate { now, to, by: by.ok_or_else(needs_by)? }));
        // Each form with the other keywords that mean something for it.
        let forms: [(Option<Driver>, &[&str]); 6] = [
            (factor.map(level), if event.is_some() { &["interval"] } else { &["start", "over", "interval"] }),
            (add.map(|number| Driver::Add { number, from, over: years }), &["start", "over"]),
            (yearly_change.map(|yearly_change| Driver::Trend { yearly_change, from }), &["start"]),
            (shock.transpose()?, &["start", "kind", "interval"]),
            (again.transpose()?, &["start", "kind"]),
            (rate.transpose()?, &["by"]),
        ];
        let mut said = forms.into_iter().filter_map(|(driver, takes)| Some((driver?, takes)));
        let whole = event.is_none() || factor.is_some();
        let (Some((driver, takes)), None, true) = (said.next(), said.next(), whole) else {
            let message = "Scenario: say one of factor, add, yearly_change, shock, like, event (with factor) and rate; add scenarios with +";
            return Err(PyTypeError::new_err(message).into());
        };
        let given = [
            ("start", start.is_some()),
            ("by", by.is_some()),
            ("over", over.is_some()),
            ("kind", kind.is_some()),
            ("interval", interval.is_some()),
        ];
        if let Some((unused, _)) = given.iter().find(|(name, given)| *given && !takes.contains(name)) {
            return Err(PyTypeError::new_err(format!("Scenario: {unused} means nothing for this form")).into());
        }
        driver.check()?;
        let scenario = Scenario::from(driver);
        let scenario = name.map_or(scenario.clone(), |name| scenario.named(name));
        let base = PyAnswer::new(&scenario)?;
        Ok(PyClassInitializer::from(base).add_subclass(Self(scenario)))
    }

    /// The name.
    #[getter]
    fn name(&self) -> &str {
        self.0.name()
    }

    /// The forecast under this scenario: whole and never negative for counts, never below what was counted this year.
    fn apply(&self, py: Python<'_>, forecast: One) -> Result<PyForecast> {
        Ok(PyForecast::new(free(py, || self.0.apply(&forecast.0))?))
    }

    /// The same under another name.
    fn named<'py>(&self, py: Python<'py>, name: &str) -> Result<Bound<'py, Self>> {
        answer(py, self.0.clone().named(name), Self)
    }

    fn __add__<'py>(&self, py: Python<'py>, other: &Self) -> Result<Bound<'py, Self>> {
        answer(py, self.0.clone().and(other.0.clone()), Self)
    }

    /// The scenario that ``to_json`` wrote.
    #[classmethod]
    fn from_json<'py>(cls: &Bound<'py, PyType>, text: &str) -> Result<Bound<'py, Self>> {
        read_back(cls, text, Self)
    }
}

/// Scenarios of one forecast side by side, on the same 10,000 paths: differences are those of the scenarios alone.
///
/// Parameters
/// ----------
/// forecast : Forecast
/// scenarios : sequence of Scenario
/// level : float, default 80
///     Of the intervals, in percent.
///
/// Returns
/// -------
/// Comparison
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> fc = uj.Naive().fit(uj.Series([990, 1010, 1000], start=2020, name="cases")).forecast(2)
/// >>> table = uj.plan.compare(fc, [uj.plan.Scenario("more", add=7)]).to_frame(backend="pandas")
/// >>> table.loc[table["scenario"] == "more", ["year", "difference", "difference_lo", "difference_hi"]].values.tolist()
/// [['2023', 7.0, 7.0, 7.0], ['2024', 7.0, 7.0, 7.0], ['total', 14.0, 14.0, 14.0]]
#[pyfunction]
#[pyo3(signature = (forecast, scenarios, *, level=80.0))]
pub(crate) fn compare_scenarios<'py>(
    py: Python<'py>,
    forecast: One,
    scenarios: Vec<PyRef<'py, PyScenario>>,
    level: f64,
) -> Result<Bound<'py, PyComparison>> {
    let scenarios: Vec<Scenario> = scenarios.iter().map(|s| s.0.clone()).collect();
    answer(py, free(py, || compare(&forecast.0, &scenarios, level))?, PyComparison)
}

/// Scenarios beside the forecast as it is: medians and intervals of each year and of their sum, with differences.
#[pyclass(name = "Comparison", module = "unjuran.plan", extends = PyAnswer, frozen)]
pub(crate) struct PyComparison(pub(crate) Comparison);

#[pymethods]
impl PyComparison {
    /// Name of the series.
    #[getter]
    fn series(&self) -> &str {
        &self.0.series
    }

    /// Level of the intervals, in percent.
    #[getter]
    fn level(&self) -> f64 {
        self.0.level
    }

    /// A frame with a row for each scenario and year, and for the total.
    ///
    /// Columns are scenario, year (text: "2025" or "total"), median, lo, hi, difference, difference_lo, difference_hi and
    /// mean_difference.
    ///
    /// Parameters
    /// ----------
    /// backend : {"pandas", "polars", "pyarrow"}, optional
    ///     Default: the first of these that is installed.
    #[pyo3(signature = (backend=None))]
    fn to_frame<'py>(&self, py: Python<'py>, backend: Option<&str>) -> Result<Bound<'py, PyAny>> {
        let rows = &self.0.rows;
        let columns = PyDict::new(py);
        columns.set_item("scenario", rows.iter().map(|r| r.scenario.as_str()).collect::<Vec<_>>())?;
        let spans = rows.iter().map(|r| match r.span {
            Span::Year(year) => year.to_string(),
            Span::Total => "total".to_owned(),
        });
        columns.set_item("year", spans.collect::<Vec<_>>())?;
        let numbers: [(&str, Vec<f64>); 7] = [
            ("median", rows.iter().map(|r| r.outcome.0).collect()),
            ("lo", rows.iter().map(|r| r.outcome.1).collect()),
            ("hi", rows.iter().map(|r| r.outcome.2).collect()),
            ("difference", rows.iter().map(|r| r.difference.0).collect()),
            ("difference_lo", rows.iter().map(|r| r.difference.1).collect()),
            ("difference_hi", rows.iter().map(|r| r.difference.2).collect()),
            ("mean_difference", rows.iter().map(|r| r.mean_difference).collect()),
        ];
        for (name, values) in numbers {
            columns.set_item(name, arrays::floats(py, &values)?)?;
        }
        arrays::frame(&columns, backend)
    }

    /// The comparison that ``to_json`` wrote.
    #[classmethod]
    fn from_json<'py>(cls: &Bound<'py, PyType>, text: &str) -> Result<Bound<'py, Self>> {
        read_back(cls, text, Self)
    }
}
