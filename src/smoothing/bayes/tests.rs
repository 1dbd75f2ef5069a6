//! Behaviour of the average as a whole.

use super::*;
use crate::dist::Predictive as _;
use crate::model::checks::battery;
use crate::series::{Horizon, Unit, Year};

const CASES: [f64; 8] = [163.0, 463.0, 429.0, 302.0, 286.0, 165.0, 115.0, 139.0];

fn series(values: &[f64]) -> Series {
    Series::new("s", Year::new(2015).unwrap(), values).unwrap()
}

fn years(h: i64) -> Horizon {
    Horizon::years(h).unwrap()
}

fn random_walk() -> Member {
    Member { alpha: 1.0, beta: 0.0, phi: 0.0, lambda: 1.0, tau: 1.0, s: 0.2, drift: 0.0 }
}

fn only(member: Member) -> Prior {
    Prior {
        name: "one".into(),
        eta: 1.0,
        eta_growth: 0.0,
        shared: Shared { shape: 3.0, level: 4.0, poisson: 0.0, wild: 0.0, jolt: 0.0 },
        members: vec![member],
        weights: vec![1.0],
        sources: vec![],
    }
}

#[test]
fn the_battery_passes_with_either_shipped_prior() {
    assert_eq!(battery(&BayesEts::default()), vec![]);
    assert_eq!(battery(&BayesEts::with_prior(Prior::annual().unwrap().clone())), vec![]);
}

#[test]
fn a_random_walk_by_hand_is_the_member_of_alpha_one() {
    // amounts 8, 10, 14 (mean 32/3): z = y / scale - 1; alpha = 1 makes the changes the innovations. The level before the
    // first year has variance 4 beside the shock's 1, and after it the level is known exactly: S = 1 from then on.
    // The numbers are whole, so that rounding adds its most, 0.003^2, to s^2 = 0.04: a_n = 3 + 2/2 = 4,
    // b_n = 3 * 0.040009 + (2^2 + 4^2) / (2 scale^2); variance of a change = b_n / a_n in units of scale^2.
    let s = series(&[8.0, 10.0, 14.0]).with_unit(Unit::Amount).unwrap();
    let law = BayesEts::with_prior(only(random_walk())).fit(&s).unwrap().forecast(years(2)).unwrap();
    let scale: f64 = 32.0 / 3.0;
    let change = ((0.120_027 * scale * scale + 10.0) / 4.0).sqrt();
    // the 0.975 quantile of Student's t with 8 degrees of freedom is 2.306004135
    let upper = law.quantile(0.975).unwrap();
    assert!((upper[0] - (14.0 + 2.306_004_135 * change)).abs() < 1e-6);
    assert!((upper[1] - (14.0 + 2.306_004_135 * change * 2.0_f64.sqrt())).abs() < 1e-6);
}

#[test]
fn intervals_agree_with_integration_by_brute_force() {
    // Counts 0, 3, 1 under the random walk: P(3, 1 | start) by summing over a fine grid of latent paths and of sigma.
    let member = Member { s: 0.5, ..random_walk() };
    let prior = only(member);
    let training = crate::series::Training::new(&series(&[0.0, 3.0, 1.0])).unwrap();
    let evidence =
        posterior::Evidence::of(&std::sync::Arc::new(grid::Grid::new(&prior.members, &prior.shared)), &training);
    let ours = evidence.see(0, &member).unwrap().log_evidence();

    let scale = evidence.scale;
    let normal = |x: f64, sd: f64| (-0.5 * (x / sd).powi(2)).exp() / (sd * std::f64::consts::TAU.sqrt());
    let (shape, rate) = (3.0_f64, 3.0_f64 * 0.25);
    let mut total = 0.0_f64;
    let steps = 400;
    for i in 1..600 {
        let v = f64::from(i) * 0.01; // the variance in units of scale^2
        let prior = rate.powf(shape) / 2.0 * v.powf(-shape - 1.0) * (-rate / v).exp(); // lnG(3) = ln 2
        let sd = v.sqrt() * scale;
        // second year: latent x in (2.5, 3.5]; third: Phi of the interval (0.5, 1.5] around x
        let mut inner = 0.0;
        for k in 0..steps {
            let x = 2.5 + (f64::from(k) + 0.5) / f64::from(steps);
            let cdf = |y: f64| crate::numeric::special::normal::cdf((y - x) / sd);
            inner += normal(x, sd) * (cdf(1.5) - cdf(0.5)) / f64::from(steps);
        }
        total += prior * inner * 0.01;
    }
    assert!((ours - total.ln()).abs() < 0.01, "{ours} against {}", total.ln());
}

#[test]
fn the_weights_after_the_series_add_up_to_one() {
    let fitted = BayesEts::default().fit(&series(&CASES)).unwrap();
    let total: f64 = fitted.members().map(|(weight, _)| weight).sum();
    assert!((total - 1.0).abs() < 1e-12);
    assert!((fitted.weight_of(Member::is_flat) + fitted.weight_of(|m| !m.is_flat()) - 1.0).abs() < 1e-12);
}

#[test]
fn a_steady_line_is_followed_and_a_flat_series_is_not() {
    let line: Vec<f64> = (0..15).map(|t| 1000.0 + 80.0 * f64::from(t)).collect();
    let next = BayesEts::default().fit(&series(&line)).unwrap().forecast(years(1)).unwrap().median()[0];
    assert!((next - 2200.0).abs() < 60.0, "{next}");
    let flat: Vec<f64> = (0..15).map(|t| 1000.0 + 10.0 * f64::from((t * 7) % 5)).collect();
    let later = BayesEts::default().fit(&series(&flat)).unwrap().forecast(years(5)).unwrap().median()[4];
    assert!((later - 1020.0).abs() < 60.0, "{later}");
}

#[test]
fn the_published_fan_of_malaysia_holds_what_came() {
    // Protection orders to 2021: 2022 brought 138; convictions to 2021: 36. Poisson bands around the last value hold neither.
    for (values, came) in [
        (vec![305.0, 1558.0, 721.0, 114.0, 98.0, 36.0, 135.0], 138.0),
        (vec![100.0, 255.0, 294.0, 45.0, 20.0, 104.0], 36.0),
    ] {
        let band =
            BayesEts::default().fit(&series(&values)).unwrap().forecast(years(1)).unwrap().interval(95.0).unwrap();
        assert!(band.lower[0] <= came && came <= band.upper[0], "{band:?}");
    }
}

#[test]
fn zeros_leave_a_chance_of_zero_and_no_explosion() {
    let permits = series(&[9.0, 2.0, 1.0, 0.0, 1.0, 4.0, 31.0]);
    let forecast = BayesEts::default().fit(&permits).unwrap().forecast(years(5)).unwrap();
    assert!(forecast.steps()[0].pmf(0.0) > 0.01);
    assert!(forecast.median()[4] < 62.0, "{:?}", forecast.median());
}

#[test]
fn the_priors_name_their_sources_and_no_yearly_competition_is_among_them() {
    for prior in [Prior::annual().unwrap(), Prior::counts().unwrap(), Prior::signed().unwrap()] {
        assert!(!prior.sources.is_empty(), "{}", prior.describe());
        for source in &prior.sources {
            let name = source.split(':').next().unwrap();
            assert!(!["yearly", "m4", "m1_", "tourism", "m3_other"].iter().any(|bad| name.contains(bad)), "{source}");
        }
    }
}

#[test]
fn a_source_without_dates_has_a_number_of_years_and_no_years() {
    // the earliest collection with dates, `gapminder_counts`, begins in 1980; the longest walk that was simulated has 59 years
    for prior in [Prior::annual().unwrap(), Prior::counts().unwrap(), Prior::signed().unwrap()] {
        for (source, years) in prior.sources.iter().filter_map(|line| line.split_once(" clusters, ")) {
            let dated = !["m3_", "simulated"].iter().any(|undated| source.starts_with(undated));
            let number = |text: &str| text.parse::<u32>().unwrap();
            if let Some((first, last)) = years.split_once('-') {
                assert!(dated && number(first) >= 1980 && number(first) < number(last), "{source}: {years}");
            } else {
                let count = years.strip_prefix("up to ").and_then(|rest| rest.strip_suffix(" years")).unwrap();
                assert!(!dated && number(count) < 60, "{source}: {years}");
            }
        }
    }
}

#[test]
fn a_year_two_hundred_million_times_the_others_leaves_a_forecast() {
    let member = Member { alpha: 1.0, beta: 0.15, phi: 0.6, lambda: 0.25, tau: 1.0, s: 0.15, drift: 0.0 };
    let shared = Shared { shape: 3.0, level: 4.0, poisson: 1.0, wild: 0.02, jolt: 5.0 };
    let mut values = vec![1.0; 19];
    (values[5], values[6], values[7]) = (237_428_133.0, 12.0, 56.0);
    let prior = Prior { shared, ..only(member) };
    let fitted = BayesEts::with_prior(prior).fit(&series(&values)).unwrap();
    // the year is out of line with certainty, and nothing is left of the series without it
    assert!(fitted.forecast(years(3)).unwrap().median()[2] < 100.0);
}

fn amounts(values: &[f64]) -> Series {
    series(values).with_unit(Unit::Amount).unwrap()
}

#[test]
fn the_first_year_sets_the_level_under_a_drift_too() {
    // one year: the next is expected a drift later, in logarithms 0.04, and the one after two
    let member = Member { alpha: 1.0, phi: 1.0, lambda: 0.0, drift: 0.04, ..random_walk() };
    let median =
        BayesEts::with_prior(only(member)).fit(&amounts(&[1000.0])).unwrap().forecast(years(2)).unwrap().median();
    assert!((median[0] - 1000.0 * 0.04_f64.exp()).abs() < 1e-6, "{median:?}");
    assert!((median[1] - 1000.0 * 0.08_f64.exp()).abs() < 1e-6, "{median:?}");
}

#[test]
fn an_amount_of_zero_is_a_chance_of_zero() {
    let mut values = vec![0.0; 14];
    values[0] = 3.0;
    let law = BayesEts::default().fit(&amounts(&values)).unwrap().forecast(years(1)).unwrap();
    assert!(law.steps()[0].cdf(0.0) > 0.5, "{}", law.steps()[0].cdf(0.0));
    // kilograms or tons: the same law in another unit
    let tons = [2.5, 0.0, 0.0, 3.1, 0.0, 0.0, 2.8, 0.0];
    let of = |factor: f64| {
        let law = BayesEts::default().fit(&amounts(&tons.map(|y| y * factor))).unwrap().forecast(years(1)).unwrap();
        (law.steps()[0].cdf(0.0), law.mean()[0] / factor)
    };
    let ((none, mean), (none_of_kilograms, mean_of_kilograms)) = (of(1.0), of(1000.0));
    assert!((none - none_of_kilograms).abs() < 0.01, "{none} and {none_of_kilograms}");
    assert!((mean / mean_of_kilograms - 1.0).abs() < 0.02, "{mean} and {mean_of_kilograms}");
}

#[test]
fn a_series_of_four_hundred_years_with_a_break_has_a_forecast() {
    let values: Vec<f64> =
        (0..400).map(|t| if t < 200 { 100.0 } else { 1000.0 } + f64::from(t * 7 % 5) - 2.0).collect();
    let median = BayesEts::default().fit(&amounts(&values)).unwrap().forecast(years(1)).unwrap().median()[0];
    assert!((median - 1000.0).abs() < 5.0, "{median}");
}

#[test]
fn amounts_on_either_side_of_zero_have_a_prior_of_their_own() {
    // independent normal numbers: nothing of their mean tells how large the next may be
    let flows = [-0.8, 1.3, 0.2, -1.6, 0.9, -0.4, 0.7, -0.1];
    let fitted = BayesEts::default().fit(&amounts(&flows)).unwrap();
    assert_eq!(fitted.prior(), "signed");
    let band = fitted.forecast(years(1)).unwrap().interval(95.0).unwrap();
    assert!(band.lower[0] < -1.6 && band.upper[0] > 1.3, "{band:?}");
}

#[test]
fn a_trend_that_nobody_can_miss_is_followed() {
    let fifth = |values: &[f64], unit: Unit| {
        let series = series(values).with_unit(unit).unwrap();
        BayesEts::default().fit(&series).unwrap().forecast(years(5)).unwrap().median()[4]
    };
    // a fall by 14% a year
    let fall = |t: i32| 1e5 * (-0.15 * f64::from(t)).exp();
    let (fell, falls) = (fifth(&(0..15).map(|t| fall(t).round()).collect::<Vec<_>>(), Unit::Count), fall(19));
    assert!((fell / falls - 1.0).abs() < 0.1, "{fell} for {falls}");
    // a rise by 5% a year, now 2% above, now 2% below
    let rise = |t: i32| 500.0 * (0.05 * f64::from(t)).exp();
    let seen = |t: i32| (rise(t) * if t % 2 == 0 { 1.02 } else { 0.98 }).round();
    let (rose, rises) = (fifth(&(0..24).map(seen).collect::<Vec<_>>(), Unit::Count), rise(28));
    assert!((rose / rises - 1.0).abs() < 0.05, "{rose} for {rises}");
    // a line through zero
    let line = |t: i32| -200.0 + 20.0 * f64::from(t) + if t % 2 == 0 { 5.0 } else { -5.0 };
    let risen = fifth(&(0..15).map(line).collect::<Vec<_>>(), Unit::Amount);
    assert!((risen - 180.0).abs() < 20.0, "{risen} for 180");
}

#[test]
fn a_calm_series_has_a_calm_band() {
    // a million with a scatter of about one: +1, -1, 0, ... in a fixed shuffle
    let values: Vec<f64> = (0..25).map(|t| 1e6 + f64::from(t * 7 % 5) - 2.0 + 0.1 * f64::from(t % 3)).collect();
    let law = BayesEts::default().fit(&amounts(&values)).unwrap().forecast(years(1)).unwrap();
    let band = law.interval(80.0).unwrap();
    assert!((law.median()[0] - 1e6).abs() < 3.0, "{:?}", law.median());
    assert!(band.upper[0] - band.lower[0] < 12.0, "{band:?}");
}

#[test]
fn an_amount_that_never_moved_keeps_a_band_of_some_per_mille() {
    for years_seen in [3, 8, 20] {
        let law = BayesEts::default().fit(&amounts(&vec![1000.0; years_seen])).unwrap().forecast(years(1)).unwrap();
        let band = law.interval(95.0).unwrap();
        assert!(band.upper[0] - band.lower[0] > 5.0, "{years_seen} years: {band:?}");
    }
}
