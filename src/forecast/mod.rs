//! Forecasts and what is read off them.

mod fan;

pub use fan::{Band, Fan, Mark, Past};
