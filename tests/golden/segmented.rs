//! The best place of one break against an exhaustive search in R (`tests/golden/segmented_trends.json`, `make_segmented.py`).

use unjuran::regression::{Breaks, SegmentedTrend};
use unjuran::series::{Series, Unit, Year};

#[test]
fn one_break_is_the_best_of_all_places() {
    for case in super::cases(include_str!("segmented_trends.json")) {
        let y = super::numbers(&case["y"]);
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
