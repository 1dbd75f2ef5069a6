//! Projections of annual counts.
#![cfg_attr(test, allow(clippy::float_cmp, reason = "a test may ask for the very number"))]

pub mod design;
pub mod dist;
pub mod error;
pub mod evaluate;
pub mod forecast;
pub mod model;
pub mod numeric;
mod outlook;
pub mod persist;
pub mod regression;
pub mod select;
pub mod series;
pub mod smoothing;

pub use error::{Error, Result};
pub use outlook::{forecast, forecast_all};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
