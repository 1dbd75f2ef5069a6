//! Trend regressions and what is known of their coefficients.

use pyo3::PyClassInitializer;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};
use unjuran::Error;
use unjuran::model::{Coefficient, PercentChange, Regression};
use unjuran::regression::{
    Breaks, Choice, Dispersion, ElasticNetTrend, HuberTrend, LinearTrend, LogLinearTrend, Loss, NegativeBinomialTrend,
    PoissonTrend, PolynomialTrend, Projection, RidgeTrend, SegmentScale, SegmentedTrend, SlopeMedian, TheilSenTrend,
    mann_kendall,
};
use unjuran::series::Training;

use crate::arrays;
use crate::errors::Result;
use crate::input;
use crate::models::{PyFitted, PyModel, Setting};

type Settings = Vec<(&'static str, Setting)>;

/// A setting that is one of a few words, kept for `repr` unless it is the default.
fn word<T: Copy>(
    settings: &mut Settings,
    model: &str,
    (name, given): (&'static str, &str),
    allowed: &[(&str, T)],
) -> Result<T> {
    let found = allowed.iter().enumerate().find(|(_, (text, _))| *text == given);
    let Some((at, (_, value))) = found else {
        let words = allowed.iter().map(|(text, _)| format!("\"{text}\"")).collect::<Vec<_>>().join(" or ");
        return Err(Error::bad_parameter(model, name, format!("{given:?}"), words).into());
    };
    if at > 0 {
        settings.push((name, Setting::Text(given.to_owned())));
    }
    Ok(*value)
}

const LINE: [(&str, Projection); 2] = [("line", Projection::Line), ("damped", Projection::Damped)];
const DAMPED: [(&str, Projection); 2] = [("damped", Projection::Damped), ("line", Projection::Line)];

/// So many more, or fewer, every year: a straight line by ordinary least squares.
///
/// Needs three observed years, and one more for each driver or event. t is 1 in the first observed year.
///
/// Parameters
/// ----------
/// projection : {"line", "damped"}, default "line"
///     How the line goes on: as it is, or levelling off from where the series is.
///
/// References
/// ----------
/// Seber and Lee (2003), Linear Regression Analysis, section 5.3.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> fit = uj.LinearTrend().fit(uj.Series([1, 3, 2], start=2020, unit="amount"))
/// >>> [round(c, 9) for c in fit.coef.tolist()]
/// [1.0, 0.5]
#[pyclass(name = "LinearTrend", module = "unjuran", extends = PyModel, frozen)]
pub(crate) struct PyLinearTrend;

#[pymethods]
impl PyLinearTrend {
    #[new]
    #[pyo3(signature = (*, projection="line"))]
    fn new(projection: &str) -> Result<PyClassInitializer<Self>> {
        let mut settings = Settings::new();
        let projection = word(&mut settings, "LinearTrend", ("projection", projection), &LINE)?;
        let model = LinearTrend::new().projection(projection);
        Ok(PyModel::with("LinearTrend", model, None, settings).add_subclass(Self))
    }
}

/// So many per cent more, or fewer, every year: a line through the logarithms.
///
/// Needs six observed years, all above 0, and one more for each driver or event. The median follows the line; the mean
/// is that of the capped law.
///
/// Parameters
/// ----------
/// projection : {"line", "damped"}, default "line"
///     How the line goes on: as it is, or levelling off from where the series is.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> fit = uj.LogLinearTrend().fit(uj.Series([1, 4, 2, 4, 2, 8], start=2020, unit="amount"))
/// >>> fit.forecast(1).median.round(1).tolist()  # the line through the logarithms to base 2 reaches 2.8
/// [7.0]
#[pyclass(name = "LogLinearTrend", module = "unjuran", extends = PyModel, frozen)]
pub(crate) struct PyLogLinearTrend;

#[pymethods]
impl PyLogLinearTrend {
    #[new]
    #[pyo3(signature = (*, projection="line"))]
    fn new(projection: &str) -> Result<PyClassInitializer<Self>> {
        let mut settings = Settings::new();
        let projection = word(&mut settings, "LogLinearTrend", ("projection", projection), &LINE)?;
        let model = LogLinearTrend::new().projection(projection);
        Ok(PyModel::with("LogLinearTrend", model, None, settings).add_subclass(Self))
    }
}

/// A polynomial in the years, fitted in orthogonal polynomials, its coefficients in powers of t.
///
/// Needs two observed years more than its degree, and one more for each driver or event.
///
/// Parameters
/// ----------
/// degree : int, default 2
///     The highest power, 1 to 10.
/// projection : {"line", "damped"}, default "line"
///     How the curve goes on: as it is, or levelling off from where the series is.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> fit = uj.PolynomialTrend(2).fit(uj.Series([1, 4, 9, 16], start=2020, unit="amount"))
/// >>> fit.forecast(1).median.round(6).tolist()
/// [25.0]
#[pyclass(name = "PolynomialTrend", module = "unjuran", extends = PyModel, frozen)]
pub(crate) struct PyPolynomialTrend;

/// The refusal of a whole number, under the name and with the number that the caller gave: the core's has no sign.
fn as_given(error: Error, name: &str, number: i64) -> Error {
    match error {
        Error::BadParameter { model, allowed, .. } => Error::bad_parameter(model, name, number, allowed),
        other => other,
    }
}

#[pymethods]
impl PyPolynomialTrend {
    #[new]
    #[pyo3(signature = (degree=None, *, projection="line"))]
    fn new(degree: Option<&Bound<'_, PyAny>>, projection: &str) -> Result<PyClassInitializer<Self>> {
        let mut settings = Settings::new();
        let degree = degree.map_or(Ok(2), |degree| input::integer(degree, "degree"))?;
        let model = PolynomialTrend::new(u32::try_from(degree).unwrap_or(u32::MAX))
            .map_err(|error| as_given(error, "degree", degree))?;
        if degree != 2 {
            settings.push(("degree", Setting::Whole(degree)));
        }
        let projection = word(&mut settings, "PolynomialTrend", ("projection", projection), &LINE)?;
        Ok(PyModel::with("PolynomialTrend", model.projection(projection), None, settings).add_subclass(Self))
    }
}

/// A trend whose slope changes in a few years: joinpoint regression, without jumps.
///
/// Needs 4 observed years and 2 more for each break. The best places are found by exhaustion, between years too.
///
/// Parameters
/// ----------
/// n_breaks : {"auto", "permutation"} or int, default "auto"
///     How many: chosen by weighted BIC with the charge for short series, by permutation tests, or so many (0 to 3). To straight
///     lines with noise the former gives a break in less than 3 of 100 at any length, the tests in 8 to 12 of those of 8 to 12
///     years; they find more of the small changes of slope.
/// breaks : sequence of int, optional
///     The years themselves, instead of ``n_breaks``.
/// max_breaks : int, default 3
///     The most that are considered.
/// scale : {"linear", "log", "counts"}, default "linear"
///     Where segments are straight: values, their logarithms, or the logarithm of an expected count.
/// projection : {"line", "damped"}, default "line"
///     How the last segment goes on.
///
/// References
/// ----------
/// Kim, Fay, Feuer and Midthune (2000), Statistics in Medicine 19, 335-351; Kim, Chen and others (2022), Journal of Applied
/// Statistics 50(9), 1992-2013.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> s = uj.Series([2, 4, 6, 8, 10, 9, 8, 7, 6], start=2015)
/// >>> [b["year"] for b in uj.SegmentedTrend(n_breaks=1).fit(s).breaks]
/// [2019]
#[pyclass(name = "SegmentedTrend", module = "unjuran", extends = PyModel, frozen)]
pub(crate) struct PySegmentedTrend;

#[pymethods]
impl PySegmentedTrend {
    #[new]
    #[pyo3(signature = (n_breaks=None, *, breaks=None, max_breaks=None, scale="linear", projection="line"))]
    fn new(
        n_breaks: Option<&Bound<'_, PyAny>>,
        breaks: Option<&Bound<'_, PyAny>>,
        max_breaks: Option<&Bound<'_, PyAny>>,
        scale: &str,
        projection: &str,
    ) -> Result<PyClassInitializer<Self>> {
        const NAME: &str = "SegmentedTrend";
        let mut settings = Settings::new();
        let mut model = SegmentedTrend::new();
        if n_breaks.is_some() && breaks.is_some() {
            return Err(PyTypeError::new_err("say the breaks once: n_breaks= (how many) or breaks= (which)").into());
        }
        if let Some(years) = breaks {
            let years = input::items(years, "breaks")?;
            let years = years.iter().enumerate().map(|(i, y)| input::year(y, &format!("breaks[{i}]")));
            let years = years.collect::<Result<Vec<_>>>()?;
            settings.push(("breaks", Setting::Years(years.iter().map(|y| i64::from(y.get())).collect())));
            model = model.breaks(Breaks::Given(years));
        } else if let Some(text) = n_breaks.and_then(|n| n.cast::<PyString>().ok()) {
            let text = text.extract::<String>()?;
            let words = [("auto", Choice::WeightedBic), ("permutation", Choice::Permutation)];
            model = model.breaks(Breaks::Auto(word(&mut settings, NAME, ("n_breaks", &text), &words)?));
        } else if let Some(number) = n_breaks {
            let number = input::integer(number, "n_breaks")?;
            let checked = usize::try_from(number).unwrap_or(usize::MAX);
            SegmentedTrend::new().max_breaks(checked).map_err(|error| as_given(error, "n_breaks", number))?;
            settings.push(("n_breaks", Setting::Whole(number)));
            model = model.breaks(Breaks::Number(checked));
        }
        if let Some(most) = max_breaks {
            let most = input::integer(most, "max_breaks")?;
            let checked = usize::try_from(most).unwrap_or(usize::MAX);
            model = model.max_breaks(checked).map_err(|error| as_given(error, "max_breaks", most))?;
            settings.push(("max_breaks", Setting::Whole(most)));
        }
        let scales = [("linear", SegmentScale::Linear), ("log", SegmentScale::Log), ("counts", SegmentScale::Counts)];
        model = model.scale(word(&mut settings, NAME, ("scale", scale), &scales)?);
        model = model.projection(word(&mut settings, NAME, ("projection", projection), &LINE)?);
        Ok(PyModel::with(NAME, model, None, settings).add_subclass(Self))
    }
}

/// A line by the median of the slopes between years: wild years do not bend it. Needs three observed years.
///
/// Parameters
/// ----------
/// method : {"theil-sen", "siegel"}, default "theil-sen"
///     The median over all pairs of years, or the median of each year's own median.
/// projection : {"line", "damped"}, default "line"
///     How the line goes on.
///
/// References
/// ----------
/// Sen (1968), JASA 63, 1379-1389; Siegel (1982), Biometrika 69(1), 242-244.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> uj.TheilSenTrend().fit(uj.Series([1, 2, 3, 90, 5], start=2020)).coef.tolist()
/// [0.0, 1.0]
#[pyclass(name = "TheilSenTrend", module = "unjuran", extends = PyModel, frozen)]
pub(crate) struct PyTheilSenTrend;

#[pymethods]
impl PyTheilSenTrend {
    #[new]
    #[pyo3(signature = (*, method="theil-sen", projection="line"))]
    fn new(method: &str, projection: &str) -> Result<PyClassInitializer<Self>> {
        let mut settings = Settings::new();
        let methods = [("theil-sen", SlopeMedian::TheilSen), ("siegel", SlopeMedian::Siegel)];
        let method = word(&mut settings, "TheilSenTrend", ("method", method), &methods)?;
        let projection = word(&mut settings, "TheilSenTrend", ("projection", projection), &LINE)?;
        let model = TheilSenTrend::new().method(method).projection(projection);
        Ok(PyModel::with("TheilSenTrend", model, None, settings).add_subclass(Self))
    }
}

/// A line by M-estimation: years far from it count less. Needs four observed years, one more for each driver or event.
///
/// Parameters
/// ----------
/// loss : {"huber", "bisquare"}, default "huber"
///     Beyond 1.345 scales a year's pull no longer grows, or fades and ends at 4.685.
/// projection : {"line", "damped"}, default "line"
///     How the line goes on.
///
/// References
/// ----------
/// Huber and Ronchetti (2009), Robust Statistics, chapter 7.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> uj.HuberTrend().fit(uj.Series([1, 2, 3, 4, 90, 6, 7], start=2020)).coef.round(6).tolist()[1]
/// 1.0
#[pyclass(name = "HuberTrend", module = "unjuran", extends = PyModel, frozen)]
pub(crate) struct PyHuberTrend;

#[pymethods]
impl PyHuberTrend {
    #[new]
    #[pyo3(signature = (*, loss="huber", projection="line"))]
    fn new(loss: &str, projection: &str) -> Result<PyClassInitializer<Self>> {
        let mut settings = Settings::new();
        let losses = [("huber", Loss::Huber), ("bisquare", Loss::Bisquare)];
        let loss = word(&mut settings, "HuberTrend", ("loss", loss), &losses)?;
        let projection = word(&mut settings, "HuberTrend", ("projection", projection), &LINE)?;
        let model = HuberTrend::new().loss(loss).projection(projection);
        Ok(PyModel::with("HuberTrend", model, None, settings).add_subclass(Self))
    }
}

/// A straight line whose drivers share their effects: all are drawn towards zero, none is left out (ridge regression).
///
/// Intercept and trend are free; drivers and events are standardised inside. Needs three observed years, and one more for
/// each driver or event.
///
/// Parameters
/// ----------
/// penalty : float, optional
///     How much coefficients are drawn towards zero, from 0; default: that of 25 from 0.0001 to 100 whose fits to all years
///     but one miss the left-out years least (``params["penalty"]``).
/// projection : {"line", "damped"}, default "line"
///     How the line goes on.
///
/// Raises
/// ------
/// BadParameterError
///     A penalty below 0.
///
/// References
/// ----------
/// Hoerl and Kennard (1970), Technometrics 12(1), 55-67.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> s = uj.Series([2, -2, -2, 2], start=2020, unit="amount")
/// >>> x = {2020: 1, 2021: -1, 2022: -1, 2023: 1}  # without a trend, and y = 2 x
/// >>> round(float(uj.RidgeTrend(penalty=1).fit(s, exog={"x": x}).coef[2]), 9)  # 2 / (1 + penalty)
/// 1.0
#[pyclass(name = "RidgeTrend", module = "unjuran", extends = PyModel, frozen)]
pub(crate) struct PyRidgeTrend;

#[pymethods]
impl PyRidgeTrend {
    #[new]
    #[pyo3(signature = (*, penalty=None, projection="line"))]
    fn new(penalty: Option<&Bound<'_, PyAny>>, projection: &str) -> Result<PyClassInitializer<Self>> {
        let mut settings = Settings::new();
        let mut model = RidgeTrend::new();
        if let Some(penalty) = penalty {
            let penalty = input::number(penalty, "penalty")?;
            model = model.penalty(penalty)?;
            settings.push(("penalty", Setting::Number(penalty)));
        }
        let projection = word(&mut settings, "RidgeTrend", ("projection", projection), &LINE)?;
        Ok(PyModel::with("RidgeTrend", model.projection(projection), None, settings).add_subclass(Self))
    }
}

/// A straight line that leaves drivers out: coefficients that say little become zero (elastic net, the lasso at its end).
///
/// Intercept and trend are free; drivers and events are standardised inside. Needs three observed years, and one more for
/// each driver or event.
///
/// Parameters
/// ----------
/// penalty : float, optional
///     How much coefficients are drawn towards zero, from 0; default as for `RidgeTrend`.
/// l1_ratio : float, optional
///     The share of absolute values in the penalty, 0 to 1: 0 is ridge, 1 the lasso; default 0.5.
/// projection : {"line", "damped"}, default "line"
///     How the line goes on.
///
/// Raises
/// ------
/// BadParameterError
///     A penalty below 0, a share outside 0 to 1.
///
/// References
/// ----------
/// Zou and Hastie (2005), JRSS B 67(2), 301-320.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> s = uj.Series([2, -2, -2, 2], start=2020, unit="amount")
/// >>> x = {2020: 1, 2021: -1, 2022: -1, 2023: 1}
/// >>> fit = uj.ElasticNetTrend(penalty=0.25, l1_ratio=1).fit(s, exog={"x": x})
/// >>> round(float(fit.coef[2]), 9)  # 2 (1 - penalty)
/// 1.5
#[pyclass(name = "ElasticNetTrend", module = "unjuran", extends = PyModel, frozen)]
pub(crate) struct PyElasticNetTrend;

#[pymethods]
impl PyElasticNetTrend {
    #[new]
    #[pyo3(signature = (*, penalty=None, l1_ratio=None, projection="line"))]
    fn new(
        penalty: Option<&Bound<'_, PyAny>>,
        l1_ratio: Option<&Bound<'_, PyAny>>,
        projection: &str,
    ) -> Result<PyClassInitializer<Self>> {
        let mut settings = Settings::new();
        let mut model = ElasticNetTrend::new();
        if let Some(penalty) = penalty {
            let penalty = input::number(penalty, "penalty")?;
            model = model.penalty(penalty)?;
            settings.push(("penalty", Setting::Number(penalty)));
        }
        if let Some(ratio) = l1_ratio {
            let ratio = input::number(ratio, "l1_ratio")?;
            model = model.l1_ratio(ratio)?;
            settings.push(("l1_ratio", Setting::Number(ratio)));
        }
        let projection = word(&mut settings, "ElasticNetTrend", ("projection", projection), &LINE)?;
        Ok(PyModel::with("ElasticNetTrend", model.projection(projection), None, settings).add_subclass(Self))
    }
}

/// Counts that change by so many per cent a year and scatter as chance alone has it: Poisson regression with a log link.
///
/// Needs three observed years, and one more for each driver or event. Counts only.
///
/// Parameters
/// ----------
/// dispersion : {"poisson", "estimate"}, default "poisson"
///     What the variance is multiplied by: 1, or what the data say (quasi-Poisson).
/// projection : {"damped", "line"}, default "damped"
///     How the trend goes on: levelling off from where the series is, or as it is.
///
/// References
/// ----------
/// McCullagh and Nelder (1989), Generalized Linear Models, chapter 6.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> fit = uj.PoissonTrend().fit(uj.Series([3, 6, 12, 24], start=2020))
/// >>> round(fit.annual_percent_change()[0]["percent"], 6)
/// 100.0
#[pyclass(name = "PoissonTrend", module = "unjuran", extends = PyModel, frozen)]
pub(crate) struct PyPoissonTrend;

#[pymethods]
impl PyPoissonTrend {
    #[new]
    #[pyo3(signature = (*, dispersion="poisson", projection="damped"))]
    fn new(dispersion: &str, projection: &str) -> Result<PyClassInitializer<Self>> {
        let mut settings = Settings::new();
        let words = [("poisson", Dispersion::Poisson), ("estimate", Dispersion::Estimate)];
        let dispersion = word(&mut settings, "PoissonTrend", ("dispersion", dispersion), &words)?;
        let projection = word(&mut settings, "PoissonTrend", ("projection", projection), &DAMPED)?;
        let model = PoissonTrend::new().dispersion(dispersion).projection(projection);
        Ok(PyModel::with("PoissonTrend", model, None, settings).add_subclass(Self))
    }
}

/// Counts that change by so many per cent a year and scatter more than chance alone has it: negative binomial regression.
///
/// The variance is mean + mean^2 / theta, theta estimated by maximum likelihood. Needs four observed years, and one more for
/// each driver or event. Counts only.
///
/// Parameters
/// ----------
/// projection : {"damped", "line"}, default "damped"
///     How the trend goes on: levelling off from where the series is, or as it is.
///
/// References
/// ----------
/// Hilbe (2011), Negative Binomial Regression, 2nd ed.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> fit = uj.NegativeBinomialTrend().fit(uj.Series([163, 463, 429, 302, 286, 165, 115, 139], start=2015))
/// >>> round(fit.theta, 4)  # MASS::glm.nb has the same
/// 7.7013
#[pyclass(name = "NegativeBinomialTrend", module = "unjuran", extends = PyModel, frozen)]
pub(crate) struct PyNegativeBinomialTrend;

#[pymethods]
impl PyNegativeBinomialTrend {
    #[new]
    #[pyo3(signature = (*, projection="damped"))]
    fn new(projection: &str) -> Result<PyClassInitializer<Self>> {
        let mut settings = Settings::new();
        let projection = word(&mut settings, "NegativeBinomialTrend", ("projection", projection), &DAMPED)?;
        let model = NegativeBinomialTrend::new().projection(projection);
        Ok(PyModel::with("NegativeBinomialTrend", model, None, settings).add_subclass(Self))
    }
}

/// A trend regression that has seen its data: a `FittedModel` that knows its coefficients.
///
/// Arrays have a number a coefficient, in the order of ``names``; trends of logarithms and of counts have them on the scale
/// of logarithms.
#[pyclass(name = "FittedTrend", module = "unjuran", extends = PyFitted, frozen)]
pub(crate) struct PyFittedTrend;

fn regression<'a>(slf: &'a PyRef<'_, PyFittedTrend>) -> &'a Regression {
    const NOTHING: &Regression = &Regression::NOTHING;
    slf.as_super().report().regression.as_deref().unwrap_or(NOTHING)
}

fn each<'py>(slf: &PyRef<'py, PyFittedTrend>, what: impl Fn(&Coefficient) -> f64) -> PyResult<Bound<'py, PyAny>> {
    let values: Vec<f64> = regression(slf).coefficients.iter().map(what).collect();
    arrays::floats(slf.py(), &values)
}

#[pymethods]
impl PyFittedTrend {
    /// Names of the coefficients.
    #[getter]
    fn names(slf: PyRef<'_, Self>) -> PyResult<Bound<'_, PyTuple>> {
        PyTuple::new(slf.py(), regression(&slf).coefficients.iter().map(|c| c.name.as_str()))
    }

    /// The coefficients.
    #[getter]
    fn coef(slf: PyRef<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        each(&slf, |c| c.estimate)
    }

    /// Their standard errors.
    #[getter]
    fn se(slf: PyRef<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        each(&slf, |c| c.se)
    }

    /// The coefficients in units of their standard errors.
    #[getter]
    fn t(slf: PyRef<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        each(&slf, |c| c.t)
    }

    /// The probabilities of a t at least as far from zero if the true coefficient were zero.
    #[getter]
    fn p(slf: PyRef<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        each(&slf, |c| c.p)
    }

    /// The share of the variance that the line explains; None for robust lines and trends of counts.
    #[getter]
    fn r2(slf: PyRef<'_, Self>) -> Option<f64> {
        regression(&slf).r2
    }

    /// The same, corrected for the number of coefficients.
    #[getter]
    fn adjusted_r2(slf: PyRef<'_, Self>) -> Option<f64> {
        regression(&slf).adjusted_r2
    }

    /// The sum of the squared residuals.
    #[getter]
    fn rss(slf: PyRef<'_, Self>) -> f64 {
        regression(&slf).rss
    }

    /// Degrees of freedom of the t statistics; None where they are normal.
    #[getter]
    fn df(slf: PyRef<'_, Self>) -> Option<f64> {
        regression(&slf).df
    }

    /// theta of the variance mean + mean^2 / theta; infinite without over-dispersion, None for other models.
    #[getter]
    fn theta(slf: PyRef<'_, Self>) -> Option<f64> {
        regression(&slf).theta()
    }

    /// What the variance of counts is multiplied by: 1, or the estimate of quasi-Poisson; None for other models.
    #[getter]
    fn dispersion(slf: PyRef<'_, Self>) -> Option<f64> {
        regression(&slf).dispersion
    }

    /// Years in which the slope changes: a dict each with ``year``, ``t`` (where the lines meet), ``lower`` and ``upper``
    /// (years that hold 95% of the support) and ``support`` (the share of the year and its neighbours).
    #[getter]
    fn breaks(slf: PyRef<'_, Self>) -> PyResult<Bound<'_, PyTuple>> {
        let py = slf.py();
        let mut breaks = Vec::new();
        for found in &regression(&slf).breaks {
            let one = PyDict::new(py);
            one.set_item("year", found.year.get())?;
            one.set_item("t", found.t)?;
            one.set_item("lower", found.lower.get())?;
            one.set_item("upper", found.upper.get())?;
            one.set_item("support", found.support)?;
            breaks.push(one);
        }
        PyTuple::new(py, breaks)
    }

    /// Whether values rise or fall over the years at all: the test of Mann and Kendall, ties accounted for.
    ///
    /// Returns
    /// -------
    /// dict
    ///     ``statistic`` (pairs that rise less those that fall), ``tau`` (Kendall's tau-b), ``z`` and ``p``.
    fn trend_test(slf: PyRef<'_, Self>) -> Result<Bound<'_, PyDict>> {
        let training = Training::new(&slf.as_super().series.get().0)?;
        let values: Vec<f64> = training.y.iter().flatten().copied().collect();
        let test = mann_kendall(&values);
        let answer = PyDict::new(slf.py());
        for (name, value) in [("statistic", test.statistic), ("tau", test.tau), ("z", test.z), ("p", test.p)] {
            answer.set_item(name, value)?;
        }
        Ok(answer)
    }

    /// The change in per cent a year of each stretch of the trend, with 95% intervals.
    ///
    /// Returns
    /// -------
    /// list of dict
    ///     ``from``, ``to`` (years), ``percent``, ``lower``, ``upper``.
    ///
    /// Raises
    /// ------
    /// NoPercentChangeError
    ///     A model whose line is not on the log scale.
    fn annual_percent_change(slf: PyRef<'_, Self>) -> Result<Bound<'_, PyList>> {
        let py = slf.py();
        let answer = PyList::empty(py);
        for change in slf.as_super().report().annual_percent_change()? {
            answer.append(change_of(py, change)?)?;
        }
        Ok(answer)
    }

    /// The average of the changes over all observed years, as ``annual_percent_change``; None off the log scale.
    #[getter]
    fn average_percent_change(slf: PyRef<'_, Self>) -> PyResult<Option<Bound<'_, PyDict>>> {
        regression(&slf).average_change.as_ref().map(|change| change_of(slf.py(), change)).transpose()
    }
}

fn change_of<'py>(py: Python<'py>, change: &PercentChange) -> PyResult<Bound<'py, PyDict>> {
    let one = PyDict::new(py);
    one.set_item("from", change.from.get())?;
    one.set_item("to", change.to.get())?;
    one.set_item("percent", change.percent)?;
    one.set_item("lower", change.lower)?;
    one.set_item("upper", change.upper)?;
    Ok(one)
}
