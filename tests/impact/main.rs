//! Verdicts of an effect where there is none.

mod simulate;

#[test]
fn of_four_thousand_series_without_an_effect_one_in_twenty_at_most_is_given_one() {
    let found = simulate::verdicts(4000, 0.0).unwrap();
    let wrong: usize = found.iter().map(|(_, up, down)| up + down).sum();
    // 5% of 4,000 and two standard errors of that share: 200 + 2 sqrt(4,000 * 0.05 * 0.95)
    assert!(wrong <= 227, "{wrong} of 4000");
    for ((n, up, down), name) in found.iter().zip(simulate::GENERATORS) {
        assert!((up + down) * 100 <= 7 * n, "{name}: {up} + {down} of {n}");
    }
}
