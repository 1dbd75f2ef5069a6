//! Straight lines through years and through their logarithms against R's `lm`.
//!
//! `tests/golden/ols_trend.json` holds the values, with their origin; `make_ols.py` beside it made the file. All numbers of
//! all 27 series of the reference (`make_ols.py DIR --all`) agree within 2.4e-12.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its values has failed")]

use serde_json::Value;
use unjuran::forecast::Forecast;
use unjuran::regression::{Coefficient, FittedTrend, LinearTrend, LogLinearTrend};
use unjuran::series::{Horizon, Series, Unit, Year};

fn golden() -> Vec<Value> {
    let golden: Value = serde_json::from_str(include_str!("golden/ols_trend.json")).unwrap();
    golden["cases"].as_array().unwrap().clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().map(|v| v.as_f64().unwrap()).collect(),
        one => vec![one.as_f64().unwrap()],
    }
}

/// Real-valued, as in the textbook: rounding to counts is ours.
fn series(case: &Value) -> Series {
    let name = case["series"].as_str().unwrap();
    Series::new(name, Year::new(1800).unwrap(), &numbers(&case["y"])).unwrap().with_unit(Unit::Amount).unwrap()
}

/// The largest relative difference to the reference.
fn off(ours: &[f64], theirs: &Value) -> f64 {
    let theirs = numbers(theirs);
    assert_eq!(ours.len(), theirs.len());
    ours.iter().zip(theirs).map(|(o, t)| (o / t - 1.0).abs()).fold(0.0, f64::max)
}

/// Every number of a fit and its forecast, as named in the reference.
fn ours(fitted: &FittedTrend, forecast: &Forecast, scale: fn(f64) -> f64) -> Vec<(&'static str, Vec<f64>)> {
    let ols = fitted.ols();
    let each = |field: fn(&Coefficient) -> f64| ols.coefficients().iter().map(field).collect::<Vec<_>>();
    let criteria = fitted.report().criteria.unwrap();
    let on_scale = |values: Vec<f64>| values.into_iter().map(scale).collect::<Vec<_>>();
    let (eighty, ninety_five) = (forecast.interval(80.0).unwrap(), forecast.interval(95.0).unwrap());
    vec![
        ("coef", each(|c| c.estimate)),
        ("se", each(|c| c.se)),
        ("t", each(|c| c.t)),
        ("p", each(|c| c.p)),
        ("sigma", vec![fitted.report().sigma]),
        ("r2", vec![ols.r2()]),
        ("adj_r2", vec![ols.adjusted_r2()]),
        ("loglik", vec![criteria.loglik]),
        ("aic", vec![criteria.aic]),
        ("bic", vec![criteria.bic]),
        ("hat", ols.leverages().to_vec()),
        ("mean", on_scale(forecast.median())),
        ("pi80_lower", on_scale(eighty.lower)),
        ("pi80_upper", on_scale(eighty.upper)),
        ("pi95_lower", on_scale(ninety_five.lower)),
        ("pi95_upper", on_scale(ninety_five.upper)),
    ]
}

#[test]
fn every_number_of_a_straight_line_is_that_of_r() {
    let cases = golden();
    assert!(cases.len() >= 6);
    let horizon = Horizon::years(6).unwrap();
    let compare = |case: &Value, block: &str, fitted: &FittedTrend, scale: fn(f64) -> f64| {
        let forecast = fitted.forecast(horizon).unwrap();
        for (name, values) in ours(fitted, &forecast, scale) {
            let what = format!("{} {block} {name}", case["series"]);
            let off = off(&values, &case[block][name]);
            assert!(off <= 1e-11, "{what}: off by {off:e}");
        }
    };
    for case in &cases {
        let series = series(case);
        compare(case, "linear", &LinearTrend.fit(&series).unwrap(), |y| y);
        match LogLinearTrend.fit(&series) {
            Ok(fitted) => compare(case, "loglinear", &fitted, f64::ln),
            // R has no fit either: a zero under the logarithm.
            Err(refused) => {
                assert_eq!(refused.kind(), "NotPositive");
                assert!(case["loglinear"]["coef"].is_null());
            }
        }
    }
}
