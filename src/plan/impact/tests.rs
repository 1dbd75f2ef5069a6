//! Behaviour of the verdicts.

use super::*;
use crate::numeric::rng::Stream;
use crate::series::Unit;

fn year(y: i64) -> Year {
    Year::new(y).unwrap()
}

fn series(values: &[f64]) -> Series {
    Series::new("cases", year(2010), values).unwrap()
}

fn step(y: i64) -> Event {
    Event::new(year(y), EventKind::Step, Some("law"))
}

const STEADY: [f64; 12] =
    [1600.0, 1580.0, 1610.0, 1590.0, 1605.0, 1595.0, 1600.0, 1610.0, 1592.0, 1604.0, 1598.0, 1601.0];

#[test]
fn a_steady_series_shows_that_nothing_of_interest_happened() {
    let found = impact(&series(&STEADY), &step(2018), &[], 0.2).unwrap();
    assert_eq!(found.verdict, Verdict::NoEvidence, "{found}");
    assert!(found.mde.rise.unwrap() < 0.2 && found.years_until_detectable == Some(0));
    assert!(found.probability < 0.5);
}

#[test]
fn a_year_under_way_takes_no_part_and_the_sentence_says_so() {
    let whole = impact(&series(&STEADY), &step(2018), &[], 0.2).unwrap();
    let share = crate::series::Coverage::Share(0.4);
    let more = series(&STEADY).with_partial(year(2022), 200.0, share).unwrap();
    let found = impact(&more, &step(2018), &[], 0.2).unwrap();
    assert_eq!(found.relative_effect, whole.relative_effect);
    assert!(found.to_string().contains("; 2022, under way, takes no part; "), "{found}");
    assert!(!whole.to_string().contains("under way"), "{whole}");
}

#[test]
fn a_wild_short_series_cannot_tell_and_says_what_it_could_have_shown() {
    // Malaysian trafficking cases 2015-2022, the amendment of 2022
    let cases = Series::new("cases", year(2015), &[163.0, 463.0, 429.0, 302.0, 286.0, 165.0, 115.0, 139.0]).unwrap();
    let found = impact(&cases, &step(2022), &[], 0.2).unwrap();
    assert_eq!(found.verdict, Verdict::CannotTell, "{found}");
    // by trial: with ten times the last number the verdict is still "cannot tell", with twenty times an increase
    assert!(found.mde.rise.is_none() && found.mde.fall.unwrap() > 0.9, "{found}");
    assert!(found.to_string().contains("cannot tell"));
}

#[test]
fn a_tenfold_rise_is_an_increase_and_every_year_of_it_is_there() {
    let values: Vec<f64> = STEADY[..8].iter().map(|y| y / 10.0).chain([1590.0, 1650.0, 1570.0]).collect();
    let found = impact(&series(&values), &step(2018), &[], 0.2).unwrap();
    assert_eq!(found.verdict, Verdict::Increase);
    assert_eq!(found.years().len(), 3);
    let (total, low, high) = found.total().unwrap().unwrap();
    assert!(low < total && total < high && low > 2000.0, "{low} {total} {high}");
    for one in found.years() {
        assert!(one.effect.1 <= one.effect.0 && one.effect.0 <= one.effect.2);
        assert!((one.observed - one.without - one.effect.0).abs() < 1e-9);
    }
}

#[test]
fn a_pulse_leaves_the_years_after_it_as_they_were() {
    let values = [197.0, 193.0, 210.0, 185.0, 250.0, 265.0, 225.0, 280.0];
    let pulse = |y| Event::new(year(y), EventKind::Pulse, Some("campaign"));
    let found = impact(&series(&values), &pulse(2016), &[], 0.2).unwrap();
    let years = found.years();
    assert!(years[0].effect.1 < years[0].effect.2);
    assert_eq!((years[1].without, years[1].effect), (280.0, (0.0, 0.0, 0.0)));
    // amounts are not rounded: known to nine digits
    let cost = series(&values).with_unit(Unit::Amount).unwrap();
    let found = impact(&cost, &pulse(2015), &[], 0.2).unwrap();
    for one in &found.years()[1..] {
        assert!((one.without / one.observed - 1.0).abs() < 1e-8 && one.effect.2 - one.effect.1 < 1e-5, "{one:?}");
    }
    let (total, low, high) = found.total().unwrap().unwrap();
    let own = found.years()[0].effect;
    // 10,000 draws: the sum is the effect of the one year
    assert!(
        (total - own.0).abs() < 5.0 && (low - own.1).abs() < 20.0 && (high - own.2).abs() < 20.0,
        "{total} {own:?}"
    );
}

#[test]
fn a_pulse_without_numbers_after_it_can_be_judged() {
    let values = [160.0, 148.0, 171.0, 155.0, 166.0, 150.0, 290.0, f64::NAN, 163.0];
    let pulse = Event::new(year(2016), EventKind::Pulse, Some("campaign"));
    let found = impact(&series(&values), &pulse, &[], 0.2).unwrap();
    assert_eq!(found.years().iter().map(|one| one.year.get()).collect::<Vec<_>>(), [2016, 2018]);
    assert!(found.relative_effect > 0.3, "{found}");
}

#[test]
fn a_pulse_in_a_year_without_a_number_cannot_be_judged() {
    let values = [160.0, 148.0, 171.0, 155.0, 166.0, 150.0, f64::NAN, 158.0, 163.0];
    let pulse = Event::new(year(2016), EventKind::Pulse, Some("campaign"));
    let refused = impact(&series(&values), &pulse, &[], 0.2).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "series \"cases\": 2016 has no full number, which the effect of \"campaign\" needs"
    );
}

#[test]
fn the_larger_the_break_the_surer_it_is_seen() {
    let before = [100.0, 110.0, 95.0, 105.0, 100.0, 98.0, 104.0];
    // by hand: 100 is the level before, near 102; 300, 1000, 5000 after are 2, 9, 48 times as much again
    for (after, low, high) in [
        ([300.0, 310.0, 290.0], 1.4, 2.5),
        ([1000.0, 1100.0, 900.0], 6.5, 11.5),
        ([5000.0, 5100.0, 4900.0], 35.0, 60.0),
    ] {
        let values: Vec<f64> = before.iter().chain(&after).copied().collect();
        let found = impact(&series(&values), &step(2017), &[], 0.2).unwrap();
        assert_eq!(found.verdict, Verdict::Increase, "{found}");
        assert!(found.relative_effect > low && found.relative_effect < high, "{found}");
        let without = found.counterfactual.median();
        assert!(without.iter().all(|y| (80.0..140.0).contains(y)), "{without:?}");
    }
    let values: Vec<f64> = std::iter::repeat_n(0.0, 7).chain([50.0, 60.0, 40.0]).collect();
    let found = impact(&series(&values), &step(2017), &[], 0.2).unwrap();
    assert_eq!(found.verdict, Verdict::Increase, "{found}");
}

#[test]
fn years_of_nothing_would_have_been_as_those_before() {
    let values = [100.0, 110.0, 95.0, 105.0, 100.0, 98.0, 104.0, 0.0, 0.0, 0.0];
    let found = impact(&series(&values), &step(2017), &[], 0.2).unwrap();
    assert_eq!(found.verdict, Verdict::Decrease, "{found}");
    for one in found.years() {
        assert!((85.0..125.0).contains(&one.without), "{one:?}");
        assert!(one.effect.1 < -50.0 && one.effect.2 < 0.0, "{one:?}");
    }
}

#[test]
fn what_nothing_practical_would_show_is_said_without_a_number() {
    let found = impact(&series(&[0.0; 10]), &step(2017), &[], 0.2).unwrap();
    assert_eq!((found.mde.rise, found.mde.fall), (None, None));
    let said = found.to_string();
    assert!(
        said.ends_with("found with 80% power: no effect of practical size (no rise up to 900%, no fall at all)"),
        "{said}"
    );
}

/// Of so many years without an event, in each of which the logarithm scatters by 0.2, a random walk by steps of 0.2, and
/// overdispersed counts.
fn without_event(kind: &str, years: usize, i: usize) -> Vec<f64> {
    let mut stream = Stream::new(5, &format!("{kind} {years} {i}"));
    let mut level = 500.0;
    let mut one = || match kind {
        "scatter" => 500.0 * (0.2 * stream.normal()).exp(),
        "counts" => stream.negative_binomial(80.0, 10.0),
        _ => {
            level *= (0.2 * stream.normal()).exp();
            level
        }
    };
    (0..years).map(|_| one().round()).collect()
}

#[test]
fn the_smallest_effect_that_would_be_found_is_found_in_about_four_of_five_series() {
    // two standard errors are 0.08 for each kind
    let (mut found, tried) = (0.0, 100);
    for kind in ["scatter", "walk", "counts"] {
        let mut of_kind = 0.0;
        for i in 0..tried {
            let values = without_event(kind, 12, i);
            let event = step(2018);
            let quiet = series(&values);
            let found = fit(&quiet, &event).unwrap();
            let found = without(&quiet, &event, &found.counterfactual().unwrap().unwrap()).unwrap().unwrap();
            let parts = found.known("law", 0).unwrap().unwrap();
            let rise = smallest(&parts).exp();
            let moved = values.iter().enumerate().map(|(t, y)| if t < 8 { *y } else { (y * rise).round() });
            let moved = series(&moved.collect::<Vec<_>>());
            let fitted = fit(&moved, &event).unwrap();
            let verdict = Verdict::of(&effect(&fitted, &moved).unwrap(), fitted.log_bayes_factor().unwrap(), 0.2);
            of_kind += f64::from(u8::from(verdict == Verdict::Increase));
        }
        let power = of_kind / 100.0;
        assert!((0.68..=0.92).contains(&power), "{kind}: {power}");
        found += power / 3.0;
    }
    assert!((0.74..=0.86).contains(&found), "{found}");
}

#[test]
fn what_could_be_found_does_not_hang_on_what_was_found() {
    let before = [160.0, 148.0, 171.0, 155.0, 166.0, 150.0, 158.0, 163.0];
    for after in [vec![158.0], vec![158.0, 162.0, 150.0, 170.0]] {
        let of = |times: f64| {
            let after = after.iter().map(|y| (y * times).round());
            let values: Vec<f64> = before.iter().copied().chain(after).collect();
            impact(&series(&values), &step(2018), &[], 0.2).unwrap().mde
        };
        let as_before = of(1.0);
        for times in [0.1, 0.5, 2.0, 10.0] {
            // the same years, the same scatter: what is left is the rounding of small counts
            let (rise, fall) = (of(times).rise.unwrap(), of(times).fall.unwrap());
            assert!((rise / as_before.rise.unwrap() - 1.0).abs() < 0.1, "{times}: {rise} {as_before:?}");
            assert!((fall / as_before.fall.unwrap() - 1.0).abs() < 0.1, "{times}: {fall} {as_before:?}");
        }
    }
}

#[test]
fn the_smallest_effect_of_one_part_is_that_of_the_formula_and_more_parts_ask_for_more() {
    // p = 0.2 with the prior 0.7: s^2 = 1 / (25 - 1 / 0.49) = 0.043556, d = 1.96 x 0.21778 + 0.8416 x 0.20870 = 0.60249
    let one = Known { weight: 1.0, mean: 0.1, now: 0.2, sd: 0.2, prior: 0.7 };
    assert!((smallest(&[one]) - 0.602_49).abs() < 1e-4, "{}", smallest(&[one]));
    // half of it 0.1, half sqrt(0.07): the same variance, and a longer tail
    let parts = [0.1, 0.07_f64.sqrt()].map(|sd| Known { weight: 0.5, now: sd, sd, ..one });
    assert!(smallest(&parts) > 0.7, "{}", smallest(&parts));
    // parts that do not agree
    let apart = [0.3, -0.3].map(|mean| Known { weight: 0.5, mean, ..one });
    assert!(smallest(&apart) > 0.85, "{}", smallest(&apart));
    // where the data say nothing, no effect is found
    assert!(smallest(&[Known { now: 0.7, sd: 0.7, ..one }]) > 5.9);
}

#[test]
fn placebos_are_the_years_before_and_the_controls() {
    let found = impact(&series(&STEADY), &step(2018), &[series(&STEADY).with_name("control")], 0.2).unwrap();
    let years: Vec<i32> = found.placebos.iter().map(|p| p.year.get()).collect();
    assert_eq!(years, [2014, 2015, 2016, 2017, 2018]);
    assert_eq!(found.placebos[4].series, "control");
}

#[test]
fn years_without_a_number_are_in_no_total() {
    let values = [160.0, 148.0, 171.0, 155.0, 166.0, 150.0, 158.0];
    let masked = |values: &[f64], years: std::ops::Range<i64>| {
        let known = series(values);
        years.fold(known, |known, y| known.with_censored(year(y), 0.0, 5.0).unwrap())
    };
    let none = impact(&masked(&values, 2017..2020), &step(2017), &[], 0.2).unwrap();
    assert_eq!((none.years(), none.total().unwrap()), (Vec::new(), None));
    let one: Vec<f64> = values.iter().copied().chain([3.0]).collect();
    let some = impact(&masked(&one, 2018..2020), &step(2017), &[], 0.2).unwrap();
    let (own, total) = (some.years()[0].effect, some.total().unwrap().unwrap());
    // 10,000 draws: the sum is the effect of the one year
    assert!(some.years().len() == 1 && (total.0 - own.0).abs() < 5.0, "{total:?} {own:?}");
}

#[test]
fn nothing_of_nothing_is_no_change_and_something_of_nothing_is_infinite() {
    let found = impact(&series(&[0.0; 10]), &step(2017), &[], 0.2).unwrap();
    // what would have been may have been something, of which nothing is a fall to nothing
    assert!(found.years().iter().all(|one| one.relative == (0.0, -1.0, 0.0)), "{:?}", found.years());
    let values: Vec<f64> = std::iter::repeat_n(0.0, 7).chain([50.0, 60.0, 40.0]).collect();
    let found = impact(&series(&values), &step(2017), &[], 0.2).unwrap();
    assert!(
        found.years().iter().all(|one| one.without > 0.0 || one.relative.0 == f64::INFINITY),
        "{:?}",
        found.years()
    );
}

#[test]
fn an_effect_on_numbers_below_zero_is_no_share_and_refused() {
    let amounts = |y: f64| {
        let values = [&STEADY[..3], &[y], &STEADY[4..]].concat();
        Series::new("net", year(2010), &values).unwrap().with_unit(Unit::Amount).unwrap()
    };
    let refused = impact(&amounts(-20.5), &step(2018), &[], 0.2).unwrap_err();
    let said = "impact: \"net\" in 2013 = -20.5 is not allowed: numbers from 0, of which an effect can be a share";
    assert_eq!(refused.to_string(), said);
    let control = impact(&amounts(0.0), &step(2018), &[amounts(-20.5)], 0.2).unwrap_err();
    assert_eq!(control.to_string(), said);
}

#[test]
fn too_few_years_before_an_event_are_told_as_those() {
    let early = impact(&series(&STEADY), &step(2013), &[], 0.2).unwrap_err();
    assert_eq!(
        early.to_string(),
        "series \"cases\": impact of \"law\", by the years before 2013, needs 5 observed full years, the series has 3"
    );
}

#[test]
fn an_event_where_nothing_can_be_judged_is_refused_by_name() {
    let s = series(&STEADY);
    for y in [2009, 2010, 2022, 2030] {
        assert!(matches!(impact(&s, &step(y), &[], 0.2), Err(Error::EventOutside { .. })), "{y}");
    }
    let early = impact(&s, &step(2014), &[], 0.2).unwrap_err();
    assert!(matches!(early, Error::TooFewYears { needed: 5, got: 4, .. }), "{early}");
    assert!(impact(&s, &step(2018), &[], 0.0).is_err());
}
