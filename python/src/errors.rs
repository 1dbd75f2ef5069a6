//! The error border: every `unjuran::Error` becomes the Python class of its kind, with its fields as attributes.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde_json::Value;
use unjuran::Error;

use crate::record::to_python;

/// Either side's failure, so that `?` works on both.
pub(crate) enum Failure {
    /// Refused by the core.
    Core(Error),
    /// Raised by Python, or a plain `TypeError` of ours.
    Python(PyErr),
}

pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

impl From<PyErr> for Failure {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Python(error) => error,
            Failure::Core(error) => Python::attach(|py| exception(py, &error)),
        }
    }
}

/// The exception for an error of the core.
pub(crate) fn exception(py: Python<'_>, error: &Error) -> PyErr {
    let record = serde_json::to_value(error).unwrap_or_default();
    let kind = record.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    let fields = PyDict::new(py);
    for (name, value) in record.as_object().into_iter().flatten().filter(|(name, _)| *name != "kind") {
        let filled = to_python(py, value).and_then(|value| fields.set_item(name, value));
        if let Err(error) = filled {
            return error;
        }
    }
    raised(py, &kind, &error.to_string(), &fields)
}

/// `<kind>Error(message, **fields)` of `unjuran.errors`; a kind without a class there is an `UnjuranError`.
pub(crate) fn raised(py: Python<'_>, kind: &str, message: &str, fields: &Bound<'_, PyDict>) -> PyErr {
    let made = py.import("unjuran.errors").and_then(|errors| {
        let class = match errors.getattr_opt(format!("{kind}Error"))? {
            Some(class) => class,
            None => errors.getattr("UnjuranError")?,
        };
        fields.set_item("kind", kind)?;
        class.call((message,), Some(fields))
    });
    match made {
        Ok(exception) => PyErr::from_value(exception),
        // why: a broken installation must not hide what was refused.
        Err(_) => PyValueError::new_err(message.to_owned()),
    }
}
