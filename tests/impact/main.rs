//! Verdicts of an effect where there is none.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod simulate;

use unjuran::plan::impact;

#[test]
fn the_simulations_judge_as_impact_does() {
    for i in 0..24 {
        let (series, event) = simulate::drawn(i, 0.6).unwrap();
        let found = impact(&series, &event, &[], 0.2).unwrap();
        let (verdict, interval) = simulate::judged(&series, event).unwrap();
        assert_eq!((found.verdict, found.interval(95.0).unwrap()), (verdict, interval), "{found}");
    }
}

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

#[test]
fn the_interval_of_an_effect_holds_it_as_often_as_it_says() {
    for before in [5, 8, 12] {
        let (all, held) = simulate::covered(800, before).unwrap();
        let share = 100.0 * held as f64 / all as f64;
        // 93 to 97, the target, and two standard errors of a share of 800: 2 sqrt(0.95 * 0.05 / 800) = 1.5
        assert!((91.5..=98.5).contains(&share), "{share}% after {before} years");
    }
}
