//! The Theta method, the mean, and combinations of models.

use pyo3::PyClassInitializer;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use unjuran::forecast::Pooling;
use unjuran::select::{Combination, Weights};
use unjuran::smoothing::{Bands, Mean, Theta, ThetaVariant};

use crate::errors::Result;
use crate::models::{PyModel, Setting, resolved};

/// Half the slope of the whole series, added to its exponentially smoothed level.
///
/// Parameters
/// ----------
/// variant : {"standard", "optimised", "dynamic"}
///     ``"standard"`` takes half the slope (theta = 2) and is R's ``thetaf``; it needs four observed years. ``"optimised"``
///     learns theta from the series (five years), ``"dynamic"`` also draws the line anew each year (six years).
/// bands : {"full", "textbook"}
///     Whether the doubt about the parameters is in the forecast; ``"textbook"`` takes them as known, as R does. For
///     ``"optimised"`` and ``"dynamic"`` a full forecast is a mixture over alpha (with the prior ``exp(-12 (1 - alpha))``) and
///     over shocks of the same size and in proportion, so that its median is near the path of the reported parameters, not
///     on it.
///
/// Raises
/// ------
/// BadParameterError
///     An unknown variant or kind of bands.
///
/// References
/// ----------
/// Assimakopoulos and Nikolopoulos (2000), International Journal of Forecasting 16, 521-530; Fiorucci and others (2016),
/// the same 32, 1151-1161.
///
/// Examples
/// --------
/// A straight line goes on at half its slope, plus what the last year adds to the smoothed level; with theta learned it goes
/// on whole.
///
/// >>> import unjuran as uj
/// >>> s = uj.Series([54, 58, 62, 66, 70, 74, 78, 82], start=2015)
/// >>> uj.Theta("optimised").fit(s).forecast(2).median.tolist()
/// [86.0, 90.0]
#[pyclass(name = "Theta", module = "unjuran", extends = PyModel, frozen)]
pub(crate) struct PyTheta;

#[pymethods]
impl PyTheta {
    #[new]
    #[pyo3(signature = (variant="standard", *, bands="full"))]
    fn new(variant: &str, bands: &str) -> Result<PyClassInitializer<Self>> {
        let kind: ThetaVariant = variant.parse()?;
        let model = Theta::variant(kind).with_bands(bands.parse()?);
        let positional = (kind != ThetaVariant::default()).then(|| variant.to_owned());
        Ok(PyModel::with("Theta", model, positional, with_bands(bands)?).add_subclass(Self))
    }
}

/// Every year is like the mean of all. Needs two observed years.
///
/// The band is Student's, with the doubt about the mean in it.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> uj.Mean().fit(uj.Series([9, 14, 13], start=2020)).forecast(2).median.tolist()
/// [12.0, 12.0]
#[pyclass(name = "Mean", module = "unjuran", extends = PyModel, frozen)]
pub(crate) struct PyMean;

#[pymethods]
impl PyMean {
    #[new]
    fn new() -> PyClassInitializer<Self> {
        PyModel::plain("Mean", Mean).add_subclass(Self)
    }
}

/// The setting of the bands, where it is not the default.
pub(crate) fn with_bands(bands: &str) -> Result<Vec<(&'static str, Setting)>> {
    let textbook = bands.parse::<Bands>()? != Bands::default();
    Ok(if textbook { vec![("bands", Setting::Text(bands.to_owned()))] } else { Vec::new() })
}

/// Several models made one forecast: not their points are mixed but their distributions.
///
/// A model that refuses the series is left out, and a note says so; if all refuse, so does the combination.
///
/// Parameters
/// ----------
/// models : sequence of Model or str, optional
///     What is combined; left out, `AutoETS`, the dynamic `Theta` and `Drift`.
/// weights : {"mean", "median", "inverse-error", "stacked"}
///     All alike; all alike and the middle law instead of the mean; by 1 / error^2 of the medians in the last years of the
///     series, forecast from the years before them; or the weights of the least CRPS there.
/// pooling : {"linear", "quantile"}, optional
///     Whether probabilities are averaged (wide where the models disagree) or quantiles (as wide as the models are on
///     average). Left out, what scored better in the last years of the series. ``weights="median"`` pools by the median and
///     takes no other.
///
/// Raises
/// ------
/// BadParameterError
///     No model, unknown weights or pooling, or a pooling beside ``weights="median"``.
///
/// References
/// ----------
/// Bates and Granger (1969), Operational Research Quarterly 20, 451-468; Lichtendahl, Grushka-Cockayne and Winkler (2013),
/// Management Science 59, 1594-1611.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> s = uj.Series([10, 13, 12, 16], start=2020, unit="amount")
/// >>> fit = uj.Combination([uj.Naive(), uj.Drift()], pooling="quantile").fit(s)
/// >>> round(float(fit.forecast(1).median[0]), 6)  # half-way between 16 and 18
/// 17.0
#[pyclass(name = "Combination", module = "unjuran", extends = PyModel, frozen)]
pub(crate) struct PyCombination {
    models: Py<PyTuple>,
    weights: String,
    pooling: Option<String>,
}

#[pymethods]
impl PyCombination {
    #[new]
    #[pyo3(signature = (models=None, *, weights="mean", pooling=None))]
    fn new(
        py: Python<'_>,
        models: Option<Vec<Bound<'_, PyAny>>>,
        weights: &str,
        pooling: Option<&str>,
    ) -> Result<PyClassInitializer<Self>> {
        let kind: Weights = weights.parse()?;
        let pool = pooling.map(pool).transpose()?;
        let given = models.unwrap_or_default();
        let combined = if given.is_empty() {
            Combination::default()
        } else {
            let parts = given.iter().map(|model| resolved(Some(model))).collect::<Result<Vec<_>>>()?;
            Combination::new(parts)?
        };
        let model = combined.with_weights(kind).with_pooling(pool);
        model.check()?;
        let models = PyTuple::new(py, given)?.unbind();
        let own = Self { models, weights: weights.to_owned(), pooling: pooling.map(str::to_owned) };
        Ok(PyModel::with("Combination", model, None, Vec::new()).add_subclass(own))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let models =
            self.models.bind(py).iter().map(|model| Ok(model.repr()?.to_string())).collect::<PyResult<Vec<_>>>()?;
        let mut parts = if models.is_empty() { Vec::new() } else { vec![format!("[{}]", models.join(", "))] };
        if self.weights != "mean" {
            parts.push(format!("weights=\"{}\"", self.weights));
        }
        parts.extend(self.pooling.iter().map(|pooling| format!("pooling=\"{pooling}\"")));
        Ok(format!("Combination({})", parts.join(", ")))
    }

    fn __getnewargs_ex__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
        let named = PyDict::new(py);
        named.set_item("weights", &self.weights)?;
        named.set_item("pooling", &self.pooling)?;
        Ok((PyTuple::new(py, [self.models.bind(py).to_list()])?, named))
    }
}

fn pool(text: &str) -> Result<Pooling> {
    match text {
        "linear" => Ok(Pooling::Linear),
        "quantile" => Ok(Pooling::Quantile),
        _ => Err(unjuran::Error::bad_parameter(
            "Combination",
            "pooling",
            format!("{text:?}"),
            "\"linear\" or \"quantile\"",
        )
        .into()),
    }
}
