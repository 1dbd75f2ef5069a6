//! A trend regression in its stored form: the laws of its coefficients, its columns and its series. Rows and weights follow
//! from these and are made again.

use serde::{Deserialize, Serialize};

use super::fitted::{FittedTrend, Law, is_power};
use super::ols::Ols;
use super::projection::Projection;
use super::setup::Setup;
use crate::design::Design;
use crate::model::FitReport;
use crate::numeric::polynomial::Orthogonal;
use crate::series::{Series, Training};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stored {
    series: Series,
    design: Design,
    projection: Projection,
    basis: Option<Orthogonal>,
    laws: Vec<Law>,
    deviation: f64,
    ols: Option<Ols>,
    report: FitReport,
}

impl From<FittedTrend> for Stored {
    fn from(fitted: FittedTrend) -> Self {
        let FittedTrend { setup, projection, basis, laws, deviation, ols, report } = fitted;
        Self { series: setup.series, design: setup.design, projection, basis, laws, deviation, ols, report }
    }
}

impl TryFrom<Stored> for FittedTrend {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        let Stored { series, design, projection, basis, laws, deviation, ols, report } = stored;
        let training = Training::new(&series).map_err(|e| e.to_string())?;
        report.check(&training)?;
        let powers = design.columns().iter().filter(|column| is_power(column)).count();
        let p = match &basis {
            Some(basis) if !basis.is_sound() || basis.len() != powers => {
                return Err(format!("a basis that is none of the {powers} powers of the trend"));
            }
            _ => design.columns().len(),
        };
        if laws.is_empty() {
            return Err("no law of the coefficients: at least one is needed".to_owned());
        }
        laws.iter().try_for_each(|law| law.check(p))?;
        if let Some(bad) = ols.as_ref().map(|ols| ols.coefficients().len()).filter(|n| *n != p) {
            return Err(format!("an ordinary regression on {bad} columns where there are {p}"));
        }
        let setup = Setup::of(&series, training, design).map_err(|e| e.to_string())?;
        Ok(Self { setup, projection, basis, laws, deviation, ols, report })
    }
}

impl Law {
    /// Whether numbers read from a file make a law of `p` coefficients; if not, a sentence that says why.
    fn check(&self, p: usize) -> Result<(), String> {
        let Self { weight, coefficients, root, df, sigma, .. } = self;
        if coefficients.len() != p || p.checked_mul(p) != Some(root.len()) {
            return Err(format!("{} coefficients with a root of {} for {p} columns", coefficients.len(), root.len()));
        }
        if !(*weight > 0.0 && *weight <= 1.0) {
            return Err(format!("weight = {weight}: above 0 and at most 1 is allowed"));
        }
        if sigma.is_nan() || *sigma < 0.0 {
            return Err(format!("sigma = {sigma}: from 0 is allowed"));
        }
        match df.filter(|df| df.is_nan() || *df <= 0.0) {
            Some(df) => Err(format!("df = {df}: above 0 is allowed")),
            None => Ok(()),
        }
    }
}
