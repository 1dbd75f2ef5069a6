//! The levels and thresholds of a report, stored with it: a sentence takes them from here and the JSON shows them.

use serde::{Deserialize, Serialize};

use crate::language::{NEARLY_SURE, RARE};
use crate::plan::MOST_CHANGE;

/// Levels of the narrower and the wider interval, in percent.
pub(super) const INNER: f64 = 80.0;
pub(super) const OUTER: f64 = 95.0;
/// The probability from which on a rise or a fall is named.
pub(super) const DIRECTION: f64 = 0.9;
/// The relative effect of an event that is of interest, and the power behind the smallest that would be found.
pub(super) const MEANINGFUL: f64 = 0.2;
pub(super) const POWER: f64 = 0.8;

/// The rules by which a report names things.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Level of the narrower interval, in percent.
    pub inner: f64,
    /// Level of the wider interval, in percent.
    pub outer: f64,
    /// The probability from which on a direction is named.
    pub direction: f64,
    /// A smaller probability is written as less than this.
    pub rare: f64,
    /// A larger probability is written as more than this.
    pub nearly_sure: f64,
    /// A larger change, in percent, is written as more than this.
    pub most_change: f64,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            inner: INNER,
            outer: OUTER,
            direction: DIRECTION,
            rare: RARE,
            nearly_sure: NEARLY_SURE,
            most_change: MOST_CHANGE,
        }
    }
}
