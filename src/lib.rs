//! Projections of annual counts.
pub mod error;
pub mod numeric;
pub mod series;

pub use error::{Error, Result};
