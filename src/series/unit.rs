//! What the numbers of a series are.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The kind of number a series holds. It decides rounding and support of every forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Whole numbers from 0: persons, cases, charges.
    Count,
    /// Real numbers that add up: money, kilograms.
    Amount,
    /// Real numbers that do not add up: per 100,000, percentages.
    Rate,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Count => "count",
            Self::Amount => "amount",
            Self::Rate => "rate",
        })
    }
}

impl std::str::FromStr for Unit {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "count" => Ok(Self::Count),
            "amount" => Ok(Self::Amount),
            "rate" => Ok(Self::Rate),
            _ => Err(Error::UnknownUnit { unit: text.to_owned() }),
        }
    }
}
