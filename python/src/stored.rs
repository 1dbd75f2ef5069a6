//! Models and fits from what was stored: the Python object of the kind that the file names.

use pyo3::PyClassInitializer;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyType};
use unjuran::Error;
use unjuran::select::{AnyFitted, AnyModel, SavedFit, model_by_name};

use crate::bayes;
use crate::errors::Result;
use crate::ets;
use crate::models::{PyFitted, PyModel};
use crate::record::{record, to_python};
use crate::series::PySeries;
use crate::trends::PyFittedTrend;

/// The object of the model's class, made by its constructor.
pub(crate) fn model(py: Python<'_>, model: AnyModel) -> Result<Bound<'_, PyModel>> {
    match model {
        AnyModel::Ets(model) => Ok(ets::object(py, model)?.into_super()),
        AnyModel::BayesEts(model) => Ok(bayes::object(py, &model)?.into_super()),
        model => {
            let class = py.import("unjuran._core")?.getattr(model.kind())?;
            let made = class.call((), Some(&arguments(py, model)?))?;
            Ok(made.cast_into::<PyModel>().map_err(PyErr::from)?)
        }
    }
}

/// The settings that are not the default, as keyword arguments.
fn arguments(py: Python<'_>, model: AnyModel) -> Result<Bound<'_, PyDict>> {
    let settings = |model: &AnyModel| -> Result<serde_json::Value> {
        let stored = record(model).map_err(|e| crate::series::not_stored("model", &e))?;
        Ok(stored.get("settings").cloned().unwrap_or_default())
    };
    let usual = settings(&AnyModel::of(&*model_by_name(model.kind())?)?)?;
    let arguments = PyDict::new(py);
    for (name, value) in settings(&model)?.as_object().into_iter().flatten() {
        if usual.get(name) == Some(value) || value.is_null() {
            continue;
        }
        match &model {
            AnyModel::Combination(combination) if name == "models" => {
                let parts = combination.models().iter().map(|part| self::model(py, AnyModel::of(&**part)?));
                arguments.set_item(name, PyList::new(py, parts.collect::<Result<Vec<_>>>()?)?)?;
            }
            _ => arguments.set_item(name, to_python(py, value)?)?,
        }
    }
    Ok(arguments)
}

/// The object of the fit's class.
pub(crate) fn fit(py: Python<'_>, saved: SavedFit) -> Result<Bound<'_, PyFitted>> {
    let (model, fitted) = saved.into_parts();
    let model = self::model(py, model)?;
    let series = Bound::new(py, PySeries(fitted.series().clone()))?;
    match fitted {
        AnyFitted::Ets(fitted) => Ok(ets::made(fitted, &model, &series)?.into_bound(py).into_super()),
        AnyFitted::BayesEts(fitted) => Ok(bayes::made(fitted, &model, &series)?.into_bound(py).into_super()),
        fitted => {
            let is_trend = matches!(fitted, AnyFitted::Trend(_));
            let base = PyFitted::new(fitted.shared(), model.unbind(), series.unbind());
            if is_trend {
                let trend = PyClassInitializer::from(base).add_subclass(PyFittedTrend);
                return Ok(Bound::new(py, trend)?.into_super());
            }
            Ok(Bound::new(py, base)?)
        }
    }
}

/// The object, if it is of the class that was asked for it.
pub(crate) fn of_class<'py, T>(class: &Bound<'py, PyType>, made: Bound<'py, T>) -> Result<Bound<'py, T>> {
    if made.as_any().is_instance(class)? {
        return Ok(made);
    }
    let (expected, found) = (class.name()?.to_string(), made.as_any().get_type().name()?);
    Err(Error::BadJson { expected, problem: format!("it is a stored {found}") }.into())
}
