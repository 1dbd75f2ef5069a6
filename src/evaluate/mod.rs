//! Was it any good?
//!
//! No claim about a forecast without a measurement: the judge knows the traits of [`crate::model`] only, so that every
//! model is scored alike, also one written elsewhere.
//!
//! - [`metrics`]: scores of points, intervals and whole laws, and the paired comparison of two models;
//! - [`backtest`]: forecasts from past years, scored against what happened next;
//! - [`skill`]: whether a model beats last year's value on one series, and whether that can be said at all;
//! - [`calibrate`]: whether bands hold what they promise, and how wide they should be.

pub mod backtest;
pub mod calibrate;
pub mod metrics;
pub mod skill;
