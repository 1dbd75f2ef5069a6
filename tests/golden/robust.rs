//! Medians of slopes, M-estimates and the Mann-Kendall test against scipy and R.
//!
//! `tests/golden/robust_trends.json` holds the values of a few series, with their origin; `make_robust.py` made it. All 27
//! series of the reference (`make_robust.py DIR --all`) agree within the same tolerances.

use serde_json::Value;
use unjuran::regression::{Loss, SlopeMedian, m_estimate, mann_kendall, slope_median};

use super::numbers;

fn near(what: &str, ours: &[f64], theirs: &Value, tolerance: f64) {
    let theirs = numbers(theirs);
    assert_eq!(ours.len(), theirs.len());
    for (o, t) in ours.iter().zip(theirs) {
        assert!((o - t).abs() <= tolerance * t.abs().max(1e-6), "{what}: {o} for {t}");
    }
}

#[test]
fn medians_of_slopes_and_kendalls_test_are_those_of_scipy() {
    for case in &super::cases(include_str!("robust_trends.json")) {
        let y = numbers(&case["y"]);
        let t: Vec<f64> = (1..=y.len()).map(|t| f64::from(u32::try_from(t).unwrap())).collect();
        let line = slope_median(&t, &y, SlopeMedian::TheilSen);
        let name = &case["series"];
        let (sen, siegel) = (&case["theil_sen"], &case["siegel"]);
        near(&format!("{name} slope"), &[line.slope], &sen["slope"], 1e-12);
        near(&format!("{name} intercept"), &[line.intercept], &sen["intercept_median_y"], 1e-12);
        near(&format!("{name} interval"), &[line.lower, line.upper], &sen["slope_ci95"], 1e-12);
        let line = slope_median(&t, &y, SlopeMedian::Siegel);
        near(&format!("{name} Siegel slope"), &[line.slope], &siegel["slope"], 1e-12);
        near(&format!("{name} Siegel intercept"), &[line.intercept], &siegel["intercept"], 1e-12);
        let test = mann_kendall(&y);
        near(&format!("{name} tau"), &[test.tau], &case["kendall_tau_b"], 1e-12);
    }
}

#[test]
fn m_estimates_are_those_of_r() {
    for case in &super::cases(include_str!("robust_trends.json")) {
        let y = numbers(&case["y"]);
        let rows: Vec<f64> = (1..=y.len()).flat_map(|t| [1.0, f64::from(u32::try_from(t).unwrap())]).collect();
        for (block, loss) in [("huber", Loss::Huber), ("bisquare", Loss::Bisquare)] {
            let Some(expected) = case.get(block) else { continue };
            let fit = m_estimate(&rows, 2, &y, loss).unwrap();
            let what = |number: &str| format!("{} {block} {number}", case["series"]);
            assert!(fit.converged, "{}", what("steps"));
            near(&what("coef"), &fit.coefficients, &expected["coef"], 1e-8);
            near(&what("scale"), &[fit.scale], &expected["scale"], 1e-8);
            near(&what("weights"), &fit.weights, &expected["weights"], 1e-8);
            let se: Vec<f64> = (0..2).map(|j| fit.root[2 * j].hypot(fit.root[2 * j + 1])).collect();
            near(&what("se"), &se, &expected["se"], 1e-8);
        }
    }
}
