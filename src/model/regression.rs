//! What a regression found, in the same shape for every regression.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::FitReport;
use crate::error::{Error, Result};
use crate::series::Year;

/// One coefficient and what is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coefficient {
    /// Name of the column.
    pub name: String,
    /// The estimate.
    pub estimate: f64,
    /// Its standard error.
    pub se: f64,
    /// The estimate in units of its standard error; infinite if that is zero and the estimate is not.
    #[serde(with = "infinite")]
    pub t: f64,
    /// The probability of a t at least as far from zero if the true coefficient were zero.
    pub p: f64,
}

/// Infinity in JSON, which has none: as the largest number there is.
mod infinite {
    use serde::{Deserialize as _, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
    pub(super) fn serialize<S: Serializer>(t: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(t.clamp(f64::MIN, f64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        let t = f64::deserialize(deserializer)?;
        Ok(if t.abs() < f64::MAX { t } else { t.signum() * f64::INFINITY })
    }
}

/// A year in which the slope changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Break {
    /// Where the two lines meet, in years counted from 1 in the first year; not always whole.
    pub t: f64,
    /// The year that this is, or the one before.
    pub year: Year,
    /// The span of years that holds the break with 95% support.
    pub lower: Year,
    /// Its last year.
    pub upper: Year,
    /// The share of the support that this year and its two neighbours have.
    pub support: f64,
}

/// Whether values rise or fall over the years, whatever the shape: the test of Mann and Kendall.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TrendTest {
    /// Pairs of years that rise less those that fall.
    pub statistic: f64,
    /// Kendall's tau-b: the statistic as a share of the pairs that could, ties discounted.
    pub tau: f64,
    /// The statistic in standard deviations, ties accounted for, one half of a step towards zero.
    pub z: f64,
    /// The probability of a statistic at least as far from zero without any trend.
    pub p: f64,
}

/// A change in per cent a year over some years, with its 95% interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PercentChange {
    /// The first year.
    pub from: Year,
    /// The last year.
    pub to: Year,
    /// Per cent a year.
    pub percent: f64,
    /// Lower bound.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
}

/// The numbers of a regression beyond those of every [`FitReport`]. What a kind of regression does not have is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Regression {
    /// The coefficients in the order of the columns.
    pub coefficients: Vec<Coefficient>,
    /// Their covariance matrix, row by row.
    pub covariance: Vec<f64>,
    /// Degrees of freedom of the t statistics; none for normal ones.
    pub df: Option<f64>,
    /// Sum of squared residuals on the scale of the model, weights included.
    pub rss: f64,
    /// Share of the variation that the columns explain.
    pub r2: Option<f64>,
    /// The same, corrected for the number of columns.
    pub adjusted_r2: Option<f64>,
    /// Twice the distance of the log-likelihood from that of a perfect fit, for counts.
    pub deviance: Option<f64>,
    /// Sum of squared Pearson residuals, for counts.
    pub pearson: Option<f64>,
    /// What the variance of the counts is multiplied by: 1 for Poisson, estimated for quasi-Poisson.
    pub dispersion: Option<f64>,
    /// 1 / theta of the negative binomial variance mean + mean^2 / theta; 0 without over-dispersion.
    pub overdispersion: Option<f64>,
    /// Standard error of theta, where there is a theta.
    pub theta_se: Option<f64>,
    /// Years in which the slope changes, with their support.
    pub breaks: Vec<Break>,
    /// Mann-Kendall on the observed values.
    pub trend: Option<TrendTest>,
    /// Change in per cent a year of each stretch of the trend, for models on the log scale.
    pub changes: Vec<PercentChange>,
    /// The same over all observed years.
    pub average_change: Option<PercentChange>,
    /// Cook's distance of each observed year, in order: how far the fit would move without it. Empty where it is not known.
    pub cooks: Vec<f64>,
}

impl Regression {
    /// A regression of which nothing is known yet.
    pub const NOTHING: Self = Self {
        coefficients: Vec::new(),
        covariance: Vec::new(),
        df: None,
        rss: 0.0,
        r2: None,
        adjusted_r2: None,
        deviance: None,
        pearson: None,
        dispersion: None,
        overdispersion: None,
        theta_se: None,
        breaks: Vec::new(),
        trend: None,
        changes: Vec::new(),
        average_change: None,
        cooks: Vec::new(),
    };

    /// theta of the negative binomial variance mean + mean^2 / theta: infinite without over-dispersion, none for others.
    pub fn theta(&self) -> Option<f64> {
        self.overdispersion.map(|alpha| 1.0 / alpha)
    }
}

impl FitReport {
    /// The change in per cent a year of each stretch of the trend.
    ///
    /// # Errors
    /// [`Error::NoPercentChange`] for models whose line is not on the log scale.
    pub fn annual_percent_change(&self) -> Result<&[PercentChange]> {
        let changes = self.regression.as_ref().map_or(&[][..], |regression| &regression.changes);
        if changes.is_empty() {
            return Err(Error::NoPercentChange { model: self.model.clone() });
        }
        Ok(changes)
    }

    /// The fit as a table in HTML, self-contained and without style sheets: what [`std::fmt::Display`] says in text.
    pub fn to_html(&self) -> String {
        let mut html = String::new();
        let cell = |x: f64| number(x);
        let _ = write!(
            html,
            "<table><caption>{} of {}, {} years from {}</caption>",
            escaped(&self.model),
            escaped(&self.series),
            self.observed(),
            self.first
        );
        if let Some(regression) = &self.regression {
            html.push_str("<thead><tr><th></th><th>estimate</th><th>se</th><th>t</th><th>p</th></tr></thead><tbody>");
            for c in &regression.coefficients {
                let _ = write!(
                    html,
                    "<tr><th>{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                    escaped(&c.name),
                    cell(c.estimate),
                    cell(c.se),
                    cell(c.t),
                    cell(c.p)
                );
            }
        } else {
            html.push_str("<tbody>");
            for (name, value) in &self.params {
                let _ = write!(html, "<tr><th>{}</th><td colspan=\"4\">{}</td></tr>", escaped(name), cell(*value));
            }
        }
        for (name, value) in self.facts() {
            let _ = write!(html, "<tr><th>{}</th><td colspan=\"4\">{}</td></tr>", escaped(&name), escaped(&value));
        }
        html.push_str("</tbody></table>");
        if !self.notes.is_empty() {
            html.push_str("<ul>");
            for note in &self.notes {
                let _ = write!(html, "<li>{}</li>", escaped(&note.to_string()));
            }
            html.push_str("</ul>");
        }
        html
    }

    /// What else is known, each with its name.
    pub(super) fn facts(&self) -> Vec<(String, String)> {
        let mut facts = vec![("sigma".to_owned(), number(self.sigma))];
        let mut add = |name: &str, value: Option<f64>| {
            if let Some(value) = value {
                facts.push((name.to_owned(), number(value)));
            }
        };
        if let Some(r) = &self.regression {
            add("R2", r.r2);
            add("adjusted R2", r.adjusted_r2);
            add("deviance", r.deviance);
            add("dispersion", r.dispersion);
            add("theta", r.theta());
        }
        if let Some(c) = self.criteria {
            add("loglik", Some(c.loglik));
            add("AIC", Some(c.aic));
            add("AICc", c.aicc);
            add("BIC", Some(c.bic));
        }
        if let Some(r) = &self.regression {
            for b in &r.breaks {
                facts.push((
                    "break".to_owned(),
                    format!("{} ({} to {}, support {:.2})", b.year, b.lower, b.upper, b.support),
                ));
            }
            let change = |c: &PercentChange| {
                format!("{:+.1}% ({:+.1} to {:+.1}), {}-{}", c.percent, c.lower, c.upper, c.from, c.to)
            };
            facts.extend(r.changes.iter().map(|c| ("change a year".to_owned(), change(c))));
            if let (Some(average), true) = (&r.average_change, r.changes.len() > 1) {
                facts.push(("average change".to_owned(), change(average)));
            }
            if let Some(t) = r.trend {
                facts.push(("Mann-Kendall".to_owned(), format!("tau {:.3}, p {}", t.tau, number(t.p))));
            }
        }
        facts
    }
}

/// Six significant digits, with an exponent only where it is needed.
pub(super) fn number(x: f64) -> String {
    let size = x.abs();
    if x == 0.0 || !x.is_finite() {
        return format!("{x}");
    }
    if !(1e-4..1e9).contains(&size) {
        return format!("{x:.4e}");
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 9")]
    let places = (5.0 - size.log10().floor()).clamp(0.0, 9.0) as usize;
    format!("{x:.places$}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
