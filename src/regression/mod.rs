//! Regression on the years: models that draw a line through the series and follow it.
//!
//! | model | what it says |
//! |---|---|
//! | [`LinearTrend`] | so many more, or fewer, every year |
//! | [`LogLinearTrend`] | so many per cent more, or fewer, every year |
//!
//! All stand on one fit, [`Ols`]: coefficients with standard errors, tests and criteria. A line fitted to a handful of
//! years and drawn on is a strong claim; the bands here hold the uncertainty of the line itself, not the doubt whether
//! there is a line at all.
//!
//! References: Seber and Lee (2003), Linear Regression Analysis; Hyndman and Athanasopoulos (2021), Forecasting:
//! Principles and Practice, chapter 7.

mod ols;
mod trend;

pub use ols::{Coefficient, Line, Ols};
pub use trend::{FittedTrend, LinearTrend, LogLinearTrend};
