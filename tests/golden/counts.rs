//! Poisson, quasi-Poisson and negative binomial trends against maxima computed with 40 digits.
//!
//! `tests/golden/count_trends.json` holds all series of the reference with their origin; `make_counts.py` made it.

use serde_json::Value;
use unjuran::design::Inputs;
use unjuran::regression::{Dispersion, FittedTrend, NegativeBinomialTrend, PoissonTrend};
use unjuran::series::{Note, Series, Year};

use super::numbers;

const TOLERANCE: f64 = 1e-8;

fn series(case: &Value) -> Series {
    Series::new(case["series"].as_str().unwrap(), Year::new(1800).unwrap(), &numbers(&case["y"])).unwrap()
}

fn inputs(case: &Value, block: &str) -> Inputs {
    if !block.ends_with("offset") {
        return Inputs::new();
    }
    let n = i32::try_from(numbers(&case["y"]).len()).unwrap();
    let year = |t: i32| Year::new(i64::from(1799 + t)).unwrap();
    Inputs::new().exposure((1..=n + 6).map(|t| (year(t), 1000.0 * 1.02_f64.powi(t - 1)))).unwrap()
}

fn near(case: &Value, block: &str, name: &str, ours: &[f64]) {
    let theirs = numbers(&case[block][name]);
    assert_eq!(ours.len(), theirs.len());
    for (o, t) in ours.iter().zip(theirs) {
        let off = (o / t - 1.0).abs();
        assert!(off <= TOLERANCE, "{} {block} {name}: {o} for {t}, off by {off:e}", case["series"]);
    }
}

fn coefficients(fitted: &FittedTrend) -> Vec<f64> {
    fitted.regression().coefficients.iter().map(|c| c.estimate).collect()
}

fn errors(fitted: &FittedTrend) -> Vec<f64> {
    fitted.regression().coefficients.iter().map(|c| c.se).collect()
}

#[test]
fn poisson_trends_are_the_maxima_of_their_likelihood() {
    for case in &super::cases(include_str!("count_trends.json")) {
        for block in ["poisson", "poisson_offset"] {
            let (series, inputs) = (series(case), inputs(case, block));
            let fitted = PoissonTrend::new().fit_with(&series, &inputs).unwrap();
            if case[block]["expected"].is_string() {
                assert!(fitted.report().notes.contains(&Note::Separated), "{}", case["series"]);
                assert!(fitted.regression().coefficients[1].estimate.abs() < 5.0);
                continue;
            }
            near(case, block, "coef", &coefficients(&fitted));
            near(case, block, "se", &errors(&fitted));
            near(case, block, "loglik", &[fitted.report().criteria.unwrap().loglik]);
            near(case, block, "deviance", &[fitted.regression().deviance.unwrap()]);
            near(case, block, "pearson_chi2", &[fitted.regression().pearson.unwrap()]);
            let quasi = PoissonTrend::new().dispersion(Dispersion::Estimate).fit_with(&series, &inputs).unwrap();
            near(case, block, "quasi_dispersion", &[quasi.regression().dispersion.unwrap()]);
            let wider = quasi.regression().dispersion.unwrap().sqrt();
            near(case, block, "se", &errors(&quasi).iter().map(|se| se / wider).collect::<Vec<_>>());
        }
    }
}

#[test]
fn negative_binomial_trends_are_the_maxima_of_their_likelihood() {
    for case in &super::cases(include_str!("count_trends.json")) {
        for block in ["nb", "nb_offset"] {
            let fitted = NegativeBinomialTrend::new().fit_with(&series(case), &inputs(case, block)).unwrap();
            if let Some(expected) = case[block]["expected"].as_str() {
                let note = if expected.contains("separation") { Note::Separated } else { Note::NoOverdispersion };
                assert!(fitted.report().notes.contains(&note), "{}", case["series"]);
                continue;
            }
            near(case, block, "coef", &coefficients(&fitted));
            near(case, block, "theta", &[fitted.regression().theta().unwrap()]);
            near(case, block, "se_expected_information", &errors(&fitted));
            near(case, block, "loglik", &[fitted.report().criteria.unwrap().loglik]);
        }
    }
}
