//! The Theta method, the mean, and combinations of models.

use pyo3::PyClassInitializer;
use pyo3::prelude::*;
use unjuran::smoothing::{Bands, Mean, Theta, ThetaVariant};

use crate::errors::Result;
use crate::models::{PyModel, Setting};

/// Half the slope of the whole series, added to its exponentially smoothed level.
///
/// Parameters
/// ----------
/// variant : {"standard", "optimised", "dynamic"}
///     ``"standard"`` takes half the slope (theta = 2) and is R's ``thetaf``; it needs four observed years. ``"optimised"``
///     learns theta from the series (five years), ``"dynamic"`` also draws the line anew each year (six years).
/// bands : {"full", "textbook"}
///     Whether the doubt about the parameters is in the bands; ``"textbook"`` takes them as known, as R does.
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
