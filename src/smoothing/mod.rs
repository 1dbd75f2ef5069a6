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
//! | [`Mean`] | every year is like the mean of all |
//! | [`Naive`] | next year is like this year: alpha = 1, no slope |
//! | [`Drift`] | the same plus the mean yearly change |
//! | [`Ets`] | alpha, beta, phi and the starting states by maximum likelihood |
//! | [`Theta`] | the smoothed level plus a share of the slope of the straight line |
//! | [`BayesEts`] | all of these at once, weighed by the data and by thousands of other series: the default |
//!
//! Reference: Hyndman, Koehler, Ord and Snyder (2008), Forecasting with Exponential Smoothing; chapter 3 for the
//! recursion, chapter 6 for the variances. beta is the book's beta (not beta / alpha).

mod bands;
pub mod bayes;
mod ets;
mod mean;
mod naive;
pub(crate) mod recursion;
mod theta;
pub(crate) mod variance;

pub use bands::Bands;
pub use bayes::{BayesEts, FittedBayesEts, Prior};
pub(crate) use ets::smallest_aicc;
pub use ets::{Class, Ets, EtsParams, FittedEts, Region, Shocks, State, Trend};
pub use mean::{FittedMean, Mean};
pub use naive::{Drift, FittedRandomWalk, Naive};
pub use theta::{FittedTheta, Theta, ThetaVariant};
