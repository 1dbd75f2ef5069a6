//! `unjuran.metrics`: scores of forecasts against what happened.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use unjuran::dist::Distribution;
use unjuran::evaluate::metrics::{self, Accuracy, Mean};
use unjuran::forecast::Interval;
use unjuran::numeric::rng::Stream;
use unjuran::series::Unit;
use unjuran::{Error, Result as Core};

use crate::arrays;
use crate::errors::Result;
use crate::forecast::PyForecast;
use crate::input;

fn floats(object: &Bound<'_, PyAny>, argument: &str) -> Result<Vec<f64>> {
    // why: an array of floats needs no look at each item; text and truth values do.
    if object.getattr_opt("dtype")?.is_some_and(|dtype| dtype.str().is_ok_and(|name| name == "float64"))
        && let Ok(values) = object.extract::<Vec<f64>>()
    {
        return Ok(values);
    }
    let given = input::items(object, argument)?;
    given.iter().enumerate().map(|(i, one)| input::number(one, &format!("{argument}[{i}]"))).collect()
}

fn pair(actual: &Bound<'_, PyAny>, forecast: &Bound<'_, PyAny>) -> Result<(Vec<f64>, Vec<f64>)> {
    Ok((floats(actual, "actual")?, floats(forecast, "forecast")?))
}

fn value(mean: Core<Mean>) -> Result<f64> {
    Ok(mean?.value)
}

/// Mean absolute error: the mean of ``|y - f|``.
///
/// Parameters
/// ----------
/// actual, forecast : array-like of float, shape (n,)
///     What happened and what was forecast. A pair with a NaN is left out.
///
/// Returns
/// -------
/// float
///     In the unit of the data; NaN if no pair is left.
///
/// Examples
/// --------
/// >>> uj.metrics.mae([3, 5], [0, 9])
/// 3.5
#[pyfunction]
pub(crate) fn mae(actual: &Bound<'_, PyAny>, forecast: &Bound<'_, PyAny>) -> Result<f64> {
    let (y, f) = pair(actual, forecast)?;
    value(metrics::mae(&y, &f))
}

/// Root mean squared error: the root of the mean of ``(y - f)^2``.
///
/// Parameters
/// ----------
/// actual, forecast : array-like of float, shape (n,)
///     What happened and what was forecast. A pair with a NaN is left out.
///
/// Examples
/// --------
/// >>> uj.metrics.rmse([3, 5], [0, 1])
/// 3.5355339059327378
#[pyfunction]
pub(crate) fn rmse(actual: &Bound<'_, PyAny>, forecast: &Bound<'_, PyAny>) -> Result<f64> {
    let (y, f) = pair(actual, forecast)?;
    value(metrics::rmse(&y, &f))
}

/// Symmetric mean absolute percentage error, 0 to 200: the mean of ``200 |y - f| / (|y| + |f|)``, as in the M4 competition.
///
/// Parameters
/// ----------
/// actual, forecast : array-like of float, shape (n,)
///     What happened and what was forecast. Zero forecast as zero is no error; a pair with a NaN is left out.
///
/// Examples
/// --------
/// >>> uj.metrics.smape([3, 0], [1, 0])
/// 50.0
#[pyfunction]
pub(crate) fn smape(actual: &Bound<'_, PyAny>, forecast: &Bound<'_, PyAny>) -> Result<f64> {
    let (y, f) = pair(actual, forecast)?;
    value(metrics::smape(&y, &f))
}

/// Mean absolute percentage error: the mean of ``100 |y - f| / |y|``.
///
/// Parameters
/// ----------
/// actual, forecast : array-like of float, shape (n,)
///     What happened and what was forecast. A year that counted zero has no percentage and is left out.
///
/// Examples
/// --------
/// >>> uj.metrics.mape([4, 0], [5, 1])
/// 25.0
#[pyfunction]
pub(crate) fn mape(actual: &Bound<'_, PyAny>, forecast: &Bound<'_, PyAny>) -> Result<f64> {
    let (y, f) = pair(actual, forecast)?;
    value(metrics::mape(&y, &f))
}

/// Mean absolute scaled error: the mean absolute error over the mean absolute yearly change in training.
///
/// Parameters
/// ----------
/// actual, forecast : array-like of float, shape (n,)
///     What happened and what was forecast. A pair with a NaN is left out.
/// training : array-like of float, shape (m,)
///     The years the model saw, in order; NaN where one is missing. Changes over a gap do not count.
///
/// Returns
/// -------
/// float
///     Below 1: closer than last year's value was, one year ahead. NaN if the training years never changed.
///
/// References
/// ----------
/// Hyndman and Koehler (2006), International Journal of Forecasting 22(4), 679-688.
///
/// Examples
/// --------
/// >>> uj.metrics.mase([10, 0], [8, 2], [4, 7, 6])
/// 1.0
#[pyfunction]
pub(crate) fn mase(actual: &Bound<'_, PyAny>, forecast: &Bound<'_, PyAny>, training: &Bound<'_, PyAny>) -> Result<f64> {
    let (y, f) = pair(actual, forecast)?;
    value(metrics::mase(&y, &f, scale_of(training)?))
}

/// Mean absolute change from one training year to the next: the scale of MASE, MSIS and scaled CRPS.
///
/// Parameters
/// ----------
/// training : array-like of float, shape (m,)
///     In order; NaN where a year is missing.
///
/// Returns
/// -------
/// float
///     NaN if there was no change.
///
/// Examples
/// --------
/// >>> uj.metrics.naive_scale([4, 7, 6])
/// 2.0
#[pyfunction]
pub(crate) fn naive_scale(training: &Bound<'_, PyAny>) -> Result<f64> {
    scale_of(training)
}

fn scale_of(training: &Bound<'_, PyAny>) -> Result<f64> {
    Ok(metrics::naive_scale(&floats(training, "training")?))
}

/// Overall weighted average of the M4 competition: half the sMAPE and half the MASE of a model, each over that of a reference.
///
/// Parameters
/// ----------
/// model, reference : tuple of float
///     sMAPE and MASE, averaged over the same series. The reference of the competition is last year's value.
///
/// References
/// ----------
/// Makridakis, Spiliotis and Assimakopoulos (2020), International Journal of Forecasting 36(1), 54-74.
///
/// Examples
/// --------
/// >>> uj.metrics.owa((8.0, 1.5), (16.0, 3.0))
/// 0.5
#[pyfunction]
pub(crate) fn owa(model: (f64, f64), reference: (f64, f64)) -> f64 {
    let accuracy = |(smape, mase)| Accuracy { smape, mase };
    metrics::owa(&accuracy(model), &accuracy(reference))
}

fn interval(lower: &Bound<'_, PyAny>, upper: &Bound<'_, PyAny>, level: f64) -> Result<Interval> {
    Ok(Interval { level, lower: floats(lower, "lower")?, upper: floats(upper, "upper")? })
}

/// How often intervals held the outcome, in percent, bounds included.
///
/// Parameters
/// ----------
/// actual, lower, upper : array-like of float, shape (n,)
///     What happened and the bounds. A year with a NaN is left out.
///
/// Raises
/// ------
/// CrossedBoundsError
///     A lower bound above its upper one.
///
/// Examples
/// --------
/// >>> uj.metrics.coverage([2, 9], [2, 2], [6, 6])
/// 50.0
#[pyfunction]
pub(crate) fn coverage(actual: &Bound<'_, PyAny>, lower: &Bound<'_, PyAny>, upper: &Bound<'_, PyAny>) -> Result<f64> {
    value(metrics::coverage(&floats(actual, "actual")?, &interval(lower, upper, 80.0)?))
}

/// Interval score of Winkler: the mean width plus, for an outcome outside, its distance times ``200 / (100 - level)``.
///
/// Parameters
/// ----------
/// actual, lower, upper : array-like of float, shape (n,)
///     What happened and the bounds.
/// level : float
///     Of the intervals, in percent.
///
/// Raises
/// ------
/// BadLevelError
///     A level that is no percentage, such as 0.95.
/// CrossedBoundsError
///     A lower bound above its upper one.
///
/// References
/// ----------
/// Gneiting and Raftery (2007), Journal of the American Statistical Association 102(477), section 6.2.
///
/// Examples
/// --------
/// >>> uj.metrics.interval_score([4, 1], [2, 2], [6, 6], 80)  # widths of 4, and one miss by 1
/// 9.0
#[pyfunction]
pub(crate) fn interval_score(
    actual: &Bound<'_, PyAny>,
    lower: &Bound<'_, PyAny>,
    upper: &Bound<'_, PyAny>,
    level: f64,
) -> Result<f64> {
    value(metrics::interval_score(&floats(actual, "actual")?, &interval(lower, upper, level)?))
}

/// Mean scaled interval score: the interval score over the mean absolute yearly change in training.
///
/// Parameters
/// ----------
/// actual, lower, upper : array-like of float, shape (n,)
///     What happened and the bounds.
/// level : float
///     Of the intervals, in percent.
/// training : array-like of float, shape (m,)
///     The years the model saw, in order.
///
/// Raises
/// ------
/// BadLevelError
///     A level that is no percentage, such as 0.95.
/// CrossedBoundsError
///     A lower bound above its upper one.
///
/// Examples
/// --------
/// >>> uj.metrics.msis([4, 1], [2, 2], [6, 6], 80, [4, 7, 6])
/// 4.5
#[pyfunction]
pub(crate) fn msis(
    actual: &Bound<'_, PyAny>,
    lower: &Bound<'_, PyAny>,
    upper: &Bound<'_, PyAny>,
    level: f64,
    training: &Bound<'_, PyAny>,
) -> Result<f64> {
    let scale = scale_of(training)?;
    value(metrics::msis(&floats(actual, "actual")?, &interval(lower, upper, level)?, scale))
}

/// Pinball loss of a quantile: the mean of ``p (y - q)`` above it and ``(1 - p) (q - y)`` below.
///
/// Parameters
/// ----------
/// actual, quantile : array-like of float, shape (n,)
///     What happened and the quantile that was forecast.
/// p : float
///     Its probability, above 0 and below 1.
///
/// Raises
/// ------
/// BadProbabilityError
///     A ``p`` that is no probability, such as 90.
///
/// Examples
/// --------
/// >>> uj.metrics.pinball([10], [8], 0.75)
/// 1.5
#[pyfunction]
pub(crate) fn pinball(actual: &Bound<'_, PyAny>, quantile: &Bound<'_, PyAny>, p: f64) -> Result<f64> {
    value(metrics::pinball(&floats(actual, "actual")?, &floats(quantile, "quantile")?, p))
}

/// The outcomes and the laws of a forecast, one a year.
fn laws<'a>(actual: &Bound<'_, PyAny>, forecast: &'a Bound<'_, PyForecast>) -> Result<(Vec<f64>, &'a [Distribution])> {
    let (y, laws) = (floats(actual, "actual")?, forecast.get().0.steps());
    if y.len() == laws.len() {
        return Ok((y, laws));
    }
    let metric = "a score of a forecast".to_owned();
    Err(Error::UnequalLengths { metric, actual: y.len(), forecast: laws.len() }.into())
}

/// Continuous ranked probability score of a forecast, exact: how far the whole distribution lies from what happened.
///
/// Parameters
/// ----------
/// actual : array-like of float, shape (h,)
///     What happened in the years of the forecast; NaN where it is not known.
/// forecast : Forecast
///
/// Returns
/// -------
/// float
///     In the unit of the data; for a distribution of one point the absolute error.
///
/// References
/// ----------
/// Gneiting and Raftery (2007), Journal of the American Statistical Association 102(477), section 4.2.
///
/// Examples
/// --------
/// >>> fc = uj.Naive().fit(uj.Series([7, 9, 8, 9], start=2020)).forecast(2)
/// >>> 0 < uj.metrics.crps([9, 8], fc) < 1
/// True
#[pyfunction]
pub(crate) fn crps(actual: &Bound<'_, PyAny>, forecast: &Bound<'_, PyForecast>) -> Result<f64> {
    let (y, laws) = laws(actual, forecast)?;
    value(metrics::crps(&y, laws))
}

/// The same score over the mean absolute yearly change in training, so that series can be averaged.
///
/// Parameters
/// ----------
/// actual : array-like of float, shape (h,)
///     What happened in the years of the forecast; NaN where it is not known.
/// forecast : Forecast
/// training : array-like of float, shape (m,)
///     The years the model saw, in order.
///
/// Examples
/// --------
/// >>> fc = uj.Naive().fit(uj.Series([4, 7, 6], start=2020)).forecast(1)
/// >>> 2 * uj.metrics.scaled_crps([5], fc, [4, 7, 6]) == uj.metrics.crps([5], fc)
/// True
#[pyfunction]
pub(crate) fn scaled_crps(
    actual: &Bound<'_, PyAny>,
    forecast: &Bound<'_, PyForecast>,
    training: &Bound<'_, PyAny>,
) -> Result<f64> {
    let (y, laws) = laws(actual, forecast)?;
    value(metrics::scaled_crps(&y, laws, scale_of(training)?))
}

/// The same score from 19 quantiles: twice the mean pinball loss. For forecasters that publish quantiles only.
///
/// Parameters
/// ----------
/// actual : array-like of float, shape (n,)
///     What happened.
/// quantiles : array-like of float, shape (n, 19)
///     A row for each outcome: the quantiles 0.05, 0.10, ..., 0.95.
///
/// Examples
/// --------
/// >>> round(uj.metrics.quantile_crps([7], [[4] * 19]), 12)
/// 3.0
#[pyfunction]
pub(crate) fn quantile_crps(actual: &Bound<'_, PyAny>, quantiles: &Bound<'_, PyAny>) -> Result<f64> {
    let (y, rows) = (floats(actual, "actual")?, input::items(quantiles, "quantiles")?);
    if y.len() != rows.len() {
        let metric = "CRPS of 19 quantiles".to_owned();
        return Err(Error::UnequalLengths { metric, actual: y.len(), forecast: rows.len() }.into());
    }
    let each = y.iter().zip(rows.iter().enumerate());
    let scores = each.map(|(&y, (i, row))| Ok(metrics::quantile_crps(y, &floats(row, &format!("quantiles[{i}]"))?)?));
    Ok(scores.collect::<Result<Vec<f64>>>()?.into_iter().collect::<Mean>().value)
}

/// Log score of a forecast of counts: the mean logarithm of the probability given to what happened. Larger is better.
///
/// Parameters
/// ----------
/// actual : array-like of float, shape (h,)
///     What happened in the years of the forecast; NaN where it is not known.
/// forecast : Forecast
///
/// Returns
/// -------
/// float
///     NaN unless the series counts. Never infinite: an outcome held impossible scores -708.4, one beyond the cap of a
///     law log 0.0005.
///
/// Raises
/// ------
/// NegativeCountError, FractionalCountError
///     What no count can be.
///
/// Examples
/// --------
/// >>> import math
/// >>> fc = uj.Naive().fit(uj.Series([7, 9, 8, 9], start=2020)).forecast(1)
/// >>> math.isclose(uj.metrics.log_score([8], fc), math.log(fc.pmf(2024, 8)))
/// True
#[pyfunction]
pub(crate) fn log_score(actual: &Bound<'_, PyAny>, forecast: &Bound<'_, PyForecast>) -> Result<f64> {
    let (y, laws) = laws(actual, forecast)?;
    let forecast = &forecast.get().0;
    if forecast.series().unit() == Unit::Count {
        let mut known = forecast.years().iter().zip(&y).filter(|(_, y)| !y.is_nan());
        known.try_for_each(|(year, y)| forecast.series().could_hold(*year, *y))?;
    }
    Ok(y.iter().zip(laws).map(|(&y, law)| metrics::log_score(law, y)).collect::<Mean>().value)
}

/// Randomised probability integral transform of each outcome: uniform from 0 to 1 over many, if the forecasts are right.
///
/// Parameters
/// ----------
/// actual : array-like of float, shape (h,)
///     What happened in the years of the forecast; NaN where it is not known.
/// forecast : Forecast
/// seed : int, default 0
///     Of the uniform draws within the steps of a distribution of counts.
///
/// Returns
/// -------
/// numpy.ndarray of shape (h,)
///
/// References
/// ----------
/// Czado, Gneiting and Held (2009), Biometrics 65(4), 1254-1261.
///
/// Examples
/// --------
/// >>> fc = uj.Naive().fit(uj.Series([7, 9, 8, 9], start=2020)).forecast(1)
/// >>> fc.cdf(2024, 8) < uj.metrics.pit([9], fc)[0] < fc.cdf(2024, 9)
/// np.True_
#[pyfunction]
#[pyo3(signature = (actual, forecast, seed=None), text_signature = "(actual, forecast, seed=0)")]
pub(crate) fn pit<'py>(
    py: Python<'py>,
    actual: &Bound<'py, PyAny>,
    forecast: &Bound<'py, PyForecast>,
    seed: Option<&Bound<'py, PyAny>>,
) -> Result<Bound<'py, PyAny>> {
    let (y, laws) = laws(actual, forecast)?;
    let mut stream = Stream::new(input::seed(seed, "pit")?, forecast.get().0.series().name());
    let transforms: Vec<f64> = y.iter().zip(laws).map(|(&y, law)| metrics::pit(law, y, stream.uniform())).collect();
    Ok(arrays::floats(py, &transforms)?)
}

/// Is one model better than another, beyond luck? Student's t of the paired scores of two models on the same series.
///
/// Parameters
/// ----------
/// ours, theirs : array-like of float, shape (n,)
///     A score for each series, smaller is better, in the same order.
/// clusters : list of str, optional
///     What each series belongs to, such as its country: ten countries count as ten then, however many series each has.
///
/// Returns
/// -------
/// dict
///     ``difference`` (mean of ours less theirs), ``standard_error``, ``lower`` and ``upper`` (95%), ``probability`` (that
///     ours is smaller on average), ``pairs`` used, ``undefined`` ones, ``clusters``, and ``independent``: what these are
///     worth as clusters of one size. NaN where fewer than four clusters are left: so few tell nothing.
///
/// References
/// ----------
/// Diebold and Mariano (1995), Journal of Business and Economic Statistics 13(3), 253-263, over series instead of time;
/// MacKinnon, Nielsen and Webb (2023), Journal of Econometrics 232(2), 272-299 (few clusters).
///
/// Examples
/// --------
/// >>> found = uj.metrics.compare([1.0, 1.1, 0.7, 0.9], [1.4, 1.3, 1.2, 1.1])
/// >>> round(found["difference"], 3), round(found["upper"], 3), round(found["probability"], 2)
/// (-0.325, -0.086, 0.99)
#[pyfunction]
#[pyo3(signature = (ours, theirs, clusters=None))]
pub(crate) fn compare<'py>(
    py: Python<'py>,
    ours: &Bound<'py, PyAny>,
    theirs: &Bound<'py, PyAny>,
    clusters: Option<Vec<String>>,
) -> Result<Bound<'py, PyDict>> {
    let (ours, theirs) = (floats(ours, "ours")?, floats(theirs, "theirs")?);
    let found = match clusters {
        Some(clusters) => metrics::compare_clustered(&ours, &theirs, &clusters),
        None => metrics::compare(&ours, &theirs),
    }?;
    let numbers = PyDict::new(py);
    numbers.set_item("difference", found.difference)?;
    numbers.set_item("standard_error", found.standard_error)?;
    numbers.set_item("lower", found.lower)?;
    numbers.set_item("upper", found.upper)?;
    numbers.set_item("probability", found.probability)?;
    numbers.set_item("pairs", found.pairs)?;
    numbers.set_item("undefined", found.undefined)?;
    numbers.set_item("clusters", found.clusters)?;
    numbers.set_item("independent", found.independent)?;
    Ok(numbers)
}
