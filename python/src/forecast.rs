//! `unjuran.Forecast` and the distribution of a sum.

use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};
use unjuran::Error;
use unjuran::dist::{Empirical, Predictive as _};
use unjuran::forecast::{Beside, Fan, Forecast, SvgStyle};
use unjuran::persist::Persist as _;
use unjuran::series::{Coverage, Year};

use crate::arrays;
use crate::errors::Result;
use crate::guard::free;
use crate::input;
use crate::record::{record, to_python};
use crate::series::{PySeries, not_stored, quoted};

/// Bands of a picture where nobody says others.
const FAN: [f64; 3] = [50.0, 80.0, 95.0];

/// Predictive distributions of consecutive years, with where they come from.
///
/// Made by `forecast` and by ``FittedModel.forecast``. The years begin with the year under way if the series has one; its
/// distribution never falls below what was counted. Of counts, all quantiles are whole and never negative. Arrays have
/// one number a year.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> s = uj.Series([163, 463, 429, 302, 286, 165, 115, 139], start=2015, name="cases")
/// >>> fc = uj.Naive().fit(s).forecast(3)
/// >>> fc.years.tolist(), fc.median.tolist()
/// ([2023, 2024, 2025], [139.0, 139.0, 139.0])
/// >>> bool(fc.quantile(0.9)[0] == fc.interval(80).upper[0])
/// True
#[pyclass(name = "Forecast", module = "unjuran", frozen, eq)]
#[derive(Clone, PartialEq)]
pub(crate) struct PyForecast(pub(crate) Arc<Forecast>);

/// The forecast that an argument must be: with a panel's, one of them is wanted.
pub(crate) struct One(pub(crate) Arc<Forecast>);

impl<'py> FromPyObject<'_, 'py> for One {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(forecast) = object.cast::<PyForecast>() {
            return Ok(Self(Arc::clone(&forecast.get().0)));
        }
        let given = object.get_type().name()?;
        let name = if given == "Forecasts" { ": take one by the name of its series, forecasts[\"cases\"]" } else { "" };
        Err(PyTypeError::new_err(format!("an unjuran.Forecast is needed, not {given}{name}")))
    }
}

impl PyForecast {
    pub(crate) fn new(forecast: Forecast) -> Self {
        Self(Arc::new(forecast))
    }

    /// The forecast without observed counts below this.
    pub(crate) fn masked(&self, below: Option<f64>) -> Result<Self> {
        Ok(below.map_or_else(|| Ok(self.0.as_ref().clone()), |below| self.0.masked_below(below)).map(Self::new)?)
    }

    fn fan_of(&self, levels: Option<&Bound<'_, PyAny>>) -> Result<Fan> {
        Ok(self.0.fan(&input::levels(levels, &FAN)?)?)
    }
}

#[pymethods]
impl PyForecast {
    /// The years forecast, an int64 array.
    #[getter]
    fn years<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        arrays::integers(py, self.0.years().iter().map(|y| i64::from(y.get())))
    }

    /// The mean of each year.
    #[getter]
    fn mean<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        arrays::floats(py, &self.0.mean())
    }

    /// The median of each year; whole for counts.
    #[getter]
    fn median<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        arrays::floats(py, &self.0.median())
    }

    /// The variance of each year.
    #[getter]
    fn variance<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        arrays::floats(py, &self.0.variance())
    }

    /// The smallest outcome of each year that is not exceeded with probability ``p``, for p above 0 and below 1.
    fn quantile<'py>(&self, py: Python<'py>, p: f64) -> Result<Bound<'py, PyAny>> {
        Ok(arrays::floats(py, &self.0.quantile(p)?)?)
    }

    /// The central interval of each year; ``level`` in percent.
    ///
    /// Returns
    /// -------
    /// Interval
    ///     A named tuple ``(lower, upper)`` of arrays: for 80 the quantiles 0.1 and 0.9.
    ///
    /// Raises
    /// ------
    /// BadLevelError
    ///     A level that is no percentage, such as 0.95.
    fn interval<'py>(&self, py: Python<'py>, level: f64) -> Result<Bound<'py, PyAny>> {
        let interval = self.0.interval(level)?;
        let (lower, upper) = (arrays::floats(py, &interval.lower)?, arrays::floats(py, &interval.upper)?);
        Ok(named_interval(py, (lower, upper))?)
    }

    /// Probability that the outcome of ``year`` is not above ``x``.
    fn cdf(&self, year: &Bound<'_, PyAny>, x: f64) -> Result<f64> {
        Ok(self.0.cdf(input::year(year, "year")?.get().into(), x)?)
    }

    /// Probability that the count of ``year`` is exactly ``k``; refused unless the series counts.
    fn pmf(&self, year: &Bound<'_, PyAny>, k: f64) -> Result<f64> {
        Ok(self.0.pmf(input::year(year, "year")?.get().into(), k)?)
    }

    /// Joint sample paths.
    ///
    /// Parameters
    /// ----------
    /// n : int
    ///     How many, 1 to 1,000,000.
    /// seed : int, default 0
    ///     The same seed gives the same paths, and series of different names different ones.
    ///
    /// Returns
    /// -------
    /// numpy.ndarray of shape (n, h)
    ///     A row a path, a column a year.
    #[pyo3(signature = (n, seed=None))]
    fn paths<'py>(
        &self,
        py: Python<'py>,
        n: &Bound<'py, PyAny>,
        seed: Option<&Bound<'py, PyAny>>,
    ) -> Result<Bound<'py, PyAny>> {
        let n = input::integer(n, "n")?;
        let seed = input::seed(seed, "paths")?;
        let paths = free(py, || self.0.paths(n, seed))?;
        Ok(arrays::rows(py, paths.as_slice(), paths.years())?)
    }

    /// The distribution of the sum over all forecast years, from 10,000 joint paths with a fixed seed.
    fn total(&self, py: Python<'_>) -> Result<PyDistribution> {
        Ok(PyDistribution { law: free(py, || self.0.total())?, of: self.clone() })
    }

    /// The observed series.
    #[getter]
    fn series(&self) -> PySeries {
        PySeries(self.0.series().clone())
    }

    /// Name of the model that made the forecast, as in "ETS(A,Ad,N)".
    #[getter]
    fn model(&self) -> &str {
        self.0.model()
    }

    /// Parameters of the model by name.
    #[getter]
    fn params<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let params = PyDict::new(py);
        for (name, value) in self.0.params() {
            params.set_item(name, value)?;
        }
        Ok(params)
    }

    /// What a reader must be told, one sentence each: a year under way, gaps, masked cells, a short series.
    #[getter]
    fn notes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.notes().iter().map(ToString::to_string))
    }

    /// The version of unjuran that made the forecast.
    #[getter]
    fn version(&self) -> &str {
        self.0.version()
    }

    /// Sixteen hexadecimal digits that stand for the observed series, to tell what a forecast was made from.
    #[getter]
    fn fingerprint(&self) -> String {
        self.0.fingerprint()
    }

    /// Everything a picture of the forecast shows, as plain Python values: history, medians, bands, notes.
    ///
    /// Parameters
    /// ----------
    /// levels : sequence of float, default (50, 80, 95)
    ///     Bands, in percent.
    #[pyo3(signature = (levels=None))]
    fn fan<'py>(&self, py: Python<'py>, levels: Option<&Bound<'py, PyAny>>) -> Result<Bound<'py, PyAny>> {
        let fan = record(&self.fan_of(levels)?).map_err(|e| not_stored("fan", &e))?;
        Ok(to_python(py, &fan)?)
    }

    /// The fan chart as SVG text, complete in itself: no script, nothing loaded from outside.
    ///
    /// Parameters
    /// ----------
    /// width, height : int, default 640 and 360
    ///     In pixels; on a page with less room the chart shrinks.
    /// levels : sequence of float, default (50, 80, 95)
    ///     Bands, in percent.
    /// lang : {"en", "ms"}, default "en"
    ///     Of the words: English or Malay.
    #[pyo3(signature = (*, width=None, height=None, levels=None, lang="en"), text_signature = "($self, *, width=640, height=360, levels=None, lang='en')")]
    fn to_svg(
        &self,
        width: Option<&Bound<'_, PyAny>>,
        height: Option<&Bound<'_, PyAny>>,
        levels: Option<&Bound<'_, PyAny>>,
        lang: &str,
    ) -> Result<String> {
        let pixels = |given: Option<&Bound<'_, PyAny>>, name, usual| {
            given.map_or(Ok(usual), |given| input::natural(given, "to_svg", name, "pixels, from 0"))
        };
        let style = SvgStyle::new(pixels(width, "width", 640)?, pixels(height, "height", 360)?);
        Ok(self.fan_of(levels)?.to_svg(&style.language(lang.parse()?)))
    }

    fn _repr_html_(&self) -> Result<String> {
        Ok(self.fan_of(None)?.to_svg(&SvgStyle::default()))
    }

    /// The fan chart in matplotlib (``pip install unjuran[plot]``).
    ///
    /// Parameters
    /// ----------
    /// ax : matplotlib.axes.Axes, optional
    ///     Where to draw; left out, on a new figure.
    /// levels : sequence of float, default (50, 80, 95)
    ///     Bands, in percent.
    /// events : sequence of plan.Event, optional
    ///     Marked with their names.
    ///
    /// Returns
    /// -------
    /// matplotlib.axes.Axes
    #[pyo3(signature = (ax=None, *, levels=None, events=None))]
    fn plot<'py>(
        slf: &Bound<'py, Self>,
        ax: Option<&Bound<'py, PyAny>>,
        levels: Option<&Bound<'py, PyAny>>,
        events: Option<&Bound<'py, PyAny>>,
    ) -> Result<Bound<'py, PyAny>> {
        let fan = slf.get().fan(slf.py(), levels)?;
        Ok(slf.py().import("unjuran.plot")?.call_method1("fan", (fan, ax, events))?)
    }

    /// The forecast as a text of several lines: median, 80% and 95% interval of each year and of the sum, and the notes.
    fn summary(&self, py: Python<'_>) -> Result<String> {
        free(py, || self.0.summary())
    }

    /// This forecast beside another of the same years, such as one by another model or one made a year later.
    ///
    /// Of the difference only that of the medians is given: how far two models err together is not known. Scenarios of one
    /// forecast are compared path by path, by `plan.compare`.
    ///
    /// Parameters
    /// ----------
    /// other : Forecast
    /// level : float, default 80
    ///     Of the intervals, in percent.
    /// backend : {"pandas", "polars", "pyarrow"}, optional
    ///     Default: the first of these that is installed.
    ///
    /// Returns
    /// -------
    /// frame
    ///     A row for each year that both have: ds, median, lo, hi, other_median, other_lo, other_hi, difference (of the
    ///     medians: other less this) and width_ratio (of the intervals: other over this).
    ///
    /// Raises
    /// ------
    /// YearNotForecastError
    ///     No year in common.
    /// BadParameterError
    ///     Forecasts of different units.
    ///
    /// Examples
    /// --------
    /// >>> import unjuran as uj
    /// >>> s = uj.Series([100, 104, 102, 106], start=2019, name="cases")
    /// >>> naive, drift = uj.forecast(s, h=2, model="Naive"), uj.forecast(s, h=2, model="Drift")
    /// >>> naive.compare(drift, backend="pandas")[["ds", "difference"]].values.tolist()  # 2 a year
    /// [[2023.0, 2.0], [2024.0, 4.0]]
    #[pyo3(signature = (other, *, level=80.0, backend=None))]
    fn compare<'py>(
        &self,
        py: Python<'py>,
        other: &Self,
        level: f64,
        backend: Option<&str>,
    ) -> Result<Bound<'py, PyAny>> {
        type Number = fn(&Beside) -> f64;
        let rows = self.0.beside(&other.0, level)?;
        let columns = PyDict::new(py);
        columns.set_item("ds", arrays::integers(py, rows.iter().map(|r| i64::from(r.year.get())))?)?;
        let numbers: [(&str, Number); 8] = [
            ("median", |r| r.first.0),
            ("lo", |r| r.first.1),
            ("hi", |r| r.first.2),
            ("other_median", |r| r.second.0),
            ("other_lo", |r| r.second.1),
            ("other_hi", |r| r.second.2),
            ("difference", |r| r.difference),
            ("width_ratio", |r| r.width),
        ];
        for (name, of) in numbers {
            columns.set_item(name, arrays::floats(py, &rows.iter().map(of).collect::<Vec<_>>())?)?;
        }
        arrays::frame(&columns, backend)
    }

    /// The forecast as a frame with columns unique_id, ds, <model> (the median), <model>-lo-80, <model>-hi-80, ...
    ///
    /// Parameters
    /// ----------
    /// backend : {"pandas", "polars", "pyarrow"}, optional
    ///     Default: the first of these that is installed.
    /// level : sequence of float, default (80, 95)
    ///     Intervals, in percent.
    /// long : bool, default False
    ///     A row for each year and quantile instead, with columns unique_id, ds, model, quantile, value and status: the
    ///     median and the bounds of ``level``.
    /// hubverse : bool, default False
    ///     The long frame with the columns of the hubverse: model_id, target (the series), origin_date (the last day that was
    ///     counted), horizon (1 is the first year), target_end_date, output_type ("quantile"), output_type_id, value.
    /// mask_below : int, optional
    ///     As in ``to_json``: a year under way is then not held at a count below it.
    ///
    /// Examples
    /// --------
    /// >>> import unjuran as uj
    /// >>> fc = uj.forecast(uj.Series([90, 110, 100], start=2020, name="cases"), h=1, model="Naive")
    /// >>> fc.to_frame("pandas", level=[80], long=True)[["ds", "quantile"]].values.tolist()
    /// [[2023.0, 0.1], [2023.0, 0.5], [2023.0, 0.9]]
    #[pyo3(signature = (backend=None, *, level=None, long=false, hubverse=false, mask_below=None))]
    fn to_frame<'py>(
        &self,
        py: Python<'py>,
        backend: Option<&str>,
        level: Option<&Bound<'py, PyAny>>,
        long: bool,
        hubverse: bool,
        mask_below: Option<f64>,
    ) -> Result<Bound<'py, PyAny>> {
        let levels = input::levels(level, &[80.0, 95.0])?;
        let shown = self.masked(mask_below)?;
        if long || hubverse {
            return long_frame(py, &[&shown.0], &levels, hubverse, backend);
        }
        Ok(py.import("unjuran.frames")?.call_method1("from_forecast", (shown, levels, backend))?)
    }

    /// The forecast as JSON text, in a versioned envelope.
    ///
    /// Parameters
    /// ----------
    /// mask_below : int, optional
    ///     Observed counts below it (of persons, say, below 5) are stored as the masked cells that they would be in print: 0
    ///     to ``mask_below - 1``. A year under way of which so little is counted is left out of the observed years. The
    ///     distributions ahead stay, and who tries all counts finds those that give them: to publish, forecast from
    ///     ``Panel.to_frame(mask_below=)``.
    #[pyo3(signature = (*, mask_below=None))]
    fn to_json(&self, mask_below: Option<f64>) -> Result<String> {
        Ok(self.masked(mask_below)?.0.to_json()?)
    }

    /// The forecast that ``to_json`` wrote; it answers as before.
    ///
    /// Raises
    /// ------
    /// BadJsonError
    ///     Text that is no stored forecast.
    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> Result<Self> {
        Ok(Self::new(free(py, || Forecast::from_json(text))?))
    }

    /// The forecast in the compact binary form; pickles are made of it.
    ///
    /// Returns
    /// -------
    /// bytes
    fn to_bytes<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.0.to_bytes()?))
    }

    /// The forecast that ``to_bytes`` wrote.
    ///
    /// Raises
    /// ------
    /// BadBytesError
    ///     Bytes that are no stored forecast.
    /// UnknownVersionError
    ///     Bytes that a later release wrote.
    #[staticmethod]
    fn from_bytes(py: Python<'_>, data: &[u8]) -> Result<Self> {
        Ok(Self::new(free(py, || Forecast::from_bytes(data))?))
    }

    fn __len__(&self) -> usize {
        self.0.years().len()
    }

    fn __repr__(&self) -> PyResult<String> {
        let (median, years) = (self.0.median(), self.0.years());
        let span = match (years.first(), years.last()) {
            (Some(first), Some(last)) => format!("{first}-{last}"),
            _ => String::new(),
        };
        let shown: Vec<String> =
            median.iter().take(12).map(|m| format!("{m:.6}").parse().unwrap_or(*m).to_string()).collect();
        let more = if median.len() > shown.len() { ", ..." } else { "" };
        let name = quoted(self.0.series().name())?;
        Ok(format!("Forecast of {name} by {}, {span}: median {}{more}", self.0.model(), shown.join(", ")))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> Result<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        Ok((py.get_type::<Self>().getattr("from_bytes")?, (self.to_bytes(py)?,)))
    }
}

/// Probabilities of the median and of the bounds of these levels, each once, in order.
fn probabilities(levels: &[f64]) -> Vec<f64> {
    let tails = levels.iter().map(|level| (100.0 - level) / 200.0);
    let mut all: Vec<f64> = tails.flat_map(|tail| [tail, 1.0 - tail]).chain([0.5]).collect();
    all.sort_unstable_by(f64::total_cmp);
    all.dedup_by(|a, b| (*a - *b).abs() < 1e-12);
    // why: 1 - 0.1 in binary is not the 0.9 that a reader looks for.
    all.iter().map(|p| (p * 1e9).round() / 1e9).collect()
}

/// Quantile rows of forecasts.
pub(crate) fn long_frame<'py>(
    py: Python<'py>,
    forecasts: &[&Forecast],
    levels: &[f64],
    hubverse: bool,
    backend: Option<&str>,
) -> Result<Bound<'py, PyAny>> {
    let probabilities = probabilities(levels);
    let (mut ids, mut models, mut years, mut leads) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut origins, mut at, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for forecast in forecasts {
        let quantiles = probabilities.iter().map(|p| forecast.quantile(*p)).collect::<unjuran::Result<Vec<_>>>()?;
        let origin = origin_of(forecast);
        for (i, year) in forecast.years().iter().enumerate() {
            for (p, quantile) in probabilities.iter().zip(&quantiles) {
                ids.push(forecast.series().name());
                models.push(forecast.model());
                years.push(i64::from(year.get()));
                leads.push(i64::try_from(i + 1).unwrap_or(i64::MAX));
                origins.push(origin.clone());
                at.push(*p);
                values.extend(quantile.get(i));
            }
        }
    }
    let columns = PyDict::new(py);
    if hubverse {
        columns.set_item("model_id", models)?;
        columns.set_item("target", &ids)?;
        columns.set_item("origin_date", origins)?;
        columns.set_item("horizon", arrays::integers(py, leads.into_iter())?)?;
        columns.set_item("target_end_date", years.iter().map(|y| format!("{y:04}-12-31")).collect::<Vec<_>>())?;
        columns.set_item("output_type", vec!["quantile"; ids.len()])?;
        columns.set_item("output_type_id", arrays::floats(py, &at)?)?;
        columns.set_item("value", arrays::floats(py, &values)?)?;
    } else {
        columns.set_item("unique_id", &ids)?;
        columns.set_item("ds", arrays::integers(py, years.into_iter())?)?;
        columns.set_item("model", models)?;
        columns.set_item("quantile", arrays::floats(py, &at)?)?;
        columns.set_item("value", arrays::floats(py, &values)?)?;
        columns.set_item("status", vec!["ok"; ids.len()])?;
    }
    arrays::frame(&columns, backend)
}

/// The last day that was counted; of a year under way without a date, the end of the year before it.
fn origin_of(forecast: &Forecast) -> String {
    match forecast.series().last_coverage() {
        Coverage::Through(day) => day.to_string(),
        _ => {
            let before = forecast.years().first().copied().map_or(0, Year::get) - 1;
            format!("{before:04}-12-31")
        }
    }
}

/// The predictive distribution of one number, such as a sum over years, from simulated outcomes.
#[pyclass(name = "Distribution", module = "unjuran", frozen, eq)]
#[derive(Clone, PartialEq)]
pub(crate) struct PyDistribution {
    law: Empirical,
    /// What it is the total of, for pickle.
    of: PyForecast,
}

impl PyDistribution {
    /// A value of which a probability is asked: NaN has none.
    fn number(&self, value: f64) -> Result<f64> {
        if !value.is_nan() {
            return Ok(value);
        }
        let forecast = &self.of.0;
        let last = forecast.years().last().copied().unwrap_or(forecast.series().last_year());
        let series = forecast.series().name().to_owned();
        Err(Error::NotFinite { series, year: last.get(), value: value.to_string() }.into())
    }
}

#[pymethods]
impl PyDistribution {
    /// The mean.
    #[getter]
    fn mean(&self) -> f64 {
        self.law.mean()
    }

    /// The median.
    #[getter]
    fn median(&self) -> f64 {
        self.law.quantile(0.5)
    }

    /// The variance.
    #[getter]
    fn variance(&self) -> f64 {
        self.law.variance()
    }

    /// Standard error of the mean: what the simulation behind the distribution leaves open.
    #[getter]
    fn standard_error(&self) -> f64 {
        self.law.standard_error()
    }

    /// The smallest outcome that is not exceeded with probability ``p``, for p above 0 and below 1.
    fn quantile(&self, p: f64) -> Result<f64> {
        if !(p > 0.0 && p < 1.0) {
            return Err(Error::BadProbability { probability: p }.into());
        }
        Ok(self.law.quantile(p))
    }

    /// The central interval; ``level`` in percent. A named tuple ``(lower, upper)``.
    fn interval<'py>(&self, py: Python<'py>, level: f64) -> Result<Bound<'py, PyAny>> {
        let tail = (100.0 - unjuran::error::checked_level(level)?) / 200.0;
        Ok(named_interval(py, (self.law.quantile(tail), self.law.quantile(1.0 - tail)))?)
    }

    /// Probability of an outcome not above ``x``.
    fn cdf(&self, x: f64) -> Result<f64> {
        Ok(self.law.cdf(self.number(x)?))
    }

    /// Probability of exactly ``k``.
    fn pmf(&self, k: f64) -> Result<f64> {
        Ok(self.law.pmf(self.number(k)?))
    }

    fn __repr__(&self) -> String {
        let [low, middle, high] = [0.1, 0.5, 0.9].map(|p| self.law.quantile(p));
        format!("<distribution with median {middle}, 80% from {low} to {high}>")
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        Ok((Bound::new(py, self.of.clone())?.getattr(intern!(py, "total"))?, PyTuple::empty(py)))
    }
}

/// A pair as `unjuran.Interval`.
pub(crate) fn named_interval<'py, T: IntoPyObject<'py>>(py: Python<'py>, pair: (T, T)) -> PyResult<Bound<'py, PyAny>> {
    let pair = PyTuple::new(py, [pair.0, pair.1])?;
    py.import("unjuran._core")?.getattr("Interval")?.call_method1("_make", (pair,))
}
