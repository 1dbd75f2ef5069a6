//! The fit as a table, in the manner of statistical packages.

use std::fmt::Write as _;

use super::{FittedEts, State};
use crate::numeric::special::StudentT;

const WIDTH: usize = 78;

impl FittedEts {
    /// What was fitted, how well, and each parameter with its standard error and 95% interval (Student's, with
    /// [`FittedEts::df`] degrees of freedom; blank for a parameter that was fixed).
    pub fn summary(&self) -> String {
        let report = self.report();
        let last = report.first.plus(report.fitted.len().saturating_sub(1)).unwrap_or(report.first);
        let mut text = String::new();
        let rule = |text: &mut String, mark: &str| text.push_str(&(mark.repeat(WIDTH) + "\n"));
        let _ = writeln!(text, "{:^WIDTH$}", format!("{} Results", report.model));
        rule(&mut text, "=");
        let mut pair = |a: &str, b: String, c: &str, d: String| {
            let _ = writeln!(text, "{a:<16}{b:>20}   {c:<20}{d:>19}");
        };
        let criteria = report.criteria;
        let of = |value: Option<f64>| value.map_or_else(|| "undefined".to_owned(), |x| format!("{x:.3}"));
        pair("Series:", report.series.clone(), "Observed years:", report.observed().to_string());
        pair("Model:", report.model.clone(), "Log-likelihood:", of(criteria.map(|c| c.loglik)));
        pair("Years:", format!("{}-{last}", report.first), "AIC:", of(criteria.map(|c| c.aic)));
        pair("Unit:", self.series().unit().to_string(), "AICc:", of(criteria.and_then(|c| c.aicc)));
        pair("Scale (sigma^2):", number(report.sigma.powi(2)), "BIC:", of(criteria.map(|c| c.bic)));
        rule(&mut text, "=");
        let _ = writeln!(text, "{:<12}{:>14}{:>14}{:>12}{:>13}{:>13}", "", "coef", "std err", "t", "[0.025", "0.975]");
        rule(&mut text, "-");
        let errors = self.standard_errors();
        let reach = StudentT::new(self.df() as f64).quantile(0.975);
        for name in ["alpha", "beta", "phi", "l0", "b0"] {
            let Some(&value) = report.params.get(name) else { continue };
            let _ = match errors.get(name) {
                Some(&se) if se > 0.0 => writeln!(
                    text,
                    "{name:<12}{:>14}{:>14}{:>12.3}{:>13}{:>13}",
                    number(value),
                    number(se),
                    value / se,
                    number(value - reach * se),
                    number(value + reach * se)
                ),
                _ => writeln!(text, "{name:<12}{:>14}{:>14}", number(value), "fixed"),
            };
        }
        rule(&mut text, "-");
        if let Some(State { level, slope }) = self.states().last() {
            let slope = slope.map_or_else(String::new, |slope| format!(", slope {}", number(slope)));
            let _ = writeln!(text, "state at the end of {last}: level {}{slope}", number(*level));
        }
        let weights = self.weights();
        if weights.len() > 1 {
            let shares = weights.iter().map(|(class, weight)| format!("{:.0}% {class}", 100.0 * weight));
            let _ = writeln!(text, "forecast: {}", shares.collect::<Vec<_>>().join(", "));
        }
        rule(&mut text, "=");
        for note in &report.notes {
            let _ = writeln!(text, "note: {note}");
        }
        text
    }
}

/// Six significant digits.
fn number(x: f64) -> String {
    let size = x.abs();
    if size > 0.0 && !(1e-4..1e9).contains(&size) {
        return format!("{x:.4e}");
    }
    let decimals = if size >= 1e5 {
        0
    } else if size >= 100.0 {
        3
    } else {
        6
    };
    format!("{x:.decimals$}")
}
