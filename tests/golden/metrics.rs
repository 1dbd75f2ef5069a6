//! Metrics against other tools: utilsforecast, properscoring and scipy.
//!
//! `tests/golden/metrics.json` holds their numbers with the versions; `make_metrics.py` beside it made the file.

use serde_json::Value;
use unjuran::dist::{Continuous, Distribution, Empirical, Kernel, Link, Predictive as _};
use unjuran::evaluate::metrics::{
    Mean, coverage, interval_score, log_score, mae, mape, mase, msis, naive_scale, pinball, quantile_crps, rmse, smape,
};
use unjuran::forecast::Interval;

use super::numbers;

fn golden() -> Value {
    serde_json::from_str(include_str!("metrics.json")).unwrap()
}

fn assert_close(ours: f64, theirs: &Value, tolerance: f64, what: &str) {
    let theirs = theirs.as_f64().unwrap();
    assert!((ours - theirs).abs() <= tolerance * theirs.abs().max(1e-3), "{what}: {ours} against {theirs}");
}

#[test]
fn points_intervals_and_quantiles_are_those_of_utilsforecast() {
    let golden = golden();
    let cases = golden["points"].as_array().unwrap();
    assert_eq!(cases.len(), 6);
    for (i, case) in cases.iter().enumerate() {
        let (train, actual, median) = (numbers(&case["train"]), numbers(&case["actual"]), numbers(&case["median"]));
        let expected = &case["expected"];
        let scale = naive_scale(&train);
        let check = |name: &str, ours: f64| assert_close(ours, &expected[name], 1e-12, &format!("{name}, series {i}"));
        check("mae", mae(&actual, &median).unwrap().value);
        check("rmse", rmse(&actual, &median).unwrap().value);
        check("smape", smape(&actual, &median).unwrap().value);
        check("mape", mape(&actual, &median).unwrap().value);
        check("mase", mase(&actual, &median, scale).unwrap().value);
        for level in [80.0, 95.0] {
            let bounds = &case["bands"][level.to_string()];
            let interval = Interval { level, lower: numbers(&bounds[0]), upper: numbers(&bounds[1]) };
            check(&format!("coverage_{level}"), coverage(&actual, &interval).unwrap().value);
            check(&format!("interval_score_{level}"), interval_score(&actual, &interval).unwrap().value);
            check(&format!("msis_{level}"), msis(&actual, &interval, scale).unwrap().value);
        }
        let quantiles: Vec<Vec<f64>> = case["quantiles"].as_array().unwrap().iter().map(numbers).collect();
        let upper: Vec<f64> = quantiles.iter().map(|q| q[17]).collect();
        let loss = pinball(&actual, &upper, 0.9).unwrap().value;
        check("pinball_0.9", loss);
        check("scaled_pinball_0.9", loss / scale);
        let crps: Mean = actual.iter().zip(&quantiles).map(|(&y, q)| quantile_crps(y, q).unwrap()).collect();
        check("quantile_crps", crps.value);
        check("quantile_crps_weighted", crps.value);
    }
}

#[test]
fn the_crps_of_normal_laws_and_samples_is_that_of_properscoring() {
    let golden = golden();
    for case in golden["normal_crps"].as_array().unwrap() {
        let number = |name: &str| case[name].as_f64().unwrap();
        let law = Continuous::new(Kernel::normal(number("mean"), number("sd")), Link::Identity);
        assert_close(law.crps(number("y")), &case["crps"], 1e-13, &case.to_string());
    }
    for case in golden["ensemble_crps"].as_array().unwrap() {
        let law = Empirical::new(numbers(&case["sample"])).unwrap();
        assert_close(law.crps(case["y"].as_f64().unwrap()), &case["crps"], 1e-13, &case.to_string());
    }
}

#[test]
fn capped_and_rounded_laws_are_scored_as_by_scipy() {
    let golden = golden();
    let cases = golden["laws"].as_array().unwrap();
    assert_eq!(cases.len(), 20);
    for case in cases {
        let number = |name: &str| case[name].as_f64().unwrap();
        let (location, scale) = (number("location"), number("scale"));
        let kernel = match case["df"].as_f64() {
            Some(df) => Kernel::student(location, scale, df),
            None => Kernel::normal(location, scale),
        };
        let link = if case["link"] == "log" { Link::Log } else { Link::Identity };
        let law = Distribution::from(Continuous::new(kernel, link));
        assert_close(law.crps(number("y")), &case["crps"], 1e-10, &case.to_string());
        let counts = law.whole();
        assert_close(counts.crps(number("count")), &case["count_crps"], 1e-10, &case.to_string());
        assert_close(log_score(&counts, number("count")), &case["log_score"], 1e-10, &case.to_string());
    }
}
