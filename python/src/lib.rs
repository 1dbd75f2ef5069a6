//! Python bindings of `unjuran`: conversions and calls, nothing else.
#![allow(clippy::needless_pass_by_value, reason = "pyo3 hands arguments over by value")]
#![allow(clippy::doc_markdown, reason = "docstrings are for Python's readers")]

mod arrays;
mod errors;
mod input;
mod panel;
mod series;

use pyo3::prelude::*;

/// The compiled half of `unjuran`. Use the names of the package itself.
#[pymodule(gil_used = false)]
mod _core {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::panel::PyPanel;
    #[pymodule_export]
    use crate::series::PySeries;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        let mapping = module.py().import("collections.abc")?.getattr("Mapping")?;
        mapping.call_method1("register", (module.getattr("Panel")?,))?;
        Ok(())
    }
}
