//! What a fit found: parameters, likelihood, residuals.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Regression;
use super::regression::number;
use crate::error::Result;
use crate::forecast::{Forecast, Joint, Projection};
use crate::series::{Note, Series, Training, Year};

/// Log-likelihood and the information criteria made from it; smaller criteria are better.
///
/// With k estimated numbers (the variance among them) and n observed years: `AIC = 2 k - 2 loglik`,
/// `AICc = AIC + 2 k (k + 1) / (n - k - 1)`, `BIC = k ln n - 2 loglik`. There is no AICc where n <= k + 1.
/// References: Akaike (1974); Hurvich and Tsai (1989); Schwarz (1978).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Criteria {
    /// Log-likelihood, constants included; of models on the real line the Gaussian one.
    pub loglik: f64,
    /// Akaike's criterion.
    pub aic: f64,
    /// The same, corrected for short series; none where the correction is undefined (n <= k + 1).
    pub aicc: Option<f64>,
    /// Schwarz's criterion.
    pub bic: f64,
}

impl Criteria {
    /// The criteria of a fit with `k` estimated numbers to `n` observed years.
    pub fn new(loglik: f64, k: usize, n: usize) -> Self {
        let (kf, nf) = (k as f64, n as f64);
        let aic = 2.0 * kf - 2.0 * loglik;
        let aicc = (n > k + 1).then(|| aic + 2.0 * kf * (kf + 1.0) / (nf - kf - 1.0));
        Self { loglik, aic, aicc, bic: kf * nf.ln() - 2.0 * loglik }
    }
}

/// What a fit found, in the same shape for every model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FitReport {
    /// Name of the series.
    pub series: String,
    /// Name of the fitted model, as in "ETS(A,N,N)".
    pub model: String,
    /// Parameters by name.
    pub params: BTreeMap<String, f64>,
    /// Likelihood and information criteria, for models that have a likelihood.
    pub criteria: Option<Criteria>,
    /// Residual standard deviation on the scale of the model.
    pub sigma: f64,
    /// The first year of `fitted` and `residuals`.
    pub first: Year,
    /// What the model expects of each observed year, on the scale of the data: smoothing models before they saw it (effects of
    /// events are those that the whole series taught), regressions by the line through all years.
    pub fitted: Vec<Option<f64>>,
    /// Observed less expected, on the scale of the model.
    pub residuals: Vec<Option<f64>>,
    /// What a reader must be told.
    pub notes: Vec<Note>,
    /// What a regression knows beside; none for other models.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regression: Option<Box<Regression>>,
}

impl FitReport {
    /// A report without likelihood.
    pub(crate) fn new(training: &Training, model: String, sigma: f64) -> Self {
        Self {
            series: training.name.clone(),
            model,
            params: BTreeMap::new(),
            criteria: None,
            sigma,
            first: training.first,
            fitted: Vec::new(),
            residuals: Vec::new(),
            notes: Vec::new(),
            regression: None,
        }
    }

    /// The forecast that the joint law of the years ahead amounts to, with this fit's name, parameters and notes.
    pub(crate) fn project(&self, series: &Series, training: &Training, joint: Joint) -> Result<Forecast> {
        Forecast::new(Projection {
            series,
            training,
            model: self.model.clone(),
            params: self.params.clone(),
            notes: self.notes.clone(),
            joint,
        })
    }

    /// Whether a stored report can be that of a fit to these years; if not, a sentence that says why.
    pub(crate) fn check(&self, training: &Training) -> std::result::Result<(), String> {
        let years = training.y.len();
        if (&self.series, self.first) != (&training.name, training.first) {
            let (own, first) = (&self.series, self.first);
            return Err(format!("a report of {own:?} from {first} for {:?} from {}", training.name, training.first));
        }
        for (name, values) in [("fitted", &self.fitted), ("residuals", &self.residuals)] {
            if values.len() != years {
                return Err(format!("{} {name} for {years} years: there is one a year", values.len()));
            }
        }
        if self.sigma.is_nan() || self.sigma < 0.0 {
            return Err(format!("sigma = {}: from 0 is allowed", self.sigma));
        }
        let Some(regression) = &self.regression else { return Ok(()) };
        let p = regression.coefficients.len();
        if p.checked_mul(p) != Some(regression.covariance.len()) {
            return Err(format!("{} covariances of {p} coefficients: p x p are needed", regression.covariance.len()));
        }
        Ok(())
    }

    /// Number of years with a residual.
    pub fn observed(&self) -> usize {
        self.residuals.iter().flatten().count()
    }
}

impl fmt::Display for FitReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} of {:?}, {} years from {}", self.model, self.series, self.observed(), self.first)?;
        if let Some(regression) = &self.regression {
            writeln!(f, "  {:<16} {:>13} {:>13} {:>10} {:>12}", "", "estimate", "se", "t", "p")?;
            for c in &regression.coefficients {
                let [estimate, se, p] = [c.estimate, c.se, c.p].map(number);
                writeln!(f, "  {:<16} {estimate:>13} {se:>13} {:>10.3} {p:>12}", c.name, c.t)?;
            }
        } else {
            for (name, value) in &self.params {
                writeln!(f, "  {name:<16} {:>13}", number(*value))?;
            }
        }
        for (name, value) in self.facts() {
            writeln!(f, "  {name:<16} {value:>13}")?;
        }
        for note in &self.notes {
            writeln!(f, "  note: {note}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn criteria_agree_with_a_hand_computation() {
        // loglik -10, k = 3, n = 8: AIC 26, correction 2*3*4/4 = 6, BIC 3 ln 8 + 20
        let c = Criteria::new(-10.0, 3, 8);
        assert!((c.aic - 26.0).abs() < 1e-12);
        assert!((c.aicc.unwrap() - 32.0).abs() < 1e-12);
        assert!((c.bic - (3.0 * 8.0_f64.ln() + 20.0)).abs() < 1e-12);
        assert_eq!(Criteria::new(-10.0, 3, 4).aicc, None);
    }
}
