//! What every answer of a plan can do: be printed, stored, compared, pickled.

use std::fmt::Display;

use pyo3::PyClass;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyType;
use unjuran::persist::Persist;

use crate::errors::Result;
use crate::guard::free;
use crate::html::escaped;
use crate::record::to_python;
use crate::series::not_stored;

/// An answer of `unjuran.plan` or `unjuran.hierarchy`: printed as a sentence, stored as JSON, equal if all of it is.
#[pyclass(name = "Answer", module = "unjuran.plan", frozen, subclass)]
pub(crate) struct PyAnswer {
    text: String,
    json: String,
}

impl PyAnswer {
    pub(crate) fn new<T: Persist + Display>(value: &T) -> Result<Self> {
        Ok(Self { text: value.to_string(), json: value.to_json()? })
    }
}

/// A Python object of a subclass of `PyAnswer`.
pub(crate) fn answer<T, C>(py: Python<'_>, value: T, class: impl FnOnce(T) -> C) -> Result<Bound<'_, C>>
where
    T: Persist + Display,
    C: PyClass<BaseType = PyAnswer>,
{
    let base = PyAnswer::new(&value)?;
    Ok(Bound::new(py, PyClassInitializer::from(base).add_subclass(class(value)))?)
}

#[pymethods]
impl PyAnswer {
    /// The answer as JSON text, in a versioned envelope; ``from_json`` of its class reads it back.
    fn to_json(&self) -> &str {
        &self.json
    }

    /// The answer as plain Python values.
    fn to_dict<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>> {
        let stored: serde_json::Value = serde_json::from_str(&self.json).map_err(|e| not_stored("answer", &e))?;
        Ok(to_python(py, stored.get("data").unwrap_or(&serde_json::Value::Null))?)
    }

    fn __str__(&self) -> &str {
        &self.text
    }

    fn _repr_html_(&self) -> String {
        format!("<pre>{}</pre>", escaped(&self.text))
    }

    /// The answer in words: what ``str`` gives.
    fn summary(&self) -> &str {
        &self.text
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        Ok(format!("<{}: {}>", slf.get_type().name()?, slf.get().text))
    }

    fn __eq__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> bool {
        slf.get_type().is(other.get_type())
            && other.cast::<Self>().is_ok_and(|other| other.get().json == slf.get().json)
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        pyo3::types::PyString::new(py, &self.json).hash()
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((slf.get_type().getattr(intern!(slf.py(), "from_json"))?, (slf.get().json.clone(),)))
    }
}

/// The value that `to_json` wrote, as an object of its class.
pub(crate) fn read_back<'py, T, C>(
    class: &Bound<'py, PyType>,
    text: &str,
    make: impl FnOnce(T) -> C,
) -> Result<Bound<'py, C>>
where
    T: Persist + Display + Send,
    C: PyClass<BaseType = PyAnswer>,
{
    answer(class.py(), free(class.py(), || T::from_json(text))?, make)
}
