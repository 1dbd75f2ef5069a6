//! Dated happenings that may move a series: a law, a campaign, a shock, a new data system.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::year::Year;
use crate::error::Error;

/// How an event acts on the years from its own on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum EventKind {
    /// A new level from the year on: 0, 0, 1, 1, 1.
    Step,
    /// One year only: 0, 0, 1, 0, 0.
    Pulse,
    /// A new slope from the year on: 0, 0, 1, 2, 3.
    Ramp,
    /// A jolt that halves every year: 0, 0, 1, 1/2, 1/4.
    Transient,
}

impl EventKind {
    /// What the event does `years` after its first year; 0 before it.
    ///
    /// ```
    /// use unjuran::series::EventKind;
    /// assert_eq!([-1.0, 0.0, 2.0].map(|t| EventKind::Ramp.effect(t)), [0.0, 1.0, 3.0]);
    /// assert_eq!([-1.0, 0.0, 2.0].map(|t| EventKind::Transient.effect(t)), [0.0, 1.0, 0.25]);
    /// ```
    pub fn effect(self, years: f64) -> f64 {
        match self {
            _ if years < 0.0 => 0.0,
            Self::Step => 1.0,
            Self::Pulse => f64::from(u8::from(years < 1.0)),
            Self::Ramp => years + 1.0,
            Self::Transient => 0.5_f64.powf(years),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Pulse => "pulse",
            Self::Ramp => "ramp",
            Self::Transient => "transient",
        }
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for EventKind {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        let kinds = [Self::Step, Self::Pulse, Self::Ramp, Self::Transient];
        kinds.into_iter().find(|kind| kind.word() == text).ok_or_else(|| {
            Error::bad_parameter("Event", "kind", format!("{text:?}"), "\"step\", \"pulse\", \"ramp\" or \"transient\"")
        })
    }
}

/// A dated happening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// The first year it acts in.
    pub year: Year,
    /// How it acts.
    pub kind: EventKind,
    /// What it is called.
    pub name: String,
}

impl Event {
    /// An event; left without a name it is called after its kind and year, "step 2015".
    ///
    /// ```
    /// use unjuran::series::{Event, EventKind, Year};
    /// let law = Event::new(Year::new(2015)?, EventKind::Step, None);
    /// assert_eq!(law.name, "step 2015");
    /// assert_eq!(law.effect(Year::new(2014)?), 0.0);
    /// assert_eq!(law.effect(Year::new(2020)?), 1.0);
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    pub fn new(year: Year, kind: EventKind, name: Option<&str>) -> Self {
        Self { year, kind, name: name.map_or_else(|| format!("{kind} {year}"), str::to_owned) }
    }

    /// What it does in a year.
    pub fn effect(&self, year: Year) -> f64 {
        self.kind.effect(f64::from(year.get() - self.year.get()))
    }
}
