//! Projections of annual counts.
pub mod error;
pub mod forecast;
pub mod series;

pub use error::{Error, Result};
