//! From a projection to a plan: scenarios, targets, capacity, funnels, alarms, honest percent changes.
//!
//! Everything here takes a [`Forecast`] (or the figures of a table) and answers with a value that can be printed, stored
//! and drawn. The uncertainty of the forecast is carried through on its joint paths, and "cannot tell" is an answer.
//!
//! | question | way in |
//! |---|---|
//! | did the law of 2022 matter? | [`impact()`] |
//! | what if raids double, or 2020 comes again? | [`Scenario`], [`compare`] |
//! | how likely is at most 100 by 2028, and what would it take? | [`Goal`], [`target`], [`required_change`] |
//! | how many places, officers, ringgit? | [`Capacity`] |
//! | of a hundred cases, how many end in a conviction? | [`Funnel`] |
//! | is the new figure outside the fan? | [`monitor`] |
//! | is +174% more than chance? | [`percent_change`] |
//! | per 100,000 inhabitants? | [`Population`] |
//! | April to March? | [`Calendar`] |
//!
//! ```
//! use unjuran::plan::{Goal, Scenario, required_change, target};
//! use unjuran::series::{Horizon, Series, Year};
//! let cases = Series::new("cases", Year::new(2015)?, &[163.0, 463.0, 429.0, 302.0, 286.0, 165.0, 115.0, 139.0])?;
//! let forecast = unjuran::forecast(&cases, Horizon::years(5)?)?;
//! let goal = Goal::at_most(100.0, Year::new(2027)?);
//! let wanted = required_change(&forecast, &goal, 0.8)?;
//! let planned = Scenario::yearly_change(wanted.yearly_change).apply(&forecast)?;
//! assert!((target(&planned, &goal)?.probability - 0.8).abs() < 1e-6);
//! # Ok::<(), unjuran::Error>(())
//! ```

mod calendar;
mod capacity;
mod change;
mod compare;
mod funnel;
mod impact;
mod monitor;
mod rates;
mod scenario;
mod target;

pub use calendar::{Calendar, Converted, Shape};
pub use capacity::{Capacity, Need, Needs, Stay};
pub use change::{Change, percent_change};
pub use compare::{Comparison, Row, Span, compare};
pub use funnel::{Conversion, Funnel, Leak, Stage};
pub(crate) use impact::YEARS_BEFORE;
pub use impact::{Detectable, Impact, Placebo, Verdict, YearEffect, impact};
pub use monitor::{Alarm, Observed, monitor};
pub use rates::Population;
pub use scenario::{Driver, Effect, Scenario};
pub use target::{Goal, RequiredChange, Scope, Status, Target, Thresholds, required_change, target};

use crate::dist::{Empirical, Predictive as _};
use crate::error::{Error, Result};
use crate::forecast::Forecast;

/// A change in percent above this is none of practical use: with little to go by an interval may end anywhere.
pub(crate) const MOST_CHANGE: f64 = 900.0;

/// Joint paths behind every answer that needs them, and the seed that keys them.
pub(crate) const DRAWS: i64 = 10_000;
pub(crate) const SEED: u64 = 0;

/// Median and central interval of simulated values; `level` in percent, checked by the caller.
fn summary(values: Vec<f64>, level: f64) -> Result<(f64, f64, f64)> {
    let law = Empirical::new(values)?;
    let tail = (100.0 - level) / 200.0;
    Ok((law.quantile(0.5), law.quantile(tail), law.quantile(1.0 - tail)))
}

/// The position of a year in a forecast.
fn position(forecast: &Forecast, year: i64) -> Result<usize> {
    forecast.at(year)?;
    let first = forecast.years().first().map_or(0, |y| i64::from(y.get()));
    Ok(usize::try_from(year - first).unwrap_or(0))
}

/// A stored number that is a probability.
fn checked_probability(what: &str, parameter: &str, p: f64) -> Result<()> {
    let sound = (0.0..=1.0).contains(&p);
    if sound { Ok(()) } else { Err(refused(what, parameter, p, "a probability from 0 to 1")) }
}

fn refused(what: &str, parameter: &str, value: impl std::fmt::Display, allowed: &str) -> Error {
    Error::bad_parameter(what, parameter, value, allowed)
}
