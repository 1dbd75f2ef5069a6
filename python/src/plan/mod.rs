//! `unjuran.plan`: scenarios, targets, capacity, funnels, alarms, percent changes.

mod answer;
pub(crate) mod capacity;
pub(crate) mod change;
pub(crate) mod funnel;
pub(crate) mod impact;
pub(crate) mod monitor;
pub(crate) mod scenario;
pub(crate) mod target;

pub(crate) use answer::{PyAnswer, answer, read_back};
