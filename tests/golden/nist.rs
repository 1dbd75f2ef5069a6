//! Least squares against the linear-regression data sets of NIST, answers exact (`tests/golden/nist_linear.py`).

use serde::Deserialize;
use unjuran::numeric::least_squares::LeastSquares;
use unjuran::regression::polynomial;

#[derive(Deserialize)]
struct Golden {
    results: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    columns: usize,
    rows: Vec<Vec<f64>>,
    y: Vec<f64>,
    coef: Vec<f64>,
    se: Vec<f64>,
    sigma: f64,
}

/// Correct digits of the worst number.
fn digits(got: &[f64], expected: &[f64]) -> f64 {
    let off = |(g, e): (&f64, &f64)| ((g - e) / e).abs();
    -got.iter().zip(expected).map(off).fold(1e-16, f64::max).log10()
}

#[test]
fn nist_data_sets_keep_the_digits_their_conditioning_allows() {
    // Floors of correct digits in coefficients and standard errors. Norris, Pontius, Filip and Wampler2 are limited by
    // the rounding of the published decimals to binary64 (x^10 of Filip, y of Wampler2), not by the solution.
    let floors = [
        ("Norris", 13.5, 13.5),
        ("Pontius", 13.0, 13.0),
        ("NoInt1", 15.0, 15.0),
        ("NoInt2", 15.0, 15.0),
        ("Filip", 7.5, 7.0),
        ("Longley", 14.0, 14.0),
        ("Wampler1", 15.0, 0.0),
        ("Wampler2", 13.0, 0.0),
        ("Wampler3", 15.0, 13.0),
        ("Wampler4", 15.0, 13.0),
        ("Wampler5", 15.0, 13.0),
    ];
    let golden: Golden = serde_json::from_str(include_str!("nist_linear.json")).unwrap();
    assert_eq!(golden.results.len(), floors.len());
    for (case, (name, coef_floor, se_floor)) in golden.results.into_iter().zip(floors) {
        assert_eq!(case.name, name);
        let fit = LeastSquares::fit(&case.rows.concat(), case.columns, &case.y).unwrap();
        let of_coef = digits(fit.coefficients(), &case.coef);
        assert!(of_coef >= coef_floor, "{name}: {of_coef} digits in the coefficients");
        let sigma = (fit.rss() / (case.y.len() - case.columns) as f64).sqrt();
        if case.sigma > 0.0 {
            let covariance = fit.unscaled_covariance();
            let se = |j: usize| sigma * covariance[j * (case.columns + 1)].sqrt();
            let of_se = digits(&(0..case.columns).map(se).collect::<Vec<_>>(), &case.se);
            assert!(of_se >= se_floor, "{name}: {of_se} digits in the standard errors");
        } else {
            // An exact polynomial: what is left is the rounding of the data, of which y is up to 4 million.
            assert!(sigma < 1e-9, "{name}: sigma {sigma}");
        }
    }
}

#[test]
fn polynomials_in_a_basis_of_their_own_keep_13_digits() {
    // The same certified sets where they are polynomials: x is the column of the first power.
    let floors = [("Filip", 13.0, 13.0), ("Pontius", 13.0, 13.0), ("Wampler1", 15.0, 0.0), ("Wampler2", 13.0, 0.0)];
    let floors =
        floors.into_iter().chain([("Wampler3", 15.0, 15.0), ("Wampler4", 15.0, 15.0), ("Wampler5", 15.0, 15.0)]);
    let golden: Golden = serde_json::from_str(include_str!("nist_linear.json")).unwrap();
    for (name, coef_floor, se_floor) in floors {
        let case = golden.results.iter().find(|case| case.name == name).unwrap();
        let x: Vec<f64> = case.rows.iter().map(|row| row[1]).collect();
        let fit = polynomial(&x, &case.y, case.columns - 1).unwrap();
        let of_coef = digits(&fit.coefficients.iter().map(|c| c.estimate).collect::<Vec<_>>(), &case.coef);
        let of_se = if case.sigma > 0.0 {
            digits(&fit.coefficients.iter().map(|c| c.se).collect::<Vec<_>>(), &case.se)
        } else {
            0.0
        };
        assert!(of_coef >= coef_floor && of_se >= se_floor, "{name}: {of_coef} and {of_se} digits");
    }
}
