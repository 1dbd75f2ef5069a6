//! `unjuran.plan.impact`.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyType};
use unjuran::plan::{Impact, impact as judged};
use unjuran::series::Series;

use super::answer::{PyAnswer, answer, read_back};
use crate::arrays;
use crate::errors::Result;
use crate::forecast::{PyForecast, named_interval};
use crate::given::PyEvent;
use crate::guard::free;
use crate::input;
use crate::panel::PyPanel;
use crate::series::PySeries;

/// What a dated event did to a series: did the law of 2022 change anything?
///
/// The default model is fitted with the event; what the years from the event on would have been keeps their own shocks, so
/// that the doubt is about the effect alone.
///
/// Parameters
/// ----------
/// series : Series
///     Five observed years before the event, one from it on; a year under way takes no part.
/// event : plan.Event
/// controls : sequence of Series or Panel, optional
///     Series that the event cannot have touched: the same effect on them is shown among the placebos.
/// meaningful : float, default 0.2
///     The relative effect of interest: "no evidence" is said only where the 95% interval holds 0 and lies within it.
///
/// Returns
/// -------
/// Impact
///     Its ``verdict`` is "increase" or "decrease" (the 95% interval of the relative effect leaves 0 out and the Bayes factor
///     is above 1), "no evidence" or "cannot tell".
///
/// Raises
/// ------
/// EventOutsideError
///     An event before the second or after the last full year.
/// TooFewYearsError
///     Fewer than five observed years before the event.
/// BadParameterError
///     A series or control with a number below zero, of which there is no relative effect.
///
/// References
/// ----------
/// Box and Tiao (1975), JASA 70, 70-79; Kass and Raftery (1995), JASA 90, 773-795.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> cases = uj.Series([163, 463, 429, 302, 286, 165, 115, 139], start=2015, name="cases")
/// >>> found = uj.plan.impact(cases, uj.plan.Event(2022, name="amendment"))
/// >>> found.verdict
/// 'cannot tell'
#[pyfunction]
#[pyo3(signature = (series, event, *, controls=None, meaningful=0.2))]
pub(crate) fn impact<'py>(
    py: Python<'py>,
    series: &Bound<'py, PyAny>,
    event: &Bound<'py, PyAny>,
    controls: Option<&Bound<'py, PyAny>>,
    meaningful: f64,
) -> Result<Bound<'py, PyImpact>> {
    let series = PySeries::from_argument(series, "series")?.get().0.clone();
    let Ok(event) = event.cast::<PyEvent>() else {
        let given = event.get_type().name()?;
        let message = format!("event must be an unjuran.plan.Event, not {given}");
        return Err(pyo3::exceptions::PyTypeError::new_err(message).into());
    };
    let event = event.get().0.clone();
    let controls: Vec<Series> = match controls {
        None => Vec::new(),
        Some(given) => match given.cast::<PyPanel>() {
            Ok(panel) => panel.get().0.as_slice().to_vec(),
            Err(_) => input::items(given, "controls")?
                .iter()
                .enumerate()
                .map(|(i, one)| Ok(PySeries::from_argument(one, &format!("controls[{i}]"))?.get().0.clone()))
                .collect::<Result<_>>()?,
        },
    };
    let found = free(py, || judged(&series, &event, &controls, meaningful))?;
    answer(py, found, PyImpact)
}

/// What a dated event did to a series.
#[pyclass(name = "Impact", module = "unjuran.plan", extends = PyAnswer, frozen)]
pub(crate) struct PyImpact(Impact);

#[pymethods]
impl PyImpact {
    /// "increase", "decrease", "no evidence" or "cannot tell".
    #[getter]
    fn verdict(&self) -> String {
        self.0.verdict.to_string()
    }

    /// Median of the relative effect of a year in full force: -0.6 is a fall by 60%.
    #[getter]
    fn relative_effect(&self) -> f64 {
        self.0.relative_effect
    }

    /// The central interval of the relative effect, a named tuple ``(lower, upper)``; ``level`` in percent, 1 to 99.
    #[pyo3(signature = (level=95.0))]
    fn interval<'py>(&self, py: Python<'py>, level: f64) -> Result<Bound<'py, PyAny>> {
        Ok(named_interval(py, self.0.interval(level)?)?)
    }

    /// Probability that there is an effect, if beforehand the odds were even.
    #[getter]
    fn probability(&self) -> f64 {
        self.0.probability
    }

    /// The smallest effects that would be found with 80% power, a named tuple ``(rise, fall)`` of shares; the rise is None if
    /// no rise up to 900% would be found, the fall if not even a fall to nothing. Of the series as it would have been without
    /// the event (the medians of ``counterfactual``): the years and their scatter decide, not the effect that there was.
    #[getter]
    fn mde<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let mde = py.import("unjuran._core")?.getattr("Mde")?;
        mde.call1((self.0.mde.rise, self.0.mde.fall))
    }

    /// The relative effect of interest.
    #[getter]
    fn meaningful(&self) -> f64 {
        self.0.meaningful
    }

    /// How many more full years until a rise and a fall of the size of interest would be found; None if not within ten.
    #[getter]
    fn years_until_detectable(&self) -> Option<usize> {
        self.0.years_until_detectable
    }

    /// What the years from the event on would have been: a `Forecast` of them.
    #[getter]
    fn counterfactual(&self) -> PyForecast {
        PyForecast::new(self.0.counterfactual.clone())
    }

    /// The event.
    #[getter]
    fn event(&self) -> PyEvent {
        PyEvent(self.0.event().clone())
    }

    /// The series.
    #[getter]
    fn series(&self) -> PySeries {
        PySeries(self.0.series().clone())
    }

    /// The years from the event on that have a number, an int64 array.
    #[getter]
    fn years<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let years = self.0.years();
        arrays::integers(py, years.iter().map(|one| i64::from(one.year.get())))
    }

    /// What was observed in them, a float64 array.
    #[getter]
    fn observed<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        arrays::floats(py, &self.0.years().iter().map(|one| one.observed).collect::<Vec<_>>())
    }

    /// Observed less what would have been, summed over ``years``: median and ends of the 95% interval; None if no year from the
    /// event on has a number.
    #[getter]
    fn total(&self) -> Result<Option<(f64, f64, f64)>> {
        Ok(self.0.total()?)
    }

    /// The same effect where nothing is known to have happened: at other years before the event, and on the controls. A list
    /// of dicts with ``series``, ``year``, ``effect``, ``lower``, ``upper``.
    #[getter]
    fn placebos<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        for placebo in &self.0.placebos {
            let record = PyDict::new(py);
            record.set_item("series", &placebo.series)?;
            record.set_item("year", placebo.year.get())?;
            record.set_item("effect", placebo.relative_effect)?;
            record.set_item("lower", placebo.interval.0)?;
            record.set_item("upper", placebo.interval.1)?;
            list.append(record)?;
        }
        Ok(list)
    }

    /// A row a year: ``year``, ``observed``, ``without``, ``effect``, ``effect-lo-95``, ``effect-hi-95``, and the same for
    /// ``relative`` (0 where nothing was and nothing would have been, infinite where something was).
    #[pyo3(signature = (backend=None))]
    fn to_frame<'py>(&self, py: Python<'py>, backend: Option<&str>) -> Result<Bound<'py, PyAny>> {
        let rows = self.0.years();
        let columns = PyDict::new(py);
        columns.set_item("year", rows.iter().map(|r| r.year.get()).collect::<Vec<_>>())?;
        columns.set_item("observed", rows.iter().map(|r| r.observed).collect::<Vec<_>>())?;
        columns.set_item("without", rows.iter().map(|r| r.without).collect::<Vec<_>>())?;
        columns.set_item("effect", rows.iter().map(|r| r.effect.0).collect::<Vec<_>>())?;
        columns.set_item("effect-lo-95", rows.iter().map(|r| r.effect.1).collect::<Vec<_>>())?;
        columns.set_item("effect-hi-95", rows.iter().map(|r| r.effect.2).collect::<Vec<_>>())?;
        columns.set_item("relative", rows.iter().map(|r| r.relative.0).collect::<Vec<_>>())?;
        columns.set_item("relative-lo-95", rows.iter().map(|r| r.relative.1).collect::<Vec<_>>())?;
        columns.set_item("relative-hi-95", rows.iter().map(|r| r.relative.2).collect::<Vec<_>>())?;
        arrays::frame(&columns, backend)
    }

    /// The impact that ``to_json`` wrote.
    #[classmethod]
    fn from_json<'py>(cls: &Bound<'py, PyType>, text: &str) -> Result<Bound<'py, Self>> {
        read_back(cls, text, Self)
    }
}
