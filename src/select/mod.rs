//! Choosing a model: by information criterion or by name, and combining several.

mod auto_ets;
mod combination;
mod registry;

pub use auto_ets::{AutoEts, Pool};
pub use combination::{Combination, FittedCombination, Weights};
pub use registry::{MODEL_NAMES, model_by_name};
