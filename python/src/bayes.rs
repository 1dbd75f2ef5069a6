//! The default model, its prior, and what it made of a series.

use std::sync::Arc;

use pyo3::PyClassInitializer;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};
use unjuran::model::Fitted;
use unjuran::persist::Persist as _;
use unjuran::series::Series;
use unjuran::smoothing::bayes::Member;
use unjuran::smoothing::{BayesEts, FittedBayesEts, Prior};

use crate::arrays;
use crate::errors::Result;
use crate::forecast::PyForecast;
use crate::given;
use crate::guard::free;
use crate::input;
use crate::models::{PyFitted, PyModel};
use crate::panel::PyPanel;
use crate::series::PySeries;

/// What other annual series say before the first look at a new one: members of a grid and their weights.
///
/// Parameters
/// ----------
/// name : {"counts", "annual", "signed"}
///     A shipped prior: ``"counts"`` was learned from recorded crime, trafficking, border and migration counts, ``"annual"``
///     from annual series of many kinds, ``"signed"`` from amounts that fall below zero (net flows, yearly changes, growth
///     rates). None saw a yearly series of a forecasting competition.
///
/// Raises
/// ------
/// BadParameterError
///     Another name.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> prior = uj.Prior("counts")
/// >>> print(prior.describe().splitlines()[0].split(":")[0])
/// prior "counts"
#[pyclass(name = "Prior", module = "unjuran", frozen)]
pub(crate) struct PyPrior(pub(crate) Arc<Prior>);

#[pymethods]
impl PyPrior {
    #[new]
    fn new(name: &str) -> Result<Self> {
        Ok(Self(Arc::new(Prior::named(name)?.clone())))
    }

    /// A prior of one's own: a shipped one, moved towards what a panel of sibling series suggests.
    ///
    /// The members stay, their weights move: as far as the panel is large against the hundred series that the shipped prior
    /// is worth. States of one country, or one measure in many countries, lend each other strength in this way.
    ///
    /// Parameters
    /// ----------
    /// panel : Panel, or a sequence of Series
    /// base : Prior or {"counts", "annual", "signed"}, optional
    ///     Where it starts from. Left out, where `BayesETS` starts for these series: ``"counts"`` for counts, ``"annual"`` for
    ///     amounts and rates, ``"signed"`` for those with a value below zero.
    /// name : str, default "own"
    ///
    /// Returns
    /// -------
    /// Prior
    ///     For ``uj.BayesETS(prior=...)``.
    ///
    /// Raises
    /// ------
    /// NothingToLearnError
    ///     No series with two exact full years.
    /// BadParameterError
    ///     Series of several kinds without a ``base``.
    ///
    /// Examples
    /// --------
    /// >>> import unjuran as uj
    /// >>> states = [uj.Series([40 * i, 41 * i, 39 * i, 40 * i], start=2020, name=f"state {i}") for i in range(1, 6)]
    /// >>> own = uj.Prior.learn(states)
    /// >>> uj.BayesETS(prior=own).fit(states[0]).prior
    /// 'own'
    #[staticmethod]
    #[pyo3(signature = (panel, *, base=None, name="own"))]
    fn learn(py: Python<'_>, panel: &Bound<'_, PyAny>, base: Option<&Bound<'_, PyAny>>, name: &str) -> Result<Self> {
        let series: Vec<Series> = match panel.cast::<PyPanel>() {
            Ok(panel) => panel.get().0.as_slice().to_vec(),
            Err(_) => input::items(panel, "panel")?
                .iter()
                .enumerate()
                .map(|(i, one)| Ok(PySeries::from_argument(one, &format!("panel[{i}]"))?.get().0.clone()))
                .collect::<Result<_>>()?,
        };
        let base = match base {
            None => Arc::new(common_prior(&series)?.clone()),
            Some(given) => Arc::clone(&self::prior(py, given, "base")?.get().0),
        };
        Ok(Self(Arc::new(free(py, || base.learn(&series, name))?)))
    }

    /// Its name.
    #[getter]
    fn name(&self) -> &str {
        self.0.name()
    }

    /// Power of the evidence in the weights between members.
    #[getter]
    fn eta(&self) -> f64 {
        self.0.eta()
    }

    /// What it was learned from: one line a source, with number of series and years.
    #[getter]
    fn sources<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.sources())
    }

    /// The members with their weights, the heaviest first: a list of dicts, ready for a data frame.
    ///
    /// Keys: ``weight``; ``alpha``, ``beta``, ``phi`` (smoothing of level and slope, damping; ``phi`` 0 is no trend);
    /// ``lambda`` (power of the scale, 0 the logarithm); ``tau`` and ``drift`` (spread and centre of the first slope, in
    /// units of the shocks and as a share of the level); ``s`` (expected size of the shocks).
    #[getter]
    fn members<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        records(py, self.0.weights().iter().copied().zip(self.0.members().iter().copied()))
    }

    /// What the prior is and where it comes from, line by line.
    fn describe(&self) -> String {
        self.0.describe()
    }

    /// The prior as JSON.
    fn to_json(&self) -> Result<String> {
        Ok(self.0.to_json()?)
    }

    /// The prior that ``to_json`` wrote.
    ///
    /// Raises
    /// ------
    /// BadJsonError
    ///     Text that is no stored prior, or weights and members that make none.
    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> Result<Self> {
        Ok(Self(Arc::new(free(py, || Prior::from_json(text))?)))
    }

    /// The prior in the compact binary form; pickles are made of it.
    ///
    /// Returns
    /// -------
    /// bytes
    fn to_bytes<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.0.to_bytes()?))
    }

    /// The prior that ``to_bytes`` wrote.
    ///
    /// Raises
    /// ------
    /// BadBytesError
    ///     Bytes that are no stored prior.
    /// UnknownVersionError
    ///     Bytes that a later release wrote.
    #[staticmethod]
    fn from_bytes(py: Python<'_>, data: &[u8]) -> Result<Self> {
        Ok(Self(Arc::new(free(py, || Prior::from_bytes(data))?)))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| self.0 == other.get().0)
    }

    fn __hash__(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash as _, Hasher as _};
        let mut hasher = DefaultHasher::new();
        (self.0.name(), self.0.members().len()).hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let name = PyString::new(py, self.0.name()).repr()?;
        Ok(format!("<Prior {name}, {} members, {} sources>", self.0.members().len(), self.0.sources().len()))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> Result<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        Ok((py.get_type::<Self>().getattr("from_bytes")?, (self.to_bytes(py)?,)))
    }
}

/// The shipped prior of all series of a panel.
fn common_prior(panel: &[Series]) -> Result<&'static Prior> {
    let Some(first) = panel.first() else { return Ok(Prior::counts()?) };
    let common = Prior::for_series(first)?;
    for other in panel {
        let own = Prior::for_series(other)?;
        if own.name() != common.name() {
            let starts =
                format!("{:?} starts from {:?}, {:?} from {:?}", first.name(), common.name(), other.name(), own.name());
            return Err(unjuran::Error::bad_parameter(
                "Prior.learn",
                "base",
                "None",
                format!("{starts}: say base=, or give series of one kind"),
            )
            .into());
        }
    }
    Ok(common)
}

/// A prior, or the name of a shipped one.
fn prior(py: Python<'_>, given: &Bound<'_, PyAny>, argument: &str) -> Result<Py<PyPrior>> {
    if let Ok(prior) = given.cast::<PyPrior>() {
        return Ok(prior.clone().unbind());
    }
    let Ok(name) = given.cast::<PyString>() else {
        let said = format!("{argument} must be a uj.Prior or the name of a shipped one, not {}", given.repr()?);
        return Err(PyTypeError::new_err(said).into());
    };
    Ok(Py::new(py, PyPrior::new(&name.extract::<String>()?)?)?)
}

fn records(py: Python<'_>, members: impl Iterator<Item = (f64, Member)>) -> PyResult<Bound<'_, PyList>> {
    let list = PyList::empty(py);
    for (weight, Member { alpha, beta, phi, lambda, tau, s, drift }) in members {
        let record = PyDict::new(py);
        let fields = [
            ("weight", weight),
            ("alpha", alpha),
            ("beta", beta),
            ("phi", phi),
            ("lambda", lambda),
            ("tau", tau),
            ("drift", drift),
            ("s", s),
        ];
        for (name, value) in fields {
            record.set_item(name, value)?;
        }
        list.append(record)?;
    }
    Ok(list)
}

/// The default model: a Bayesian average over damped-trend smoothing members on several scales, each solved exactly.
///
/// Each member is weighed by what it makes of the series, starting from weights that thousands of other annual series
/// taught. Needs one observed year. ``params`` of the fit says what the data said: mean ``alpha`` and ``beta``, and the
/// weight of members with ``no_trend``, with a ``damped`` one, and on the ``log_scale``.
///
/// Parameters
/// ----------
/// prior : Prior or {"counts", "annual", "signed"}, optional
///     Left out, ``"counts"`` for counts, ``"annual"`` for amounts and rates, ``"signed"`` for those with a value below zero.
///     The unit alone decides rounding and support.
///
/// References
/// ----------
/// Hyndman, Koehler, Ord and Snyder (2008), Forecasting with Exponential Smoothing; West and Harrison (1997), Bayesian
/// Forecasting and Dynamic Models, chapter 12.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> fit = uj.BayesETS().fit(uj.Series([163, 463, 429, 302, 286, 165, 115, 139], start=2015))
/// >>> bool(fit.forecast(1).interval(80).lower[0] > 0)
/// True
#[pyclass(name = "BayesETS", module = "unjuran", extends = PyModel, frozen)]
pub(crate) struct PyBayesEts {
    model: BayesEts,
    prior: Option<Py<PyPrior>>,
}

#[pymethods]
impl PyBayesEts {
    #[new]
    #[pyo3(signature = (prior=None))]
    fn new(py: Python<'_>, prior: Option<&Bound<'_, PyAny>>) -> Result<PyClassInitializer<Self>> {
        let prior = match prior {
            None => None,
            Some(given) => Some(self::prior(py, given, "prior")?),
        };
        let model = match &prior {
            Some(prior) => BayesEts::with_prior(Prior::clone(&prior.get().0)),
            None => BayesEts::default(),
        };
        Ok(PyModel::plain("BayesETS", model.clone()).add_subclass(Self { model, prior }))
    }

    /// The prior it was given; None where the unit of the series decides.
    #[getter]
    fn prior(&self, py: Python<'_>) -> Option<Py<PyPrior>> {
        self.prior.as_ref().map(|prior| prior.clone_ref(py))
    }

    /// The members weighed by a series; see `Model.fit`.
    #[pyo3(signature = (series, exog=None, events=None, exposure=None, weights=None))]
    fn fit(
        slf: &Bound<'_, Self>,
        series: &Bound<'_, PyAny>,
        exog: Option<Bound<'_, PyAny>>,
        events: Option<Bound<'_, PyAny>>,
        exposure: Option<Bound<'_, PyAny>>,
        weights: Option<Bound<'_, PyAny>>,
    ) -> Result<Py<PyFittedBayesEts>> {
        let py = slf.py();
        let series = PySeries::from_argument(series, "series")?;
        let inputs = given::inputs(exog.as_ref(), events.as_ref(), exposure.as_ref(), weights.as_ref())?;
        let (data, model) = (&series.get().0, &slf.get().model);
        let fitted = free(py, || model.fit_with(data, &inputs))?;
        made(fitted, slf.as_super(), series)
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| self.model == other.get().model)
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        ("BayesETS", self.prior(py)).into_pyobject(py)?.hash()
    }

    fn __repr__(&self) -> PyResult<String> {
        Python::attach(|py| match &self.prior {
            Some(prior) => Ok(format!("BayesETS(prior={})", prior.bind(py).repr()?)),
            None => Ok("BayesETS()".to_owned()),
        })
    }

    fn __getnewargs_ex__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
        let named = PyDict::new(py);
        if let Some(prior) = &self.prior {
            named.set_item("prior", prior)?;
        }
        Ok((PyTuple::empty(py), named))
    }
}

/// The object of a model.
pub(crate) fn object<'py>(py: Python<'py>, model: &BayesEts) -> Result<Bound<'py, PyBayesEts>> {
    let prior = model.prior().map(|prior| Bound::new(py, PyPrior(Arc::new(prior.clone())))).transpose()?;
    Ok(Bound::new(py, PyBayesEts::new(py, prior.as_ref().map(Bound::as_any))?)?)
}

/// The object of a fit.
pub(crate) fn made(
    fitted: FittedBayesEts,
    model: &Bound<'_, PyModel>,
    series: &Bound<'_, PySeries>,
) -> Result<Py<PyFittedBayesEts>> {
    let fitted = Arc::new(fitted);
    let shared = Arc::clone(&fitted) as Arc<dyn Fitted>;
    let base = PyFitted::new(shared, model.clone().unbind(), series.clone().unbind());
    Ok(Py::new(model.py(), PyClassInitializer::from(base).add_subclass(PyFittedBayesEts { fitted }))?)
}

/// A Bayesian average that has seen its data: a `FittedModel` that knows what each member made of the series.
#[pyclass(name = "FittedBayesETS", module = "unjuran", extends = PyFitted, frozen)]
pub(crate) struct PyFittedBayesEts {
    fitted: Arc<FittedBayesEts>,
}

#[pymethods]
impl PyFittedBayesEts {
    /// The members with their weights after the series, the most probable first: a list of dicts as in ``Prior.members``.
    #[getter]
    fn members<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        records(py, self.fitted.members())
    }

    /// Name of the prior it started from.
    #[getter]
    fn prior(&self) -> &str {
        self.fitted.prior()
    }

    /// ln of the Bayes factor: how much more probable the series is with its events and drivers than without; None without.
    #[getter]
    fn log_bayes_factor(&self) -> Option<f64> {
        self.fitted.log_bayes_factor()
    }

    /// What each event and driver does, a list of dicts ready for a data frame.
    ///
    /// Keys: ``name``; ``effect``, ``lower``, ``upper`` (median and 95% interval, as a share of the level: -0.6 is a fall by
    /// 60%; an event in full force, a driver that moves by its standard deviation); ``rises`` (probability of a rise).
    #[getter]
    fn effects<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        for effect in self.fitted.effects() {
            let record = PyDict::new(py);
            record.set_item("name", &effect.name)?;
            for (key, p) in [("effect", 0.5), ("lower", 0.025), ("upper", 0.975)] {
                record.set_item(key, effect.relative(p))?;
            }
            record.set_item("rises", effect.rises())?;
            list.append(record)?;
        }
        Ok(list)
    }

    /// What the years from the first event on would have been without the events: a `Forecast` of those years that keeps
    /// their own shocks, so that its width is the doubt about the effects. None without an event in the years observed.
    fn counterfactual(&self, py: Python<'_>) -> Result<Option<PyForecast>> {
        Ok(free(py, || self.fitted.counterfactual())?.map(PyForecast::new))
    }

    /// Weight after the series, by power of the scale: an array of powers and an array of weights.
    #[getter]
    fn scales<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        let (powers, weights): (Vec<f64>, Vec<f64>) = self.fitted.scales().into_iter().unzip();
        Ok((arrays::floats(py, &powers)?, arrays::floats(py, &weights)?))
    }
}
