//! Dated happenings that may move a series: a law, a campaign, a shock, a new data system.

use serde::{Deserialize, Serialize};

use super::year::Year;

/// How an event acts on the years from its own on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// A new level from the year on: 0, 0, 1, 1, 1.
    Step,
    /// One year only: 0, 0, 1, 0, 0.
    Pulse,
    /// A new slope from the year on: 0, 0, 1, 2, 3.
    Ramp,
}

/// A dated happening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The first year it acts in.
    pub year: Year,
    /// How it acts.
    pub kind: EventKind,
    /// What it is called.
    pub name: String,
}
