//! Exponential smoothing by maximum likelihood: one class, or the class that the data choose.

use std::sync::Arc;

use pyo3::PyClassInitializer;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use unjuran::select::{AutoEts, Pool};
use unjuran::series::{Observation, Series, Value};
use unjuran::smoothing::{Ets, EtsParams, FittedEts, Region};

use crate::arrays;
use crate::errors::Result;
use crate::given;
use crate::guard::free;
use crate::models::{PyFitted, PyModel, Setting};
use crate::series::PySeries;
use crate::smoothing::with_bands;

/// Exponential smoothing of one class, by maximum likelihood.
///
/// Parameters
/// ----------
/// spec : {"ANN", "AAN", "AAdN", "AMN", "AMdN", "MNN", "MAN", "MAdN", "MMN", "MMdN"}
///     Shocks of the same size (A) or in proportion to what is expected (M); then no trend (N), a yearly change that goes on
///     (A) or dies out (Ad), a yearly growth factor that goes on (M) or dies out (Md). The last N: no season.
/// alpha, beta, phi : float, optional
///     Smoothing of level and slope, and damping; left out, they are estimated. ``beta`` is Hyndman's beta.
/// l0, b0 : float, optional
///     Level and slope (or growth factor) before the first year; left out, they are estimated.
/// region : {"usual", "admissible"}
///     Where free smoothing parameters are searched for: 0.0001 <= alpha <= 0.9999 and beta <= alpha, or all in which the
///     distant past loses its weight.
/// bands : {"full", "textbook"}
///     Whether the doubt about the parameters is in the bands; ``"textbook"`` takes them as known, as R does.
///
/// Raises
/// ------
/// BadParameterError
///     An unknown class, or a parameter outside its range or not in the class.
/// NeedsPositiveError
///     From ``fit``: a value at or below zero under a class with shocks in proportion.
/// LeavesPositiveError
///     From ``fit``: parameters under which a class that lives on the positive numbers leaves them.
///
/// References
/// ----------
/// Hyndman, Koehler, Ord and Snyder (2008), Forecasting with Exponential Smoothing.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> s = uj.Series([163, 463, 429, 302, 286, 165, 115, 139], start=2015)
/// >>> uj.ETS("ANN", alpha=1).fit(s).forecast(2).median.tolist()
/// [139.0, 139.0]
#[pyclass(name = "ETS", module = "unjuran", extends = PyModel, frozen)]
pub(crate) struct PyEts(Ets);

#[pymethods]
impl PyEts {
    #[new]
    #[pyo3(signature = (
        spec, *, alpha=None, beta=None, phi=None, l0=None, b0=None, region="usual", bands="full"
    ))]
    #[expect(clippy::too_many_arguments, reason = "named in Python")]
    fn new(
        spec: &str,
        alpha: Option<f64>,
        beta: Option<f64>,
        phi: Option<f64>,
        l0: Option<f64>,
        b0: Option<f64>,
        region: &str,
        bands: &str,
    ) -> Result<PyClassInitializer<Self>> {
        type Setter = fn(EtsParams, f64) -> EtsParams;
        let given: [(Option<f64>, Setter); 5] = [
            (alpha, EtsParams::alpha),
            (beta, EtsParams::beta),
            (phi, EtsParams::phi),
            (l0, EtsParams::level),
            (b0, EtsParams::slope),
        ];
        let params = Ets::params().class(spec.parse()?).region(region.parse()?).bands(bands.parse()?);
        let set = |params, (value, set): (Option<f64>, Setter)| value.map_or(params, |value| set(params, value));
        of(given.into_iter().fold(params, set).check()?)
    }

    /// The model fitted to a series.
    ///
    /// Parameters
    /// ----------
    /// series : Series
    ///     A partial last year is left out of the fit; missing years are gaps that the state passes through.
    ///
    /// Returns
    /// -------
    /// FittedETS
    ///
    /// Raises
    /// ------
    /// TooFewYearsError
    ///     Fewer observed full years than the class needs: one more than there are numbers to estimate.
    /// NeedsPositiveError, LeavesPositiveError
    ///     A value, or a state on the way, at or below zero under a class that has no place for it.
    #[pyo3(signature = (series, exog=None, events=None, exposure=None, weights=None))]
    #[expect(clippy::needless_pass_by_value, reason = "arguments from Python")]
    fn fit(
        slf: &Bound<'_, Self>,
        series: &Bound<'_, PyAny>,
        exog: Option<Bound<'_, PyAny>>,
        events: Option<Bound<'_, PyAny>>,
        exposure: Option<Bound<'_, PyAny>>,
        weights: Option<Bound<'_, PyAny>>,
    ) -> Result<Py<PyFittedEts>> {
        given::nothing_but_the_series("ETS", [&exog, &events, &exposure, &weights])?;
        let series = PySeries::from_argument(series, "series")?;
        let (model, data) = (slf.get().0, &series.get().0);
        let fitted = free(slf.py(), || model.fit(data))?;
        Ok(made(fitted, slf.as_super(), series)?)
    }
}

/// The object of a model.
pub(crate) fn object(py: Python<'_>, model: Ets) -> Result<Bound<'_, PyEts>> {
    Ok(Bound::new(py, of(model)?)?)
}

fn of(model: Ets) -> Result<PyClassInitializer<PyEts>> {
    let mut named: Vec<_> = model.given().into_iter().map(|(name, value)| (name, Setting::Number(value))).collect();
    if model.region() == Region::Admissible {
        named.push(("region", Setting::Text("admissible".to_owned())));
    }
    named.extend(with_bands(&model.bands().to_string())?);
    Ok(PyModel::with("ETS", model, Some(model.class().short()), named).add_subclass(PyEts(model)))
}

/// Exponential smoothing whose class the data choose, or weigh, by information criteria.
///
/// Needs one observed year. Below five there is no criterion: the answer is a random walk whose bands rest on general
/// experience, and ``notes`` says so. Classes with shocks in proportion or growth factors are considered where every value is
/// above zero.
///
/// Parameters
/// ----------
/// classes : {"no-growth-factors", "all", "additive"}
///     The six without growth factors, which is what R's ``ets`` considers; all ten; or the three with additive shocks and
///     trends.
/// bands : {"full", "textbook"}
///     Whether the doubt about parameters and class is in the forecast. Full bands are a mixture over the classes, each
///     fitted by the likelihood times a prior (alpha near 1, a slope that changes little: ``exp(-5 (1 - alpha)) exp(-5 b)``,
///     b the share of its range that beta takes) and weighed by ``exp(-AIC / 2)`` times that prior; the class of the largest
///     weight is reported. Textbook bands are the books' choice: maximum likelihood, the class of the smallest AICc, taken
///     for certain.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> s = uj.Series([100, 112, 120, 131, 139, 152, 160, 171, 179, 191], start=2010)
/// >>> uj.AutoETS("additive").fit(s).name
/// 'ETS(A,A,N)'
#[pyclass(name = "AutoETS", module = "unjuran", extends = PyModel, frozen)]
pub(crate) struct PyAutoEts(AutoEts);

#[pymethods]
impl PyAutoEts {
    #[new]
    #[pyo3(signature = (classes="no-growth-factors", *, bands="full"))]
    fn new(classes: &str, bands: &str) -> Result<PyClassInitializer<Self>> {
        let pool: Pool = classes.parse()?;
        let model = AutoEts::default().with_pool(pool).with_bands(bands.parse()?);
        let positional = (pool != Pool::default()).then(|| classes.to_owned());
        Ok(PyModel::with("AutoETS", model, positional, with_bands(bands)?).add_subclass(Self(model)))
    }

    /// Every class that the series admits, fitted; the best is kept.
    ///
    /// Parameters
    /// ----------
    /// series : Series
    ///     A partial last year is left out of the fit; missing years are gaps that the state passes through.
    ///
    /// Returns
    /// -------
    /// FittedETS
    ///
    /// Raises
    /// ------
    /// NoObservedYearsError
    ///     No full year with a number at all.
    #[pyo3(signature = (series, exog=None, events=None, exposure=None, weights=None))]
    #[expect(clippy::needless_pass_by_value, reason = "arguments from Python")]
    fn fit(
        slf: &Bound<'_, Self>,
        series: &Bound<'_, PyAny>,
        exog: Option<Bound<'_, PyAny>>,
        events: Option<Bound<'_, PyAny>>,
        exposure: Option<Bound<'_, PyAny>>,
        weights: Option<Bound<'_, PyAny>>,
    ) -> Result<Py<PyFittedEts>> {
        given::nothing_but_the_series("AutoETS", [&exog, &events, &exposure, &weights])?;
        let series = PySeries::from_argument(series, "series")?;
        let (model, data) = (slf.get().0, &series.get().0);
        let fitted = free(slf.py(), || model.fit(data))?;
        Ok(made(fitted, slf.as_super(), series)?)
    }
}

pub(crate) fn made(
    fitted: FittedEts,
    model: &Bound<'_, PyModel>,
    series: &Bound<'_, PySeries>,
) -> PyResult<Py<PyFittedEts>> {
    let base = PyFitted::new(Arc::new(fitted.clone()), model.clone().unbind(), series.clone().unbind());
    Py::new(model.py(), PyClassInitializer::from(base).add_subclass(PyFittedEts(fitted)))
}

/// An exponential smoothing model that has seen its data: a `FittedModel` with states and standard errors.
///
/// Pickled or as JSON, it is its settings, its parameters and its series: nothing is estimated again.
#[pyclass(name = "FittedETS", module = "unjuran", extends = PyFitted, frozen)]
pub(crate) struct PyFittedEts(FittedEts);

impl PyFittedEts {
    /// The same kind of fit with the model and the series of its own.
    fn like(slf: &Bound<'_, Self>, fitted: FittedEts) -> Result<Py<Self>> {
        let series = Bound::new(slf.py(), PySeries(fitted.series().clone()))?;
        let model = slf.as_super().get().model.clone_ref(slf.py());
        Ok(made(fitted, model.bind(slf.py()), &series)?)
    }
}

#[pymethods]
impl PyFittedEts {
    /// Standard errors of the estimated parameters by name; those that were fixed have none.
    ///
    /// From the derivatives of the standardised innovations at the optimum, with the prior variance of a uniform law for
    /// alpha, beta and phi; after ``AutoETS`` with full bands with that of its prior for alpha and beta.
    #[getter]
    fn se<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let errors = PyDict::new(py);
        for (name, value) in self.0.standard_errors() {
            errors.set_item(name, value)?;
        }
        Ok(errors)
    }

    /// The level before the first year and at the end of each: a float64 array one longer than ``fitted``.
    #[getter]
    fn level<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        arrays::floats(py, &self.0.states().iter().map(|state| state.level).collect::<Vec<_>>())
    }

    /// The slope, or growth factor, at the same times; NaN without a trend.
    #[getter]
    fn slope<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        arrays::gaps(py, &self.0.states().iter().map(|state| state.slope).collect::<Vec<_>>())
    }

    /// The classes behind full bands with their weights: more than one only after `AutoETS`.
    #[getter]
    fn weights<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let weights = PyDict::new(py);
        for (class, weight) in self.0.weights() {
            weights.set_item(class.to_string(), weight)?;
        }
        Ok(weights)
    }

    /// Residual degrees of freedom: observed years less smoothing parameters and starting states, at least 1.
    #[getter]
    fn df(&self) -> usize {
        self.0.df()
    }

    /// The same smoothing parameters on another series; its first level and slope are estimated anew.
    ///
    /// Parameters
    /// ----------
    /// series : Series
    ///
    /// Returns
    /// -------
    /// FittedETS
    fn refit(slf: &Bound<'_, Self>, series: &Bound<'_, PyAny>) -> Result<Py<Self>> {
        let series = PySeries::from_argument(series, "series")?;
        let data = &series.get().0;
        Self::like(slf, slf.get().0.refit(data)?)
    }

    /// The same parameters and first states after one more year: what comes in is only passed through.
    ///
    /// Parameters
    /// ----------
    /// value : float
    ///     The value of the year after the last; NaN for a missing one. A partial last year is replaced by it.
    ///
    /// Returns
    /// -------
    /// FittedETS
    ///
    /// Raises
    /// ------
    /// CountedAlreadyError
    ///     Less than was counted in a year that was under way.
    ///
    /// Examples
    /// --------
    /// >>> import unjuran as uj
    /// >>> fit = uj.ETS("ANN", alpha=0.5, l0=10).fit(uj.Series([10, 12, 11], start=2020))
    /// >>> float(fit.level[-1]), float(fit.update(15).level[-1])
    /// (11.0, 13.0)
    fn update(slf: &Bound<'_, Self>, value: f64) -> Result<Py<Self>> {
        let longer = appended(slf.get().0.series(), value)?;
        Self::like(slf, slf.get().0.update(&longer)?)
    }
}

/// The series with one more full year; a partial last year is that year.
fn appended(series: &Series, value: f64) -> Result<Series> {
    let last = series.last_year();
    let year = if series.last_coverage().is_partial() { last } else { last.plus(1)? };
    let value = if value.is_nan() { Value::Missing } else { Value::Exact(value) };
    let mut observations: Vec<Observation> = series.observations().filter(|o| o.year != year).collect();
    observations.push(Observation::full(year, value));
    let longer = Series::from_observations(series.name(), observations)?.with_unit(series.unit())?;
    Ok(if series.label() == series.name() { longer } else { longer.with_label(series.label()) })
}
