//! Straight lines, weighted lines and parabolas through years, and lines through their logarithms, against R's `lm`.
//!
//! `tests/golden/ols_trend.json` holds the values, with their origin; `make_ols.py` beside it made the file. All numbers of
//! all 27 series of the reference (`make_ols.py DIR --all`) agree within 1e-9, the tolerance asked for.

use serde_json::Value;
use unjuran::design::Inputs;
use unjuran::regression::{
    Bounds, Coefficient, FittedTrend, LinearTrend, LogLinearTrend, Ols, PolynomialTrend, Robust,
};
use unjuran::series::{Horizon, Series, Unit, Year};

use super::numbers;

/// Real-valued, as in the textbook: rounding to counts is ours.
fn series(case: &Value) -> Series {
    let name = case["series"].as_str().unwrap();
    Series::new(name, Year::new(1800).unwrap(), &numbers(&case["y"])).unwrap().with_unit(Unit::Amount).unwrap()
}

/// The largest relative difference to the reference.
fn off(ours: &[f64], theirs: &Value) -> f64 {
    let theirs = numbers(theirs);
    assert_eq!(ours.len(), theirs.len());
    // why: a row without which the others fit exactly is infinitely far out; R prints what rounding leaves of that.
    let one = |(o, t): (&f64, f64)| if t > 1e7 && *o > 1e7 { 0.0 } else { (o / t - 1.0).abs() };
    ours.iter().zip(theirs).map(one).fold(0.0, f64::max)
}

/// Every number of a fit and its forecast, as named in the reference.
fn ours(fitted: &FittedTrend, scale: fn(f64) -> f64) -> Vec<(&'static str, Vec<f64>)> {
    let ols = fitted.ols().unwrap();
    let forecast = fitted.forecast(Horizon::years(6).unwrap()).unwrap();
    let each = |field: fn(&Coefficient) -> f64| fitted.regression().coefficients.iter().map(field).collect::<Vec<_>>();
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
        ("cooks", ols.cooks()),
        ("rstudent", ols.studentised()),
        ("mean", on_scale(forecast.median())),
        ("pi80_lower", on_scale(eighty.lower)),
        ("pi80_upper", on_scale(eighty.upper)),
        ("pi95_lower", on_scale(ninety_five.lower)),
        ("pi95_upper", on_scale(ninety_five.upper)),
    ]
}

/// What only the straight line of the reference has: bands of the line, memory and unequal variances of the residuals.
fn ours_beyond(ols: &Ols, n: u32) -> Vec<(&'static str, Vec<f64>)> {
    let rows: Vec<[f64; 2]> = (n + 1..=n + 6).map(|t| [1.0, f64::from(t)]).collect();
    let bands: Vec<Bounds> = rows.iter().map(|row| ols.confidence(row, 95.0).unwrap()).collect();
    vec![
        ("ci95_lower", bands.iter().map(|b| b.0).collect()),
        ("ci95_upper", bands.iter().map(|b| b.1).collect()),
        ("durbin_watson", vec![ols.durbin_watson()]),
        ("hac_se_nw_lag1_noprewhite", ols.robust_se(Robust::NeweyWest { lags: 1 })),
        ("hc1_se", ols.robust_se(Robust::Hc1)),
        ("hc3_se", ols.robust_se(Robust::Hc3)),
    ]
}

fn compare(case: &Value, block: &str, values: Vec<(&'static str, Vec<f64>)>, tolerance: f64) {
    for (name, values) in values {
        let off = off(&values, &case[block][name]);
        assert!(off <= tolerance, "{} {block} {name}: off by {off:e}", case["series"]);
    }
}

#[test]
fn every_number_of_a_straight_line_is_that_of_r() {
    let cases = super::cases(include_str!("ols_trend.json"));
    assert!(cases.len() >= 6);
    for case in &cases {
        let series = series(case);
        let fitted = LinearTrend::new().fit(&series).unwrap();
        compare(case, "linear", ours(&fitted, |y| y), 1e-9);
        let n = u32::try_from(series.values().len()).unwrap();
        compare(case, "linear", ours_beyond(fitted.ols().unwrap(), n), 1e-9);
        match LogLinearTrend::new().fit(&series) {
            Ok(fitted) => compare(case, "loglinear", ours(&fitted, f64::ln), 1e-9),
            // R has no fit either: a zero under the logarithm.
            Err(refused) => {
                assert_eq!(refused.kind(), "NotPositive");
                assert!(case["loglinear"]["coef"].is_null());
            }
        }
    }
}

#[test]
fn every_number_of_a_parabola_is_that_of_r() {
    for case in &super::cases(include_str!("ols_trend.json")) {
        let fitted = PolynomialTrend::new(2).unwrap().fit(&series(case)).unwrap();
        compare(case, "quadratic", ours(&fitted, |y| y), 1e-9);
    }
}

#[test]
fn every_number_of_a_weighted_line_is_that_of_r() {
    for case in &super::cases(include_str!("ols_trend.json")) {
        let series = series(case);
        let n = i32::try_from(series.values().len()).unwrap();
        let weights = (1..=n).map(|t| (Year::new(i64::from(1799 + t)).unwrap(), 0.9_f64.powi(n - t)));
        let inputs = Inputs::new().weights(weights).unwrap();
        let fitted = LinearTrend::new().fit_with(&series, &inputs).unwrap();
        let ols = fitted.ols().unwrap();
        let lines: Vec<f64> = (n + 1..=n + 6)
            .map(|t| {
                ols.sigma() * ols.line_at(&[1.0, f64::from(t)]).unwrap().root.iter().map(|r| r * r).sum::<f64>().sqrt()
            })
            .collect();
        let mut values = ours(&fitted, |y| y);
        values.retain(|(name, _)| ["coef", "se", "r2", "loglik", "mean"].contains(name));
        values.extend([("sigma", vec![ols.sigma()]), ("se_mean", lines)]);
        compare(case, "weighted", values, 1e-9);
    }
}
