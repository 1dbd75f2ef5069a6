//! Models with their settings, and fitted models: what the classes of every model extend. Their methods in Python stand in
//! `fit.rs`, above those classes.

use std::sync::Arc;

use pyo3::PyClassInitializer;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyString;
use unjuran::model::{FitReport, Fitted, Forecaster};
use unjuran::select::model_by_name;
use unjuran::smoothing::{BayesEts, Drift, Naive};

use crate::errors::Result;
use crate::series::PySeries;

/// A model with its settings, not yet fitted: the base of `ETS`, `Naive` and the others.
///
/// A model is a value; ``fit`` never changes it. Wherever a model is asked for, its name does as well.
#[pyclass(name = "Model", module = "unjuran", subclass, frozen)]
pub(crate) struct PyModel {
    pub(crate) model: Arc<dyn Forecaster>,
    /// What the constructor was given, for `repr` and pickle.
    pub(crate) class: &'static str,
    pub(crate) positional: Option<String>,
    pub(crate) named: Vec<(&'static str, Setting)>,
}

/// The value of a setting.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Setting {
    Number(f64),
    Whole(i64),
    Text(String),
    Years(Vec<i64>),
}

impl Setting {
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Number(value) => value.to_string(),
            Self::Whole(value) => value.to_string(),
            Self::Text(text) => format!("\"{text}\""),
            Self::Years(years) => format!("{years:?}"),
        }
    }

    pub(crate) fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(match self {
            Self::Number(value) => value.into_pyobject(py)?.into_any(),
            Self::Whole(value) => value.into_pyobject(py)?.into_any(),
            Self::Text(text) => text.into_pyobject(py)?.into_any(),
            Self::Years(years) => years.into_pyobject(py)?.into_any(),
        })
    }
}

impl PyModel {
    /// A model with the arguments it was made from.
    pub(crate) fn with(
        class: &'static str,
        model: impl Forecaster + 'static,
        positional: Option<String>,
        named: Vec<(&'static str, Setting)>,
    ) -> PyClassInitializer<Self> {
        PyClassInitializer::from(Self { model: Arc::new(model), class, positional, named })
    }

    pub(crate) fn plain(class: &'static str, model: impl Forecaster + 'static) -> PyClassInitializer<Self> {
        Self::with(class, model, None, Vec::new())
    }
}

/// Next year is like the last one, give or take the yearly changes seen. Needs two observed years.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> uj.Naive().fit(uj.Series([7, 9, 8], start=2020)).forecast(2).median.tolist()
/// [8.0, 8.0]
#[pyclass(name = "Naive", module = "unjuran", extends = PyModel, frozen)]
pub(crate) struct PyNaive;

#[pymethods]
impl PyNaive {
    #[new]
    fn new() -> PyClassInitializer<Self> {
        PyModel::plain("Naive", Naive).add_subclass(Self)
    }
}

/// The last year plus the mean yearly change, a year at a time. Needs three observed years.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> uj.Drift().fit(uj.Series([10, 13, 12], start=2020)).forecast(2).median.tolist()
/// [13.0, 14.0]
#[pyclass(name = "Drift", module = "unjuran", extends = PyModel, frozen)]
pub(crate) struct PyDrift;

#[pymethods]
impl PyDrift {
    #[new]
    fn new() -> PyClassInitializer<Self> {
        PyModel::plain("Drift", Drift).add_subclass(Self)
    }
}

/// A model that has seen its data.
///
/// Pickled, or as JSON, it carries what was estimated: nothing is fitted again, and a later release answers the same.
#[pyclass(name = "FittedModel", module = "unjuran", subclass, frozen)]
pub(crate) struct PyFitted {
    pub(crate) fitted: Arc<dyn Fitted>,
    pub(crate) model: Py<PyModel>,
    pub(crate) series: Py<PySeries>,
}

impl PyFitted {
    pub(crate) fn new(fitted: Arc<dyn Fitted>, model: Py<PyModel>, series: Py<PySeries>) -> Self {
        Self { fitted, model, series }
    }

    pub(crate) fn report(&self) -> &FitReport {
        self.fitted.report()
    }
}

/// The model meant by an argument: an object, a name, or nothing for the default.
pub(crate) fn resolved(model: Option<&Bound<'_, PyAny>>) -> Result<Arc<dyn Forecaster>> {
    let Some(model) = model else { return Ok(Arc::new(BayesEts::default())) };
    if let Ok(model) = model.cast::<PyModel>() {
        return Ok(Arc::clone(&model.get().model));
    }
    if let Ok(name) = model.cast::<PyString>() {
        return Ok(Arc::from(model_by_name(&name.extract::<String>()?)?));
    }
    let given = model.repr()?;
    Err(PyTypeError::new_err(format!("model must be a model such as uj.Naive(), or its name, not {given}")).into())
}
