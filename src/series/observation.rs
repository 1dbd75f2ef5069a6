//! What was observed in one year: the value, how much of the year it covers, who said it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::year::{Date, Year};

/// What is known of one year. Zero, missing and masked are three different things.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Value {
    /// A number.
    Exact(f64),
    /// A masked cell: somewhere from `lower` to `upper`, both included ("<5" is 0 to 4).
    Censored {
        /// Smallest value the cell may have.
        lower: f64,
        /// Largest value the cell may have.
        upper: f64,
    },
    /// Nothing.
    Missing,
}

impl Value {
    /// The number, if the year was observed exactly.
    pub fn exact(self) -> Option<f64> {
        match self {
            Self::Exact(y) => Some(y),
            Self::Censored { .. } | Self::Missing => None,
        }
    }
}

/// In a line of text: the number, "0..4" for a masked cell, "-" for nothing.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |y: f64| if y.abs() < 1e15 { y.to_string() } else { format!("{y:e}") };
        match *self {
            Self::Exact(y) => f.write_str(&number(y)),
            Self::Censored { lower, upper } => write!(f, "{}..{}", number(lower), number(upper)),
            Self::Missing => f.write_str("-"),
        }
    }
}

/// Which part of its year an observation covers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Coverage {
    /// The whole year.
    Full,
    /// From the first day of the year to the end of this day.
    Through(Date),
    /// This share of the year, above 0 and below 1.
    Share(f64),
}

impl Coverage {
    /// The share of the year that is covered, in (0, 1].
    pub fn share(self) -> f64 {
        match self {
            Self::Full => 1.0,
            Self::Through(date) => date.share_of_year(),
            Self::Share(share) => share,
        }
    }

    /// Whether only a part of the year is covered.
    pub fn is_partial(self) -> bool {
        self != Self::Full
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => write!(f, "the full year"),
            Self::Through(date) => write!(f, "to {date}"),
            Self::Share(share) => write!(f, "{:.0}% of the year", share * 100.0),
        }
    }
}

/// One year of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// The year.
    pub year: Year,
    /// What is known of it.
    pub value: Value,
    /// The part of the year it covers.
    pub coverage: Coverage,
    /// Who said it, if that is recorded ("annual report, table 3").
    pub source: Option<String>,
}

impl Observation {
    /// A full year.
    pub fn full(year: Year, value: Value) -> Self {
        Self { year, value, coverage: Coverage::Full, source: None }
    }

    /// A year of which a part is covered.
    pub fn partial(year: Year, counted: f64, coverage: Coverage) -> Self {
        Self { year, value: Value::Exact(counted), coverage, source: None }
    }

    /// The same observation with the name of who said it.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }
}
