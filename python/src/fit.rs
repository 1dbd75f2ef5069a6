//! `Model.fit`, what is asked of every fit, and how both are stored.
//!
//! why not beside the classes in `models.rs`: a fit may be a `FittedTrend`, and a stored model is read as an object of its
//! own class, so these methods know the classes that extend theirs.

use std::sync::Arc;

use pyo3::PyClassInitializer;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple, PyType};
use unjuran::persist::Persist as _;
use unjuran::select::{AnyModel, SavedFit};

use crate::arrays;
use crate::errors::Result;
use crate::forecast::PyForecast;
use crate::given;
use crate::guard::free;
use crate::input::Ahead;
use crate::models::{PyFitted, PyModel};
use crate::record::record;
use crate::series::{PySeries, not_stored};
use crate::stored;
use crate::tidy;
use crate::trends::PyFittedTrend;

impl PyModel {
    fn settings(&self) -> Result<serde_json::Value> {
        Ok(record(&AnyModel::of(&*self.model)?).map_err(|e| not_stored("model", &e))?)
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
    /// exog : dict of name to {year: value}, or a pandas frame indexed by year, optional
    ///     Drivers: columns of the regression. Values of later years are kept for the forecast.
    /// events : sequence of plan.Event, optional
    ///     Dated steps, pulses, ramps and transients. One after the last observed year changes nothing before and widens the
    ///     bands from its year on.
    /// exposure : {year: value}, optional
    ///     What counts are in proportion to, such as population; above 0.
    /// weights : {year: value}, optional
    ///     How many times a year counts, from 0; 1 for years that are not named.
    ///
    /// Returns
    /// -------
    /// FittedModel
    ///     A `FittedTrend` for regressions.
    ///
    /// Raises
    /// ------
    /// TooFewYearsError
    ///     Fewer observed full years than the model needs.
    /// NoObservedYearsError
    ///     No full year with a number at all.
    /// InputNotTakenError
    ///     ``exog``, ``events``, ``exposure`` or ``weights`` for a model that has no use for it.
    /// MissingDriverError
    ///     A driver or exposure without a value for an observed year.
    #[pyo3(signature = (series, exog=None, events=None, exposure=None, weights=None))]
    fn fit(
        slf: &Bound<'_, Self>,
        series: &Bound<'_, PyAny>,
        exog: Option<Bound<'_, PyAny>>,
        events: Option<Bound<'_, PyAny>>,
        exposure: Option<Bound<'_, PyAny>>,
        weights: Option<Bound<'_, PyAny>>,
    ) -> Result<Py<PyFitted>> {
        let py = slf.py();
        let series = PySeries::from_argument(series, "series")?;
        let inputs = given::inputs(exog.as_ref(), events.as_ref(), exposure.as_ref(), weights.as_ref())?;
        let model = Arc::clone(&slf.get().model);
        let data = &series.get().0;
        let fitted = free(py, || model.fit_with(data, &inputs))?;
        let is_trend = fitted.report().regression.is_some();
        let base = PyFitted::new(Arc::from(fitted), slf.clone().unbind(), series.clone().unbind());
        if is_trend {
            let trend = PyClassInitializer::from(base).add_subclass(PyFittedTrend);
            return Ok(Bound::new(py, trend)?.into_super().unbind());
        }
        Ok(Py::new(py, base)?)
    }

    /// The model's name: the column of its forecasts in a frame.
    #[getter]
    fn name(&self) -> String {
        self.model.name()
    }

    fn __repr__(&self) -> String {
        let class = self.positional.iter().map(|text| format!("\"{text}\""));
        let named = self.named.iter().map(|(name, value)| format!("{name}={}", value.shown()));
        format!("{}({})", self.class, class.chain(named).collect::<Vec<_>>().join(", "))
    }

    /// Models are equal if their settings are, however they were said.
    fn __eq__(&self, other: &Bound<'_, PyAny>) -> Result<bool> {
        let Ok(other) = other.cast::<Self>() else { return Ok(false) };
        Ok(self.name() == other.get().name() && self.settings()? == other.get().settings()?)
    }

    fn __hash__(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash as _, Hasher as _};
        let mut hasher = DefaultHasher::new();
        self.name().hash(&mut hasher);
        hasher.finish()
    }

    /// The model with its settings as JSON text, in a versioned envelope.
    ///
    /// Returns
    /// -------
    /// str
    ///
    /// Examples
    /// --------
    /// >>> import unjuran as uj
    /// >>> uj.Model.from_json(uj.ETS("AAdN", alpha=0.5).to_json())
    /// ETS("AAdN", alpha=0.5)
    fn to_json(&self) -> Result<String> {
        Ok(AnyModel::of(&*self.model)?.to_json()?)
    }

    /// The model that ``to_json`` wrote, as an object of its class; settings are checked as the constructor checks them.
    ///
    /// Raises
    /// ------
    /// BadJsonError
    ///     Text that is no stored model, or one of another class than it is asked for.
    /// UnknownVersionError
    ///     Text that a later release wrote.
    #[classmethod]
    fn from_json<'py>(cls: &Bound<'py, PyType>, text: &str) -> Result<Bound<'py, Self>> {
        stored::of_class(cls, stored::model(cls.py(), free(cls.py(), || AnyModel::from_json(text))?)?)
    }

    fn __getnewargs_ex__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
        let named = PyDict::new(py);
        for (name, value) in &self.named {
            named.set_item(name, value.to_python(py)?)?;
        }
        Ok((PyTuple::new(py, self.positional.iter())?, named))
    }
}

impl PyFitted {
    fn saved(&self) -> Result<SavedFit> {
        Ok(SavedFit::of(&*self.model.get().model, &*self.fitted)?)
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
    /// exog : dict of name to {year: value}, or a pandas frame indexed by year, optional
    ///     Drivers of the years ahead, for a fit that had them and did not see these years.
    /// exposure : {year: value}, optional
    ///     The same for the exposure.
    ///
    /// Returns
    /// -------
    /// Forecast
    ///
    /// Raises
    /// ------
    /// MissingDriverError
    ///     A driver or exposure of the fit without a value for a year ahead.
    #[pyo3(signature = (h=None, *, until=None, exog=None, exposure=None))]
    fn forecast(
        &self,
        py: Python<'_>,
        h: Option<&Bound<'_, PyAny>>,
        until: Option<&Bound<'_, PyAny>>,
        exog: Option<Bound<'_, PyAny>>,
        exposure: Option<Bound<'_, PyAny>>,
    ) -> Result<PyForecast> {
        let horizon = Ahead::new(h, until)?.horizon(&self.series.get().0)?;
        let future = given::inputs(exog.as_ref(), None, exposure.as_ref(), None)?;
        Ok(PyForecast::new(free(py, || self.fitted.forecast_with(horizon, &future))?))
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

    /// What the model expects of each year, a float64 array over the years of the fit; NaN in gaps. Smoothing models before
    /// they saw the year, regressions by the line through all years.
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

    /// Parameters, likelihood, criteria and notes as a text of several lines; a notebook shows a table.
    fn summary(&self) -> String {
        self.fitted.summary()
    }

    /// The same as a table in HTML.
    fn _repr_html_(&self) -> String {
        self.fitted.report().to_html()
    }

    /// A frame with a row for each coefficient or parameter.
    ///
    /// Parameters
    /// ----------
    /// backend : {"pandas", "polars", "pyarrow"}, optional
    ///     Default: the first of these that is installed.
    ///
    /// Returns
    /// -------
    /// frame
    ///     The columns of R's broom: term, estimate, std.error, statistic, p.value; null where a model has none.
    ///
    /// Examples
    /// --------
    /// >>> import unjuran as uj
    /// >>> fit = uj.LinearTrend().fit(uj.Series([3, 5, 7, 9.5], start=2020))
    /// >>> fit.tidy("pandas")["term"].tolist() == list(fit.names)
    /// True
    #[pyo3(signature = (backend=None))]
    fn tidy<'py>(slf: &Bound<'py, Self>, backend: Option<&str>) -> Result<Bound<'py, PyAny>> {
        // why by name: standard errors are an affair of the subclasses.
        let errors = slf.as_any().getattr_opt("se")?.and_then(|se| se.extract().ok()).unwrap_or_default();
        tidy::tidy(slf.py(), slf.get().report(), &errors, backend)
    }

    /// A frame with one row about the fit.
    ///
    /// Parameters
    /// ----------
    /// backend : {"pandas", "polars", "pyarrow"}, optional
    ///     Default: the first of these that is installed.
    ///
    /// Returns
    /// -------
    /// frame
    ///     Columns unique_id, model and those of R's broom: r.squared, adj.r.squared, sigma, logLik, AIC, AICc, BIC, deviance,
    ///     df.residual, nobs; null where a model has none.
    #[pyo3(signature = (backend=None))]
    fn glance<'py>(&self, py: Python<'py>, backend: Option<&str>) -> Result<Bound<'py, PyAny>> {
        tidy::glance(py, self.report(), backend)
    }

    /// A frame with a row for each year of the fit.
    ///
    /// Parameters
    /// ----------
    /// backend : {"pandas", "polars", "pyarrow"}, optional
    ///     Default: the first of these that is installed.
    ///
    /// Returns
    /// -------
    /// frame
    ///     Columns unique_id, ds, y (null where the year is missing or masked), .fitted and .resid (on the model's scale).
    ///
    /// Examples
    /// --------
    /// >>> import unjuran as uj
    /// >>> uj.Naive().fit(uj.Series([7, 9, 8], start=2020)).augment("pandas")[".resid"].tolist()[1:]
    /// [2.0, -1.0]
    #[pyo3(signature = (backend=None))]
    fn augment<'py>(&self, py: Python<'py>, backend: Option<&str>) -> Result<Bound<'py, PyAny>> {
        tidy::augment(py, &self.series.get().0, self.report(), backend)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let series = self.series.get().0.name();
        Ok(format!("<{} fitted to {}>", self.fitted.report().model, PyString::new(py, series).repr()?))
    }

    /// The fit as JSON text, in a versioned envelope, with the model that made it.
    ///
    /// Returns
    /// -------
    /// str
    ///
    /// Examples
    /// --------
    /// >>> import unjuran as uj
    /// >>> fit = uj.Drift().fit(uj.Series([10, 13, 12], start=2020))
    /// >>> again = uj.FittedModel.from_json(fit.to_json())
    /// >>> again.model, again.forecast(2) == fit.forecast(2)
    /// (Drift(), True)
    fn to_json(&self) -> Result<String> {
        Ok(self.saved()?.to_json()?)
    }

    /// The fit that ``to_json`` wrote, as an object of its class; its forecast is the same to the last bit.
    ///
    /// Raises
    /// ------
    /// BadJsonError
    ///     Text that is no stored fit, or one of another class than it is asked for.
    /// UnknownVersionError
    ///     Text that a later release wrote.
    #[classmethod]
    fn from_json<'py>(cls: &Bound<'py, PyType>, text: &str) -> Result<Bound<'py, Self>> {
        stored::of_class(cls, stored::fit(cls.py(), free(cls.py(), || SavedFit::from_json(text))?)?)
    }

    /// The fit in the compact binary form; pickles are made of it.
    ///
    /// Returns
    /// -------
    /// bytes
    fn to_bytes<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.saved()?.to_bytes()?))
    }

    /// The fit that ``to_bytes`` wrote, as an object of its class.
    ///
    /// Raises
    /// ------
    /// BadBytesError
    ///     Bytes that are no stored fit.
    /// UnknownVersionError
    ///     Bytes that a later release wrote.
    #[classmethod]
    fn from_bytes<'py>(cls: &Bound<'py, PyType>, data: &[u8]) -> Result<Bound<'py, Self>> {
        stored::of_class(cls, stored::fit(cls.py(), free(cls.py(), || SavedFit::from_bytes(data))?)?)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> Result<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        Ok((slf.get_type().getattr("from_bytes")?, (slf.get().to_bytes(slf.py())?,)))
    }
}
