//! Choosing a model: by information criterion, or by name.

mod auto_ets;
mod registry;

pub use auto_ets::{AutoEts, Pool};
pub use registry::{MODEL_NAMES, model_by_name};
