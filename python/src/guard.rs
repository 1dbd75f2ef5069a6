//! Where work leaves the interpreter: without the GIL, and with panics caught at the border.
//!
//! [`free`] and [`crate::run::Run::within`] catch those of long work. Everything else that Python calls (getters, printing,
//! conversions) is caught by pyo3, whose exception for it [`adopt`] makes an `InternalError` too.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::panic::PanicException;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::{Failure, Result, raised};

/// Work of the core without the GIL. Whatever takes time goes through here, or through [`crate::run::Run::within`], so that
/// other Python threads go on, and a panic of ours becomes `InternalError` instead of pyo3's `PanicException`, which no
/// `except Exception` catches.
pub(crate) fn free<T: Send, E: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> std::result::Result<T, E> + Send,
) -> Result<T>
where
    Failure: From<E>,
{
    // why unwind-safe: what the work borrowed is read only, and its result is dropped.
    match py.detach(|| catch_unwind(AssertUnwindSafe(work))) {
        Ok(done) => Ok(done?),
        Err(panic) => Err(bug(py, &*panic)),
    }
}

/// The exception for a panic.
pub(crate) fn bug(py: Python<'_>, panic: &(dyn Any + Send)) -> Failure {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let said = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without words");
    Failure::Python(raised(py, "Internal", said, &PyDict::new(py)))
}

/// Puts `InternalError` under the exception that pyo3 makes of a panic: a bare `BaseException` would pass every
/// `except Exception`.
pub(crate) fn adopt(py: Python<'_>) -> PyResult<()> {
    let internal = py.import("unjuran.errors")?.getattr("InternalError")?;
    py.get_type::<PanicException>().setattr("__bases__", (internal,))
}
