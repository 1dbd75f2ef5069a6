//! Forecasts and what is read off them.

mod fan;
#[cfg(feature = "svg")]
mod svg;

pub use fan::{Band, Fan, Mark, Past};
#[cfg(feature = "svg")]
pub use svg::SvgStyle;
