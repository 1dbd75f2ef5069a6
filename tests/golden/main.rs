//! Our numbers against those that other tools computed, each with the call that made them beside it.

#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    clippy::panic,
    reason = "a test may stop at the first surprise and ask for the very number"
)]

mod counts;
mod metrics;
mod nist;
mod ols;
mod robust;
mod segmented;
mod smoothing;

use serde_json::Value;

/// The cases of a file.
fn cases(text: &str) -> Vec<Value> {
    let golden: Value = serde_json::from_str(text).unwrap();
    golden["cases"].as_array().unwrap().clone()
}

/// A number, or a decimal string of more digits than a number holds.
fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
}

/// Numbers, or one.
fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().map(number).collect(),
        one => vec![number(one)],
    }
}
