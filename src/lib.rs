//! Projections of annual counts: series that know what each year covers, forecasts that are distributions.
//!
//! A published annual table holds more than numbers: the last year is partial, small cells are masked, years are missing.
//! This crate keeps such years apart from plain numbers, fits models of exponential smoothing and regression to what is
//! left, and answers with a distribution for each year to come.
//!
//! ```
//! use unjuran::series::{Coverage, Horizon, Series, Year};
//! let cases = Series::new("cases", Year::new(2015)?, &[163.0, 463.0, 429.0, 302.0, 286.0, 165.0, 115.0, 139.0])?
//!     .with_partial(Year::new(2023)?, 48.0, Coverage::Through("2023-05-31".parse()?))?;
//! let forecast = unjuran::forecast(&cases, Horizon::years(5)?)?;
//! let band = forecast.interval(80.0)?;
//! assert_eq!(forecast.years()[0].get(), 2023); // the year under way is forecast first
//! assert!(band.lower[0] >= 48.0); // and never ends below what was counted
//! # Ok::<(), unjuran::Error>(())
//! ```
//!
//! # The way through the house
//!
//! Each hop is a value that can be held, printed and stored; a module imports from lower levels only.
//!
//! | level | module | what happens there |
//! |---|---|---|
//! | 0 | [`error`] | what can go wrong, and how it is said |
//! | 1 | [`series`] | a CSV row becomes an observation, observations a [`series::Series`], a model's view of it a [`series::Training`] |
//! | 1 | [`numeric`] | least squares, optimiser, special functions, seeded randomness: no word of the domain |
//! | 2 | [`language`] | what is said to readers, in English and in Malay |
//! | 2 | [`dist`] | predictive laws of one year |
//! | 3 | [`forecast`](mod@forecast) | dated laws, joint paths and provenance: a [`forecast::Forecast`]; its [`forecast::Fan`] and picture |
//! | 3 | [`design`] | years become columns of a regression |
//! | 4 | [`model`] | the contract: [`model::Forecaster`] fits, [`model::Fitted`] looks ahead; the battery every model passes |
//! | 5 | [`smoothing`], [`regression`] | the models |
//! | 5 | [`evaluate`] | metrics, backtests, skill, calibration: knows the contract only |
//! | 6 | [`select`] | automatic choice, and models by name |
//! | 6 | `interop` (feature `linfa`) | linfa's regressors as models, our regressions behind linfa's traits |
//! | 7 | [`plan`] | scenarios, targets, capacity, funnels, alarms, percent changes, rates, calendars |
//! | 7 | [`hierarchy`] | totals and parts: checked, reconciled; sources that disagree, merged |
//! | 8 | [`persist`] | values as versioned JSON and CBOR |
//! | 9 | [`forecast()`], [`forecast_all`] | the front door |
//! | 10 | [`report`] | findings in sentences, tables and fans: one page in HTML or Markdown, all numbers in JSON |
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `svg` | on | `Fan::to_svg`: the fan chart as a picture that needs nothing else |
//! | `linfa` | off | linfa's traits for our regressions, linfa's regressors as forecasters (`interop`) |
//!
//! The crate opens no connection, and has no allocator, logger or thread pool of its own: panels run on the rayon pool of
//! the caller.
// Kernels say in their first lines why an index of theirs is always inside.
#![deny(clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::float_cmp, reason = "a test may ask for the very number"))]

pub mod design;
pub mod dist;
pub mod error;
pub mod evaluate;
pub mod forecast;
pub mod hierarchy;
#[cfg(feature = "linfa")]
pub mod interop;
mod json;
pub mod language;
mod markup;
pub mod model;
pub mod numeric;
mod outlook;
pub mod persist;
pub mod plan;
pub mod regression;
pub mod report;
pub mod select;
pub mod series;
pub mod smoothing;

pub use error::{Error, Result};
pub use outlook::{forecast, forecast_all};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
