//! Projections of annual counts.

pub mod dist;
pub mod error;
pub mod evaluate;
pub mod forecast;
pub mod model;
pub mod numeric;
mod outlook;
pub mod persist;
pub mod select;
pub mod series;
pub mod smoothing;

pub use error::{Error, Result};
pub use outlook::{Automatic, forecast, forecast_all};
