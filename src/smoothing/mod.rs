//! Exponential smoothing: models that follow the level, and if the data ask for it the slope, of a series.
//!
//! All members share one recursion (`recursion`) and one variance rule (`variance`):
//!
//! ```text
//! y_t = l_{t-1} + phi b_{t-1} + e_t
//! l_t = l_{t-1} + phi b_{t-1} + alpha e_t
//! b_t = phi b_{t-1} + beta e_t              e_t ~ N(0, sigma^2)
//! ```
//!
//! | model | what it says |
//! |---|---|
//! | [`Naive`] | next year is like this year: alpha = 1, no slope |
//! | [`Drift`] | the same plus the mean yearly change |
//! | [`ShortSeries`] | the first, with a width from general experience: for one to four years |
//! | [`Ets`] | alpha, beta, phi and the starting states by maximum likelihood |
//!
//! Reference: Hyndman, Koehler, Ord and Snyder (2008), Forecasting with Exponential Smoothing; chapter 3 for the
//! recursion, chapter 6 for the variances. beta is the book's beta (not beta / alpha).

mod ets;
mod naive;
pub(crate) mod recursion;
mod short;
pub(crate) mod variance;

pub use ets::{Ets, EtsParams, FittedEts, Trend};
pub use naive::{Drift, FittedRandomWalk, Naive};
pub use short::ShortSeries;
