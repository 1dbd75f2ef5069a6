//! Verdicts of an effect where there is none.

mod simulate;

#[test]
fn of_four_thousand_series_without_an_effect_one_in_twenty_at_most_is_given_one() {
    let found = simulate::verdicts(4000, 0.0).unwrap();
    let (all, wrong) = found.iter().fold((0, 0), |(all, wrong), (n, up, down)| (all + n, wrong + up + down));
    // two standard errors of a share of 5% among 4,000
    let most = 0.05 + 2.0 * (0.05 * 0.95 / f64::from(all as u32)).sqrt();
    assert!(f64::from(wrong as u32) <= most * f64::from(all as u32), "{wrong} of {all}");
    for ((n, up, down), name) in found.iter().zip(simulate::GENERATORS) {
        assert!((up + down) * 100 <= 7 * n, "{name}: {up} + {down} of {n}");
    }
}
