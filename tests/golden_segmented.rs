//! The best place of one break against an exhaustive search in R (`tests/golden/segmented_trends.json`, `make_segmented.py`).

#![allow(clippy::unwrap_used, reason = "a test that cannot read its values has failed")]

use serde_json::Value;
use unjuran::regression::{Breaks, SegmentedTrend};
use unjuran::series::{Series, Unit, Year};

#[test]
fn one_break_is_the_best_of_all_places() {
    let golden: Value = serde_json::from_str(include_str!("golden/segmented_trends.json")).unwrap();
    for case in golden["cases"].as_array().unwrap() {
        let y: Vec<f64> = case["y"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
        let name = case["series"].as_str().unwrap();
        let series = Series::new(name, Year::new(1800).unwrap(), &y).unwrap().with_unit(Unit::Amount).unwrap();
        let fitted = SegmentedTrend::new().breaks(Breaks::Number(1)).fit(&series).unwrap();
        let (rss, psi) = (case["rss"].as_f64().unwrap(), case["psi"].as_f64().unwrap());
        let largest = y.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        let ours = fitted.regression();
        // An exact fit has an rss of rounding on both sides.
        let exact = rss < 1e-20 * largest * largest;
        assert!(
            (ours.rss / rss - 1.0).abs() <= 1e-8 || exact && ours.rss < 1e-20 * largest * largest,
            "{name}: {} for {rss}",
            ours.rss
        );
        assert!((ours.breaks[0].t - psi).abs() < 1e-4, "{name}: {} for {psi}", ours.breaks[0].t);
        assert!((ours.breaks[0].t.floor() - (psi + 1e-6).floor()).abs() < 0.5, "{name}: another year");
    }
}
