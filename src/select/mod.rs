//! Choosing a model: by information criterion or by name, and combining several; models and fits that can be stored.

mod auto_ets;
mod combination;
mod named;
mod registry;
mod shipped;
mod tagged;

pub use auto_ets::{AutoEts, Pool};
pub use combination::{Combination, FittedCombination, Weights};
pub use registry::{MODEL_NAMES, model_by_name};
pub use shipped::{AnyFitted, AnyModel, SavedFit};
