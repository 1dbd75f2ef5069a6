//! Arrays in, numbers out: the numerical tools that every other layer stands on.
//!
//! They are ours where the crates at hand fall short of what the rest needs: least squares that keep all digits, name
//! redundant columns and know their leverages; a minimiser that looks at the ends of its interval too; a
//! Student t whose far tails and quantiles are right to the last digits; and one keyed source of randomness, so that
//! the same seed gives the same numbers whatever runs beside it.

pub mod count_regression;
mod double_double;
mod householder;
pub mod jet;
pub mod least_squares;
pub mod optimise;
pub mod polynomial;
pub mod precision;
pub mod quadrature;
pub mod rng;
pub mod special;
