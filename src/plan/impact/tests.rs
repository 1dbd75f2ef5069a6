//! Behaviour of the verdicts.

use super::*;

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
    assert!(found.mde.rise < 0.2 && found.years_until_detectable == Some(0));
    assert!(found.probability < 0.5);
}

#[test]
fn a_wild_short_series_cannot_tell_and_says_what_it_could_have_shown() {
    // Malaysian trafficking cases 2015-2022, the amendment of 2022
    let cases = Series::new("cases", year(2015), &[163.0, 463.0, 429.0, 302.0, 286.0, 165.0, 115.0, 139.0]).unwrap();
    let found = impact(&cases, &step(2022), &[], 0.2).unwrap();
    assert_eq!(found.verdict, Verdict::CannotTell, "{found}");
    assert!(found.mde.rise > 0.5, "{found}");
    assert!(found.to_string().contains("cannot tell"));
}

#[test]
fn a_tenfold_rise_is_an_increase_and_every_year_of_it_is_there() {
    let values: Vec<f64> = STEADY[..8].iter().map(|y| y / 10.0).chain([1590.0, 1650.0, 1570.0]).collect();
    let found = impact(&series(&values), &step(2018), &[], 0.2).unwrap();
    assert_eq!(found.verdict, Verdict::Increase);
    assert_eq!(found.years().len(), 3);
    let (total, low, high) = found.total().unwrap();
    assert!(low < total && total < high && low > 2000.0, "{low} {total} {high}");
    for one in found.years() {
        assert!(one.effect.1 <= one.effect.0 && one.effect.0 <= one.effect.2);
        assert!((one.observed - one.without - one.effect.0).abs() < 1e-9);
    }
}

#[test]
fn placebos_are_the_years_before_and_the_controls() {
    let found = impact(&series(&STEADY), &step(2018), &[series(&STEADY).with_name("control")], 0.2).unwrap();
    let years: Vec<i32> = found.placebos.iter().map(|p| p.year.get()).collect();
    assert_eq!(years, [2014, 2015, 2016, 2017, 2018]);
    assert_eq!(found.placebos[4].series, "control");
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
