//! Models with their settings, and fitted models.

use std::sync::Arc;

use pyo3::PyClassInitializer;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use unjuran::model::{Fitted, Forecaster};
use unjuran::select::model_by_name;
use unjuran::smoothing::{BayesEts, Drift, Naive};

use crate::arrays;
use crate::errors::Result;
use crate::forecast::PyForecast;
use crate::input::{self, Ahead};
use crate::series::PySeries;

/// A model with its settings, not yet fitted: the base of `ETS`, `Naive` and the others.
///
/// A model is a value; ``fit`` never changes it. Wherever a model is asked for, its name does as well.
#[pyclass(name = "Model", module = "unjuran", subclass, frozen)]
pub(crate) struct PyModel {
    pub(crate) model: Arc<dyn Forecaster>,
    /// What the constructor was given, for `repr` and pickle.
    class: &'static str,
    positional: Option<String>,
    named: Vec<(&'static str, Setting)>,
}

/// A named argument of a constructor.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Setting {
    Number(f64),
    Text(String),
}

impl std::fmt::Display for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "\"{text}\""),
        }
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
        PyClassInitializer::from(Self { model: Arc::new(model), class, positional: None, named: Vec::new() })
    }
}

#[pymethods]
impl PyModel {
    /// The model fitted to a series.
    ///
    /// Parameters
    /// ----------
    /// series : Series
    ///     A partial last year is left out of the fit; missing years are gaps.
    ///
    /// Returns
    /// -------
    /// FittedModel
    ///
    /// Raises
    /// ------
    /// TooFewYearsError
    ///     Fewer observed full years than the model needs.
    /// NoObservedYearsError
    ///     No full year with a number at all.
    fn fit(slf: &Bound<'_, Self>, series: &Bound<'_, PyAny>) -> Result<PyFitted> {
        let series = input::series(series, "series")?;
        let model = Arc::clone(&slf.get().model);
        let data = &series.get().0;
        let fitted = slf.py().detach(|| model.fit(data))?;
        Ok(PyFitted::new(fitted, slf.clone().unbind(), series.clone().unbind()))
    }

    /// The model's name: the column of its forecasts in a frame.
    #[getter]
    fn name(&self) -> String {
        self.model.name()
    }

    fn __repr__(&self) -> String {
        let class = self.positional.iter().map(|text| format!("\"{text}\""));
        let named = self.named.iter().map(|(name, value)| format!("{name}={value}"));
        format!("{}({})", self.class, class.chain(named).collect::<Vec<_>>().join(", "))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        let Ok(other) = other.cast::<Self>() else { return false };
        let other = other.get();
        (self.class, &self.positional, &self.named) == (other.class, &other.positional, &other.named)
    }

    fn __hash__(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash as _, Hasher as _};
        let mut hasher = DefaultHasher::new();
        (self.class, &self.positional).hash(&mut hasher);
        hasher.finish()
    }

    fn __getnewargs_ex__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
        let named = PyDict::new(py);
        for (name, value) in &self.named {
            match value {
                Setting::Number(number) => named.set_item(name, number)?,
                Setting::Text(text) => named.set_item(name, text)?,
            }
        }
        Ok((PyTuple::new(py, self.positional.iter())?, named))
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
/// Pickled, it carries model and series and is fitted again, to the same numbers.
#[pyclass(name = "FittedModel", module = "unjuran", subclass, frozen)]
pub(crate) struct PyFitted {
    fitted: Box<dyn Fitted>,
    model: Py<PyModel>,
    series: Py<PySeries>,
}

impl PyFitted {
    pub(crate) fn new(fitted: Box<dyn Fitted>, model: Py<PyModel>, series: Py<PySeries>) -> Self {
        Self { fitted, model, series }
    }

    pub(crate) fn model_of(&self, py: Python<'_>) -> Py<PyModel> {
        self.model.clone_ref(py)
    }
}

#[pymethods]
impl PyFitted {
    /// The distributions of the years that follow; the first is the year under way if the series has one.
    ///
    /// Parameters
    /// ----------
    /// h : int, optional
    ///     How many years, 1 to 100.
    /// until : int, optional
    ///     The last year to forecast, instead of ``h``.
    ///
    /// Returns
    /// -------
    /// Forecast
    #[pyo3(signature = (h=None, *, until=None))]
    fn forecast(
        &self,
        py: Python<'_>,
        h: Option<&Bound<'_, PyAny>>,
        until: Option<&Bound<'_, PyAny>>,
    ) -> Result<PyForecast> {
        let horizon = Ahead::new(h, until)?.horizon(&self.series.get().0)?;
        Ok(PyForecast::new(py.detach(|| self.fitted.forecast(horizon))?))
    }

    /// The model that was fitted, with its settings.
    #[getter]
    fn model(&self, py: Python<'_>) -> Py<PyModel> {
        self.model.clone_ref(py)
    }

    /// The series it was fitted to.
    #[getter]
    fn series(&self, py: Python<'_>) -> Py<PySeries> {
        self.series.clone_ref(py)
    }

    /// Name of what was fitted: "ETS(A,N,N)" where `AutoETS` chose that class.
    #[getter]
    fn name(&self) -> &str {
        &self.fitted.report().model
    }

    /// Parameters by name.
    #[getter]
    fn params<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let params = PyDict::new(py);
        for (name, value) in &self.fitted.report().params {
            params.set_item(name, value)?;
        }
        Ok(params)
    }

    /// Residual standard deviation, on the scale of the model.
    #[getter]
    fn sigma(&self) -> f64 {
        self.fitted.report().sigma
    }

    /// Log-likelihood, constants included; None for models without one.
    #[getter]
    fn loglik(&self) -> Option<f64> {
        self.fitted.report().criteria.map(|c| c.loglik)
    }

    /// Akaike's information criterion; None for models without a likelihood.
    #[getter]
    fn aic(&self) -> Option<f64> {
        self.fitted.report().criteria.map(|c| c.aic)
    }

    /// The same, corrected for short series; None also where the series is too short for the correction.
    #[getter]
    fn aicc(&self) -> Option<f64> {
        self.fitted.report().criteria.and_then(|c| c.aicc)
    }

    /// Schwarz's information criterion; None for models without a likelihood.
    #[getter]
    fn bic(&self) -> Option<f64> {
        self.fitted.report().criteria.map(|c| c.bic)
    }

    /// What the model expected of each year before seeing it, a float64 array over the years of the fit; NaN in gaps.
    #[getter]
    fn fitted<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        arrays::gaps(py, &self.fitted.report().fitted)
    }

    /// Observed less expected, on the scale of the model; NaN in gaps.
    #[getter]
    fn residuals<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        arrays::gaps(py, &self.fitted.report().residuals)
    }

    /// What a reader must be told, one sentence each.
    #[getter]
    fn notes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.fitted.report().notes.iter().map(ToString::to_string))
    }

    /// Parameters, likelihood, criteria and notes as a text of several lines.
    fn summary(&self) -> String {
        self.fitted.summary()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let series = self.series.get().0.name();
        Ok(format!("<{} fitted to {}>", self.fitted.report().model, PyString::new(py, series).repr()?))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (Py<PySeries>,))> {
        Ok((self.model.bind(py).getattr("fit")?, (self.series.clone_ref(py),)))
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
