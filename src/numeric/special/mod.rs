//! Standard normal and Student t: probabilities, densities and quantiles.
//!
//! Question: how likely, and which value has this probability? Every tail is computed as a tail, never as one minus the
//! rest, so that a p-value of 1e-57 has as many digits as one of 0.5.

pub mod normal;
mod student;
pub mod tabulated;

pub use student::StudentT;
