//! A fit as tables with broom's columns: `tidy` a row a coefficient, `glance` one row, `augment` a row a year.

use std::collections::BTreeMap;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use unjuran::model::{Coefficient, Criteria, FitReport, Regression};
use unjuran::series::Series;

use crate::arrays;
use crate::errors::Result;

type Columns<'py> = Bound<'py, PyDict>;
type Number = fn(&Coefficient) -> f64;

fn numbers(columns: &Columns<'_>, name: &str, values: &[f64]) -> PyResult<()> {
    columns.set_item(name, arrays::floats(columns.py(), values)?)
}

fn number(columns: &Columns<'_>, name: &str, value: Option<f64>) -> PyResult<()> {
    numbers(columns, name, &[value.unwrap_or(f64::NAN)])
}

fn whole(columns: &Columns<'_>, name: &str, value: usize) -> PyResult<()> {
    let value = i64::try_from(value).unwrap_or(i64::MAX);
    columns.set_item(name, arrays::integers(columns.py(), [value].into_iter())?)
}

/// Coefficients with their tests.
pub(crate) fn coefficients<'py>(
    py: Python<'py>,
    coefficients: &[Coefficient],
    backend: Option<&str>,
) -> Result<Bound<'py, PyAny>> {
    let columns = PyDict::new(py);
    columns.set_item("term", PyList::new(py, coefficients.iter().map(|c| c.name.as_str()))?)?;
    let all: [(&str, Number); 4] =
        [("estimate", |c| c.estimate), ("std.error", |c| c.se), ("statistic", |c| c.t), ("p.value", |c| c.p)];
    for (name, of) in all {
        numbers(&columns, name, &coefficients.iter().map(of).collect::<Vec<_>>())?;
    }
    arrays::frame(&columns, backend)
}

/// The coefficients of a regression, or the parameters of another model with the standard errors that it knows.
pub(crate) fn tidy<'py>(
    py: Python<'py>,
    report: &FitReport,
    errors: &BTreeMap<String, f64>,
    backend: Option<&str>,
) -> Result<Bound<'py, PyAny>> {
    if let Some(regression) = &report.regression {
        return coefficients(py, &regression.coefficients, backend);
    }
    let terms = report.params.iter().map(|(name, &estimate)| Coefficient {
        name: name.clone(),
        estimate,
        se: errors.get(name).copied().unwrap_or(f64::NAN),
        t: f64::NAN,
        p: f64::NAN,
    });
    coefficients(py, &terms.collect::<Vec<_>>(), backend)
}

fn criteria(columns: &Columns<'_>, criteria: Option<Criteria>) -> PyResult<()> {
    number(columns, "logLik", criteria.map(|c| c.loglik))?;
    number(columns, "AIC", criteria.map(|c| c.aic))?;
    number(columns, "AICc", criteria.and_then(|c| c.aicc))?;
    number(columns, "BIC", criteria.map(|c| c.bic))
}

/// One row about a fit to a series.
pub(crate) fn glance<'py>(py: Python<'py>, report: &FitReport, backend: Option<&str>) -> Result<Bound<'py, PyAny>> {
    let columns = PyDict::new(py);
    columns.set_item("unique_id", PyList::new(py, [&report.series])?)?;
    columns.set_item("model", PyList::new(py, [&report.model])?)?;
    let regression = report.regression.as_deref();
    number(&columns, "r.squared", regression.and_then(|r| r.r2))?;
    number(&columns, "adj.r.squared", regression.and_then(|r| r.adjusted_r2))?;
    number(&columns, "sigma", Some(report.sigma))?;
    criteria(&columns, report.criteria)?;
    // why the sum of squares: it is the deviance of least squares, and nothing else has a share explained.
    let squares = |r: &Regression| r.r2.map(|_| r.rss);
    number(&columns, "deviance", regression.and_then(|r| r.deviance.or(squares(r))))?;
    number(&columns, "df.residual", regression.and_then(|r| r.df))?;
    whole(&columns, "nobs", report.observed())?;
    arrays::frame(&columns, backend)
}

/// A row a year of the fit.
pub(crate) fn augment<'py>(
    py: Python<'py>,
    series: &Series,
    report: &FitReport,
    backend: Option<&str>,
) -> Result<Bound<'py, PyAny>> {
    let years: Vec<_> =
        report.fitted.iter().enumerate().map(|(i, _)| report.first.plus(i)).collect::<unjuran::Result<_>>()?;
    let observed = |year| series.first_year().until(year).and_then(|at| series.values().get(at)?.exact());
    let gaps = |values: &[Option<f64>]| values.iter().map(|v| v.unwrap_or(f64::NAN)).collect::<Vec<_>>();
    let columns = PyDict::new(py);
    columns.set_item("unique_id", PyList::new(py, years.iter().map(|_| series.name()))?)?;
    columns.set_item("ds", arrays::integers(py, years.iter().map(|y| i64::from(y.get())))?)?;
    numbers(&columns, "y", &gaps(&years.iter().map(|y| observed(*y)).collect::<Vec<_>>()))?;
    numbers(&columns, ".fitted", &gaps(&report.fitted))?;
    numbers(&columns, ".resid", &gaps(&report.residuals))?;
    arrays::frame(&columns, backend)
}

/// What is known of a regression on columns of the user's own.
pub(crate) struct OfColumns<'a> {
    pub(crate) r2: f64,
    pub(crate) adjusted_r2: f64,
    pub(crate) sigma: f64,
    pub(crate) criteria: Criteria,
    pub(crate) rss: f64,
    pub(crate) df: usize,
    pub(crate) fitted: &'a [f64],
    pub(crate) residuals: &'a [f64],
    pub(crate) leverages: &'a [f64],
}

impl OfColumns<'_> {
    pub(crate) fn glance<'py>(&self, py: Python<'py>, backend: Option<&str>) -> Result<Bound<'py, PyAny>> {
        let columns = PyDict::new(py);
        number(&columns, "r.squared", Some(self.r2))?;
        number(&columns, "adj.r.squared", Some(self.adjusted_r2))?;
        number(&columns, "sigma", Some(self.sigma))?;
        criteria(&columns, Some(self.criteria))?;
        number(&columns, "deviance", Some(self.rss))?;
        whole(&columns, "df.residual", self.df)?;
        whole(&columns, "nobs", self.fitted.len())?;
        arrays::frame(&columns, backend)
    }

    pub(crate) fn augment<'py>(&self, py: Python<'py>, backend: Option<&str>) -> Result<Bound<'py, PyAny>> {
        let columns = PyDict::new(py);
        numbers(&columns, ".fitted", self.fitted)?;
        numbers(&columns, ".resid", self.residuals)?;
        if self.leverages.len() == self.fitted.len() {
            numbers(&columns, ".hat", self.leverages)?;
        }
        arrays::frame(&columns, backend)
    }
}
