//! Standard normal, Student t, binomial, negative binomial and the gamma function: probabilities, densities and quantiles.
//!
//! Question: how likely, and which value has this probability? Every tail is computed as a tail, never as one minus the
//! rest, so that a p-value of 1e-57 has as many digits as one of 0.5.

pub mod binomial;
pub mod gamma;
mod negative_binomial;
pub mod normal;
mod student;
pub mod tabulated;

pub use negative_binomial::NegativeBinomial;
pub(crate) use negative_binomial::Ready;
pub use student::StudentT;
