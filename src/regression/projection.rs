//! How a fitted line goes on.
//!
//! ```text
//! line     z_{n+i} = x(n + i)' b
//! damped   z_{n+i} = x(n + phi + phi^2 + ... + phi^i)' b + rho^i (z_n - x(n)' b)
//! ```
//!
//! Damped, the trend's clock slows down: everything that grows with time levels off, the rest of the columns stay as they
//! are; and the last year's distance from the line fades instead of being forgotten at once. Shocks fade alike, so that the
//! band widens with the years as that of an autoregression of coefficient rho around the line. On the log scale what the
//! trend adds, a, becomes `ln 2 tanh(a / ln 2)`, and its clock is slower: a start near zero has slopes of thousands of per cent,
//! and no levelling off would hold them. phi and rho are fixed: eight years cannot tell them.
//!
//! Reference for the damped trend: Gardner and McKenzie (1985), *Management Science* 31(10), 1237-1246.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// What share of its change the trend keeps from a year to the next. See `docs/decisions.md` for this and `RHO`.
const PHI: f64 = 0.8;
/// The same for the trend of a logarithm.
const PHI_OF_LOGS: f64 = 0.6;
/// What share of a distance from the line is left a year later.
pub(super) const RHO: f64 = 0.9;

/// The most that a damped trend of a logarithm can add: that of 2.
const MOST: f64 = std::f64::consts::LN_2;

/// How a fitted line goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Projection {
    /// As it is.
    #[default]
    Line,
    /// Levelling off, from where the series is.
    Damped,
}

impl fmt::Display for Projection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Line => "line",
            Self::Damped => "damped",
        })
    }
}

impl FromStr for Projection {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "line" => Ok(Self::Line),
            "damped" => Ok(Self::Damped),
            _ => Err(Error::bad_parameter("trend", "projection", format!("{text:?}"), "\"line\" or \"damped\"")),
        }
    }
}

impl Projection {
    /// How many years of trend `lead` years amount to.
    pub(super) fn clock(self, lead: f64, of_logs: bool) -> f64 {
        let phi = if of_logs { PHI_OF_LOGS } else { PHI };
        match self {
            Self::Line => lead,
            Self::Damped => phi * (1.0 - phi.powf(lead)) / (1.0 - phi),
        }
    }

    /// What a trend of a logarithm adds, held to a factor of 2 where it levels off, and the derivative of that.
    pub(super) fn bounded(self, added: f64) -> (f64, f64) {
        match self {
            Self::Line => (added, 1.0),
            Self::Damped => {
                let tanh = (added / MOST).tanh();
                (MOST * tanh, 1.0 - tanh * tanh)
            }
        }
    }

    /// What is left of the last year's distance from the line after `lead` years.
    pub(super) fn memory(self, lead: f64) -> f64 {
        match self {
            Self::Line => 0.0,
            Self::Damped => RHO.powf(lead),
        }
    }

    /// What a model's name says of it; nothing of the one that is usual there.
    pub(super) fn setting(self, usual: Self) -> Option<String> {
        (self != usual).then(|| self.to_string())
    }
}
