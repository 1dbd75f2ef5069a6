//! Exponential smoothing and random walks against values computed elsewhere.
//!
//! `tests/golden/smoothing.json` holds them, with their origin; `make_smoothing.py` beside it made the file.

use serde_json::Value;
use unjuran::Error;
use unjuran::forecast::Forecast;
use unjuran::series::{Horizon, Series, Unit, Year};
use unjuran::smoothing::{Bands, Class, Drift, Ets, EtsParams, FittedEts, Mean, Naive, Theta};

use super::{number, numbers};

fn golden() -> Value {
    serde_json::from_str(include_str!("smoothing.json")).unwrap()
}

/// Real-valued, as in the textbook: rounding to counts is ours.
fn series(golden: &Value, name: &Value) -> Series {
    let name = name.as_str().unwrap();
    let y = numbers(&golden["y"][name]);
    Series::new(name, Year::new(1800).unwrap(), &y).unwrap().with_unit(Unit::Amount).unwrap()
}

fn assert_close(ours: f64, theirs: f64, tolerance: f64, what: &str) {
    let scale = theirs.abs().max(1e-300);
    assert!((ours - theirs).abs() <= tolerance * scale, "{what}: {ours} against {theirs}");
}

fn assert_all_close(ours: &[f64], theirs: &Value, scale: f64, tolerance: f64, what: &str) {
    for (ours, theirs) in ours.iter().zip(numbers(theirs)) {
        assert!((ours - theirs).abs() <= tolerance * scale, "{what}: {ours} against {theirs}");
    }
}

fn fixed(case: &Value) -> EtsParams {
    type Setter = fn(EtsParams, f64) -> EtsParams;
    let setters: [(&str, Setter); 5] = [
        ("alpha", EtsParams::alpha),
        ("beta", EtsParams::beta),
        ("phi", EtsParams::phi),
        ("l0", EtsParams::level),
        ("b0", EtsParams::slope),
    ];
    let params = Ets::params().class(case["model"].as_str().unwrap().parse().unwrap()).bands(Bands::Textbook);
    setters.iter().fold(params, |params, (name, set)| case[*name].as_f64().map_or(params, |x| set(params, x)))
}

fn six_years(fitted: &FittedEts) -> Forecast {
    fitted.forecast(Horizon::years(6).unwrap()).unwrap()
}

#[test]
fn the_likelihood_at_fixed_parameters_agrees_to_ten_digits() {
    let golden = golden();
    let cases = golden["ets_fixed"].as_array().unwrap();
    assert!(cases.len() >= 150);
    for case in cases {
        let what = format!("{} {} {}", case["series"], case["model"], case["alpha"]);
        let fitted = fixed(case).fit(&series(&golden, &case["series"])).unwrap();
        let loglik = fitted.report().criteria.unwrap().loglik;
        assert_close(loglik, number(&case["loglik"]), 1e-10, &what);
        let sse: f64 = fitted.report().residuals.iter().flatten().map(|e| e * e).sum();
        assert_close(sse, number(&case["sse"]), 1e-10, &what);
        assert_close(fitted.level(), number(&case["level_n"]), 1e-10, &what);
        // Ahead a falling line may go below zero, where a growth factor cannot.
        let forecast = six_years(&fitted);
        let level = numbers(&case["mean_h1_6"]).iter().fold(fitted.level().abs(), |m, x| m.max(x.abs()));
        assert_all_close(&forecast.mean(), &case["mean_h1_6"], level, 1e-10, &what);
        // theirs divide the squares by n, ours by n - k; the rule over the horizon is what is compared
        let Some(theirs) = case["var_h1_6"].as_array().filter(|v| v.iter().all(|v| !v.is_null())) else { continue };
        if fitted.class().has_multiplicative_shocks() {
            continue; // their variance is not in proportion to sigma^2: compared with R's bounds below
        }
        let per_shock = number(&case["sigma2_mle"]);
        for (ours, theirs) in forecast.variance().iter().zip(theirs) {
            assert_close(ours / fitted.report().sigma.powi(2), number(theirs) / per_shock, 1e-10, &what);
        }
    }
}

#[test]
fn parameters_that_leave_the_positive_numbers_are_refused_by_a_typed_error() {
    let golden = golden();
    let cases = golden["ets_invalid"].as_array().unwrap();
    assert!(cases.len() >= 15);
    for case in cases {
        let what = format!("{} {} {}", case["series"], case["model"], case["invalid"]);
        let class = case["model"].as_str().unwrap().parse::<Class>().unwrap().to_string();
        match fixed(case).fit(&series(&golden, &case["series"])) {
            Err(Error::NeedsPositive { model, .. } | Error::LeavesPositive { model, .. }) => assert_eq!(model, class),
            other => panic!("{what}: {other:?}"),
        }
    }
}

#[test]
fn with_the_parameters_of_r_the_points_and_bounds_are_those_of_r() {
    let golden = golden();
    let cases = golden["ets_fitted"].as_array().unwrap();
    assert!(cases.len() >= 40);
    for case in cases {
        let what = format!("{} {}", case["series"], case["model"]);
        let fitted = fixed(case).fit(&series(&golden, &case["series"])).unwrap();
        let forecast = six_years(&fitted);
        let unit = if fitted.class().has_multiplicative_shocks() { fitted.level().abs() } else { 1.0 };
        let scale = fitted.level().abs() + fitted.report().sigma * unit;
        assert_close(fitted.report().sigma.powi(2), number(&case["sigma2"]), 1e-8, &what);
        // why one year of MMdN: from the second on R damps a growth factor by phi + phi, where its own recursion, statsmodels
        // and the book have phi + phi^2 (`ets_fixed` agrees with those to ten digits).
        let years = if case["model"] == "MMdN" { 1 } else { 6 };
        assert_all_close(&forecast.mean()[..years], &case["mean"], scale, 1e-8, &what);
        // R simulates the bounds of growth factors; ours are first-order, see the test against simulation.
        let simulated = case["intervals"].as_str().unwrap().starts_with("simulated");
        for (level, lower, upper) in [(80.0, "lower80", "upper80"), (95.0, "lower95", "upper95")] {
            if simulated {
                continue;
            }
            let band = forecast.interval(level).unwrap();
            assert_all_close(&band.lower, &case[lower], scale, 1e-8, &what);
            assert_all_close(&band.upper, &case[upper], scale, 1e-8, &what);
        }
    }
}

#[test]
fn the_fitted_likelihood_reaches_the_best_known_maximum() {
    let golden = golden();
    let cases = golden["ets_best"].as_array().unwrap();
    assert!(cases.len() >= 60);
    let mut short = Vec::new();
    for case in cases {
        let params = Ets::params().class(case["model"].as_str().unwrap().parse().unwrap());
        let fitted = params.fit(&series(&golden, &case["series"])).unwrap();
        let (ours, best) = (fitted.report().criteria.unwrap().loglik, number(&case["loglik"]));
        if ours < best - 1e-6 {
            short.push(format!("{} {}: {ours} falls short of {best}", case["series"], case["model"]));
        }
    }
    assert!(short.is_empty(), "{short:#?}");
}

#[test]
fn random_walks_and_the_mean_are_those_of_r() {
    let golden = golden();
    let horizon = Horizon::years(6).unwrap();
    for case in golden["walks"].as_array().unwrap() {
        let series = series(&golden, &case["series"]);
        let naive = (Naive.fit(&series).unwrap(), &case["naive"]);
        let drift = (Drift.fit(&series).unwrap(), &case["rw_drift"]);
        let mean = Mean.fit(&series).unwrap();
        let walks = [naive, drift].map(|(fitted, theirs)| (fitted.forecast(horizon), fitted.sigma(), theirs));
        for (forecast, scale, theirs) in
            walks.into_iter().chain([(mean.forecast(horizon), mean.sigma(), &case["mean"])])
        {
            let forecast = forecast.unwrap();
            let what = case["series"].as_str().unwrap();
            assert_all_close(&forecast.mean(), &theirs["mean"], scale, 1e-10, what);
            let band = forecast.interval(95.0).unwrap();
            assert_all_close(&band.lower, &theirs["lower95"], scale, 1e-10, what);
            assert_all_close(&band.upper, &theirs["upper95"], scale, 1e-10, what);
        }
    }
}

#[test]
fn the_standard_theta_method_is_that_of_r() {
    let golden = golden();
    let horizon = Horizon::years(6).unwrap();
    let cases = golden["thetas"].as_array().unwrap();
    assert!(cases.len() >= 5);
    for case in cases {
        let what = case["series"].as_str().unwrap();
        let fitted = Theta::default().with_bands(Bands::Textbook).fit(&series(&golden, &case["series"])).unwrap();
        let forecast = fitted.forecast(horizon).unwrap();
        // why 1e-3: R stops its search for alpha early; the slope has all its digits.
        let scale = numbers(&case["mean"])[0].abs();
        assert_close(fitted.report().params["drift"], number(&case["drift"]), 1e-9, what);
        assert_all_close(&forecast.mean(), &case["mean"], scale, 1e-3, what);
        for (level, lower, upper) in [(80.0, "lower80", "upper80"), (95.0, "lower95", "upper95")] {
            let band = forecast.interval(level).unwrap();
            assert_all_close(&band.lower, &case[lower], scale, 1e-3, what);
            assert_all_close(&band.upper, &case[upper], scale, 1e-3, what);
        }
    }
}
