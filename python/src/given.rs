//! Events, and what a fit is given beside a series: drivers, events, exposure, weights.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use unjuran::Error;
use unjuran::design::Inputs;
use unjuran::persist::Persist as _;
use unjuran::series::{Event, Year};

use crate::errors::Result;
use crate::guard::free;
use crate::input;
use crate::series::PySeries;

/// A dated happening that may move a series: a law, a campaign, a shock.
///
/// Parameters
/// ----------
/// year : int
///     The first year it acts in.
/// kind : {"step", "pulse", "ramp", "transient"}, default "step"
///     A new level from the year on (0, 0, 1, 1, 1), one year only (0, 0, 1, 0, 0), a new slope (0, 0, 1, 2, 3), or a jolt
///     that halves every year (0, 0, 1, 1/2, 1/4).
/// name : str, optional
///     What its coefficient is called; default its kind and year.
///
/// Raises
/// ------
/// BadParameterError
///     Another kind.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> uj.plan.Event(2022, "step", name="amendment")
/// Event(2022, "step", name="amendment")
#[pyclass(name = "Event", module = "unjuran.plan", frozen, eq)]
#[derive(Clone, PartialEq)]
pub(crate) struct PyEvent(pub(crate) Event);

#[pymethods]
impl PyEvent {
    #[new]
    #[pyo3(signature = (year, kind="step", *, name=None))]
    fn new(year: &Bound<'_, PyAny>, kind: &str, name: Option<&str>) -> Result<Self> {
        Ok(Self(Event::new(input::year(year, "year")?, kind.parse()?, name)))
    }

    /// The first year it acts in.
    #[getter]
    fn year(&self) -> i32 {
        self.0.year.get()
    }

    /// How it acts.
    #[getter]
    fn kind(&self) -> String {
        self.0.kind.to_string()
    }

    /// What it is called.
    #[getter]
    fn name(&self) -> &str {
        &self.0.name
    }

    /// The event as JSON text, in a versioned envelope.
    ///
    /// Returns
    /// -------
    /// str
    fn to_json(&self) -> Result<String> {
        Ok(self.0.to_json()?)
    }

    /// The event that ``to_json`` wrote.
    ///
    /// Raises
    /// ------
    /// BadJsonError
    ///     Text that is no stored event.
    /// UnknownVersionError
    ///     Text that a later release wrote.
    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> Result<Self> {
        Ok(Self(free(py, || Event::from_json(text))?))
    }

    fn __repr__(&self) -> String {
        format!("Event({}, \"{}\", name={:?})", self.0.year, self.0.kind, self.0.name)
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.0.year, self.0.kind.to_string(), &self.0.name).hash(&mut hasher);
        hasher.finish()
    }

    fn __getnewargs_ex__<'py>(&self, py: Python<'py>) -> PyResult<((i32, String), Bound<'py, PyDict>)> {
        let named = PyDict::new(py);
        named.set_item("name", &self.0.name)?;
        Ok(((self.year(), self.kind()), named))
    }
}

/// Refuses drivers, events, exposure and weights for a model that has no use for them.
pub(crate) fn nothing_but_the_series(model: &str, given: [&Option<Bound<'_, PyAny>>; 4]) -> Result<()> {
    for (input, given) in ["exog", "events", "exposure", "weights"].into_iter().zip(given) {
        if given.as_ref().is_some_and(|given| !given.is_none()) {
            return Err(Error::InputNotTaken { model: model.to_owned(), input: input.to_owned() }.into());
        }
    }
    Ok(())
}

/// What `unjuran.forecast` is given beside its series: for one series as a fit takes it, for several by name of the series.
pub(crate) struct Beside<'a, 'py> {
    pub(crate) exog: Option<&'a Bound<'py, PyAny>>,
    pub(crate) future: Option<&'a Bound<'py, PyAny>>,
    pub(crate) events: Option<&'a Bound<'py, PyAny>>,
    pub(crate) exposure: Option<&'a Bound<'py, PyAny>>,
}

impl Beside<'_, '_> {
    pub(crate) fn is_empty(&self) -> bool {
        let given = [self.exog, self.future, self.events, self.exposure];
        given.into_iter().flatten().all(PyAnyMethods::is_none)
    }

    /// Refuses names of series that are not there: what is given for them would be left out without a word. Of a single
    /// series drivers and exposure are not by name.
    pub(crate) fn known(&self, names: &[&str], single: bool) -> Result<()> {
        let by_name = [(self.exog, "exog"), (self.future, "future"), (self.exposure, "exposure")];
        let mut given = Vec::new();
        for (object, argument) in by_name.into_iter().filter(|_| !single) {
            if let Some(object) = object.filter(|object| !object.is_none()) {
                given.push(mapping(object, argument)?);
            }
        }
        given.extend(self.events.and_then(|events| events.cast::<PyDict>().ok()).cloned());
        let there: HashSet<&str> = names.iter().copied().collect();
        for name in given.iter().flat_map(PyDictMethods::keys) {
            let text = name.extract::<String>().ok();
            if !text.as_deref().is_some_and(|text| there.contains(text)) {
                let known = names.iter().map(|&name| name.to_owned()).collect();
                let series = text.map_or_else(|| name.repr().map(|repr| repr.to_string()), Ok)?;
                return Err(Error::UnknownSeries { series, known }.into());
            }
        }
        Ok(())
    }

    /// The inputs of the only series.
    pub(crate) fn of_one(&self, name: &str) -> Result<Inputs> {
        let events = self.events.map(|events| named(events, name)).transpose()?.flatten();
        with_future(self.exog, self.future, events.as_ref(), self.exposure)
    }

    /// The inputs of one of several series; those of a series that is not named are none.
    pub(crate) fn of(&self, name: &str) -> Result<Inputs> {
        let own = |given: Option<&Bound<'_, PyAny>>, argument: &str| -> Result<Option<Py<PyAny>>> {
            let Some(given) = given.filter(|given| !given.is_none()) else { return Ok(None) };
            Ok(mapping(given, argument)?.get_item(name)?.map(Bound::unbind))
        };
        let Some(py) = [self.exog, self.future, self.events, self.exposure].into_iter().flatten().next().map(Bound::py)
        else {
            return Ok(Inputs::new());
        };
        let (exog, future) = (own(self.exog, "exog")?, own(self.future, "future")?);
        let exposure = own(self.exposure, "exposure")?;
        let bound = |one: Option<Py<PyAny>>| one.map(|one| one.into_bound(py));
        let (exog, future, exposure) = (bound(exog), bound(future), bound(exposure));
        let one =
            Beside { exog: exog.as_ref(), future: future.as_ref(), events: self.events, exposure: exposure.as_ref() };
        one.of_one(name)
    }
}

/// Events of all series, or those of one where they are given by name.
fn named<'py>(events: &Bound<'py, PyAny>, name: &str) -> Result<Option<Bound<'py, PyAny>>> {
    match events.cast::<PyDict>() {
        Ok(by_name) => Ok(by_name.get_item(name)?),
        Err(_) => Ok(Some(events.clone())),
    }
}

/// The inputs of a fit whose later years stand in `future`: drivers by name, and the exposure as "exposure".
fn with_future(
    exog: Option<&Bound<'_, PyAny>>,
    future: Option<&Bound<'_, PyAny>>,
    events: Option<&Bound<'_, PyAny>>,
    exposure: Option<&Bound<'_, PyAny>>,
) -> Result<Inputs> {
    let known = inputs(exog, events, exposure, None)?;
    let Some(future) = future.filter(|given| !given.is_none()) else { return Ok(known) };
    let later = mapping(future, "future")?;
    let drivers = PyDict::new(future.py());
    for (name, values) in later.iter().filter(|(name, _)| !name.eq("exposure").unwrap_or(false)) {
        drivers.set_item(name, values)?;
    }
    let exposure = later.get_item("exposure")?;
    Ok(known.with_future(&inputs(Some(drivers.as_any()), None, exposure.as_ref(), None)?)?)
}

/// The inputs that the arguments of a fit or a forecast amount to.
pub(crate) fn inputs(
    exog: Option<&Bound<'_, PyAny>>,
    events: Option<&Bound<'_, PyAny>>,
    exposure: Option<&Bound<'_, PyAny>>,
    weights: Option<&Bound<'_, PyAny>>,
) -> Result<Inputs> {
    let mut inputs = Inputs::new();
    if let Some(exog) = exog.filter(|given| !given.is_none()) {
        for (name, values) in mapping(exog, "exog")?.iter() {
            let Ok(name) = name.cast::<PyString>() else {
                let message = format!("exog: the name of a column must be text, not {}", name.repr()?);
                return Err(PyTypeError::new_err(message).into());
            };
            let name = name.extract::<String>()?;
            inputs = inputs.driver(&name, yearly(&values, &format!("exog[{name:?}]"))?)?;
        }
    }
    if let Some(events) = events.filter(|given| !given.is_none()) {
        for (i, event) in input::items(events, "events")?.iter().enumerate() {
            let Ok(event) = event.cast::<PyEvent>() else {
                let given = event.get_type().name()?;
                return Err(
                    PyTypeError::new_err(format!("events[{i}] must be an unjuran.plan.Event, not {given}")).into()
                );
            };
            inputs = inputs.event(event.get().0.clone())?;
        }
    }
    if let Some(exposure) = exposure.filter(|given| !given.is_none()) {
        inputs = inputs.exposure(yearly(exposure, "exposure")?)?;
    }
    if let Some(weights) = weights.filter(|given| !given.is_none()) {
        inputs = inputs.weights(yearly(weights, "weights")?)?;
    }
    Ok(inputs)
}

/// A dict, or what a pandas object makes of itself.
fn mapping<'py>(object: &Bound<'py, PyAny>, argument: &str) -> Result<Bound<'py, PyDict>> {
    if let Ok(dict) = object.cast::<PyDict>() {
        return Ok(dict.clone());
    }
    if object.hasattr("to_dict")?
        && object.hasattr("index")?
        && let Ok(dict) = object.call_method0("to_dict")?.cast_into::<PyDict>()
    {
        return Ok(dict);
    }
    let given = object.get_type().name()?;
    let message = format!("{argument} must be a dict by year, or a pandas object indexed by year, not {given}");
    Err(PyTypeError::new_err(message).into())
}

/// Numbers by year; missing ones are left out.
pub(crate) fn yearly(object: &Bound<'_, PyAny>, argument: &str) -> Result<Vec<(Year, f64)>> {
    if let Ok(series) = object.cast::<PySeries>() {
        let known = series.get().0.observations().filter_map(|o| Some((o.year, o.value.exact()?)));
        return Ok(known.collect());
    }
    let mut values = Vec::new();
    for (year, value) in mapping(object, argument)?.iter() {
        let year = input::year(&year, &format!("a year of {argument}"))?;
        let value = input::number(&value, &format!("{argument}[{year}]"))?;
        if !value.is_nan() {
            values.push((year, value));
        }
    }
    Ok(values)
}
