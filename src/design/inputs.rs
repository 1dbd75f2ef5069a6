//! What a user knows of the years beside the series: drivers, events, exposure, weights.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::series::{Event, Note, Year};

/// Numbers by year.
pub type Yearly = BTreeMap<Year, f64>;

/// What a fit or a forecast is given beside the series. Numbers of years that are not needed are kept: those after the
/// last observed year serve the forecast.
///
/// | input | meaning | allowed |
/// |---|---|---|
/// | driver | a column of the regression, by name | finite numbers |
/// | event | a column by year | any year; two events have two names |
/// | exposure | what the counts are in proportion to: population, days of patrol | above 0 |
/// | weights | how many times a year counts | from 0; left out years count once |
///
/// ```
/// use unjuran::design::Inputs;
/// use unjuran::series::{Event, EventKind, Year};
/// let year = |y| Year::new(y).unwrap();
/// let inputs = Inputs::new()
///     .driver("patrols", [(year(2020), 4.0), (year(2021), 6.0)])?
///     .event(Event::new(year(2021), EventKind::Step, Some("amendment")))?;
/// assert_eq!(inputs.drivers()["patrols"][&year(2021)], 6.0);
/// assert!(inputs.driver("amendment", []).is_err()); // the name is taken
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Inputs {
    drivers: BTreeMap<String, Yearly>,
    events: Vec<Event>,
    exposure: Option<Yearly>,
    weights: Option<Yearly>,
}

/// The stored form: checked again on the way in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    drivers: BTreeMap<String, Yearly>,
    events: Vec<Event>,
    exposure: Option<Yearly>,
    weights: Option<Yearly>,
}

impl TryFrom<Stored> for Inputs {
    type Error = Error;
    fn try_from(stored: Stored) -> Result<Self> {
        let mut inputs = Self::new();
        for (name, values) in stored.drivers {
            inputs = inputs.driver(&name, values)?;
        }
        for event in stored.events {
            inputs = inputs.event(event)?;
        }
        if let Some(exposure) = stored.exposure {
            inputs = inputs.exposure(exposure)?;
        }
        match stored.weights {
            Some(weights) => inputs.weights(weights),
            None => Ok(inputs),
        }
    }
}

/// Names that a design uses itself.
const TAKEN: [&str; 2] = ["intercept", "exposure"];

impl Inputs {
    /// Nothing beside the series.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a driver.
    ///
    /// # Errors
    /// [`Error::BadParameter`] for a name that is taken and for numbers that are not finite.
    pub fn driver(mut self, name: &str, values: impl IntoIterator<Item = (Year, f64)>) -> Result<Self> {
        self.free(name, "exog")?;
        let values: Yearly = values.into_iter().collect();
        for (year, value) in &values {
            if !value.is_finite() {
                return Err(refused(name, &format!("{value} in {year}"), "finite numbers"));
            }
        }
        self.drivers.insert(name.to_owned(), values);
        Ok(self)
    }

    /// With an event.
    ///
    /// # Errors
    /// [`Error::BadParameter`] for a name that is taken.
    pub fn event(mut self, event: Event) -> Result<Self> {
        self.free(&event.name, "events")?;
        self.events.push(event);
        Ok(self)
    }

    /// With what the values are in proportion to.
    ///
    /// # Errors
    /// [`Error::BadParameter`] for numbers that are not finite and above zero.
    pub fn exposure(mut self, values: impl IntoIterator<Item = (Year, f64)>) -> Result<Self> {
        self.exposure = Some(checked("exposure", values, |v| v > 0.0, "finite numbers above 0")?);
        Ok(self)
    }

    /// With how many times each year counts.
    ///
    /// # Errors
    /// [`Error::BadParameter`] for numbers that are not finite or below zero.
    pub fn weights(mut self, values: impl IntoIterator<Item = (Year, f64)>) -> Result<Self> {
        self.weights = Some(checked("weights", values, |v| v >= 0.0, "finite numbers from 0")?);
        Ok(self)
    }

    fn free(&self, name: &str, argument: &str) -> Result<()> {
        let taken = TAKEN.contains(&name)
            || name.is_empty()
            || name.starts_with("trend")
            || self.drivers.contains_key(name)
            || self.events.iter().any(|event| event.name == name);
        if taken { Err(refused(argument, &format!("{name:?}"), "a name for each column, once")) } else { Ok(()) }
    }

    /// The drivers by name.
    pub fn drivers(&self) -> &BTreeMap<String, Yearly> {
        &self.drivers
    }

    /// The events.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The exposure by year, if there is one.
    pub fn exposures(&self) -> Option<&Yearly> {
        self.exposure.as_ref()
    }

    /// The weights by year, if there are any.
    pub fn weighting(&self) -> Option<&Yearly> {
        self.weights.as_ref()
    }

    /// What to say of these inputs in a fit with so many columns: where years are few, some of them fit by chance.
    pub(crate) fn crowding(&self, columns: usize, observed: usize) -> Option<Note> {
        let own = self.drivers().len() + self.events().len();
        (own > 0 && observed < 3 * columns + 5).then_some(Note::ManyColumns { columns, observed })
    }

    /// The argument of `fit` that was used first, if any was.
    pub fn first_used(&self) -> Option<&'static str> {
        if !self.drivers.is_empty() {
            Some("exog")
        } else if !self.events.is_empty() {
            Some("events")
        } else if self.exposure.is_some() {
            Some("exposure")
        } else {
            self.weights.as_ref().map(|_| "weights")
        }
    }

    /// These inputs with the numbers of later years added; what is said again replaces what was said.
    ///
    /// # Errors
    /// [`Error::BadParameter`] for a driver that is not among these inputs, for exposure where there was none, and for
    /// events or weights, which belong to the fit.
    pub fn with_future(&self, future: &Self) -> Result<Self> {
        let mut all = self.clone();
        for (name, values) in &future.drivers {
            let Some(known) = all.drivers.get_mut(name) else {
                let names = self.drivers.keys().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
                return Err(refused("exog", &format!("{name:?}"), &format!("the columns of the fit: {names}")));
            };
            known.extend(values);
        }
        match (&mut all.exposure, &future.exposure) {
            (Some(known), Some(values)) => known.extend(values),
            (None, Some(_)) => return Err(refused("exposure", "given", "for fits with exposure")),
            (_, None) => {}
        }
        match future.first_used() {
            Some(what @ ("events" | "weights")) => Err(refused(what, "given", "in fit, not in forecast")),
            _ => Ok(all),
        }
    }
}

fn refused(parameter: &str, value: &str, allowed: &str) -> Error {
    Error::bad_parameter("fit", parameter, value, allowed)
}

fn checked(
    name: &str,
    values: impl IntoIterator<Item = (Year, f64)>,
    good: fn(f64) -> bool,
    allowed: &str,
) -> Result<Yearly> {
    let values: Yearly = values.into_iter().collect();
    match values.iter().find(|(_, v)| !(v.is_finite() && good(**v))) {
        Some((year, value)) => Err(refused(name, &format!("{value} in {year}"), allowed)),
        None => Ok(values),
    }
}
