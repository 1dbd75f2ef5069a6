//! Numbers to numpy arrays through bytes, so that neither side needs the other's headers. The arrays are read-only: they
//! are views of what an immutable object holds. Columns of them make a frame.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::errors::Result;

/// A one-dimensional float64 array.
pub(crate) fn floats<'py>(py: Python<'py>, values: &[f64]) -> PyResult<Bound<'py, PyAny>> {
    from_words(py, "float64", values.iter().map(|v| v.to_ne_bytes()))
}

/// A one-dimensional float64 array, NaN where there is no number.
pub(crate) fn gaps<'py>(py: Python<'py>, values: &[Option<f64>]) -> PyResult<Bound<'py, PyAny>> {
    from_words(py, "float64", values.iter().map(|v| v.unwrap_or(f64::NAN).to_ne_bytes()))
}

/// A two-dimensional float64 array with so many columns, from its values row by row.
pub(crate) fn rows<'py>(py: Python<'py>, values: &[f64], columns: usize) -> PyResult<Bound<'py, PyAny>> {
    floats(py, values)?.call_method1(intern!(py, "reshape"), (-1, columns))
}

/// A one-dimensional int64 array.
pub(crate) fn integers(py: Python<'_>, values: impl ExactSizeIterator<Item = i64>) -> PyResult<Bound<'_, PyAny>> {
    from_words(py, "int64", values.map(i64::to_ne_bytes))
}

/// Columns as a frame of the backend asked for.
pub(crate) fn frame<'py>(columns: &Bound<'py, PyDict>, backend: Option<&str>) -> Result<Bound<'py, PyAny>> {
    Ok(columns.py().import("unjuran.frames")?.call_method1("from_columns", (columns, backend))?)
}

fn from_words<'py>(
    py: Python<'py>,
    dtype: &str,
    words: impl ExactSizeIterator<Item = [u8; 8]>,
) -> PyResult<Bound<'py, PyAny>> {
    let bytes = PyBytes::new_with(py, words.len() * 8, |buffer| {
        for (place, word) in buffer.chunks_exact_mut(8).zip(words) {
            place.copy_from_slice(&word);
        }
        Ok(())
    })?;
    py.import(intern!(py, "numpy"))?.call_method1(intern!(py, "frombuffer"), (bytes, dtype))
}
