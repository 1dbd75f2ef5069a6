//! Events and drivers in the fit: did the law of 2022 change the level, and what would have been without it?
//!
//! With `x_t` the columns of a year, the member's recursion runs on what is left of the series without their effects,
//!
//! ```text
//! z_t = l_{t-1} + phi b_{t-1} + x_t' gamma + e_t      l_t = l_{t-1} + phi b_{t-1} + alpha e_t      b_t = phi b_{t-1} + beta e_t
//! ```
//!
//! so that the effect gamma enters no later year but through x. It is part of the state that the filter estimates, with a
//! proper prior (`columns`), at each node of a lattice of sigma. The evidence with the columns over that without,
//! `BF_k = ML_k(with) / ML_k(without)`, is untempered in the Bayes factor `sum_k w_k BF_k`, `w_k` the weights without the
//! columns. Members weigh `w_k BF_k^eta`: their evidence with the columns, tempered as all evidence is.
//!
//! What a year would have been keeps the year's own shock: `z_t - x_t' gamma`, uncertain as gamma is. Of a zero only a bound of
//! `z_t` is known, and that the better the effect explains it the less: it is then part of the state as gamma is.
//!
//! References: West and Harrison (1997), section 9.2, for static regression effects in a dynamic model; Kass and Raftery
//! (1995), JASA 90, 773-795, for Bayes factors; `O'Hagan` (1979), JRSS B 41, 358-367, for priors and shocks in conflict.

pub(super) mod columns;
mod exposure;
mod filter;
#[cfg(test)]
mod tests;

pub(super) use columns::Effects;
pub(super) use exposure::{Exposure, exposed};
pub(super) use filter::{EffectFilter, EffectNode, Kept};
