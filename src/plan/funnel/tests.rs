//! Behaviour of stages that follow each other.

use super::*;
use crate::numeric::special::NegativeBinomial;
use crate::series::{Coverage, Horizon};
use crate::smoothing::BayesEts;

fn year(y: i64) -> Year {
    Year::new(y).unwrap()
}

fn series(name: &str, values: &[f64]) -> Series {
    Series::new(name, year(2016), values).unwrap()
}

fn funnel(lag: usize) -> Funnel {
    let cases = Stage::new(series("cases", &[40.0, 50.0, 44.0, 61.0, 52.0, 47.0]), "cases");
    let charged =
        Stage { ratio: true, ..Stage::new(series("charged", &[90.0, 80.0, 100.0, 120.0, 99.0, 101.0]), "persons") };
    let convicted = series("convicted", &[20.0, 17.0, 31.0, 22.0, 30.0, 14.0]);
    let convicted = convicted.with_partial(year(2022), 9.0, Coverage::Share(0.4)).unwrap();
    Funnel::new(vec![cases, charged, Stage { lag, ..Stage::new(convicted, "persons") }]).unwrap()
}

fn ahead(funnel: &Funnel) -> Forecast {
    BayesEts::default().fit(&funnel.stages[0].series).unwrap().forecast(Horizon::years(4).unwrap()).unwrap()
}

#[test]
fn no_path_convicts_more_than_were_charged() {
    for lag in [0, 1] {
        let stages = funnel(lag).forecast(&ahead(&funnel(lag))).unwrap();
        let (charged, convicted) = (stages[1].paths(5000, 4).unwrap(), stages[2].paths(5000, 4).unwrap());
        for (charged, convicted) in charged.rows().zip(convicted.rows()) {
            let brought = |t: usize| if t < lag { 101.0 } else { charged[t - lag] };
            assert!(convicted.iter().enumerate().all(|(t, y)| *y <= brought(t)), "{charged:?} {convicted:?}");
            assert!(convicted[0] >= 9.0);
        }
        assert!(stages[1].mean()[0] > 1.5 * stages[0].mean()[0], "two persons a case");
    }
}

#[test]
fn the_first_stage_keeps_what_its_forecast_had_to_tell() {
    let funnel = funnel(0);
    let widening = || Note::Widened { factors: vec![1.5; 4], because: "past errors".to_owned() };
    let widened = ahead(&funnel).moved(&[crate::forecast::Move::NONE; 4], vec![widening()]);
    let stages = funnel.forecast(&widened.unwrap()).unwrap();
    assert!(stages[0].notes().contains(&widening()), "{:?}", stages[0].notes());
    // A stage of its own series tells of that one, and where it comes from.
    assert!(matches!(stages[2].notes(), [Note::YearUnderWay { .. }, Note::Derived { .. }]), "{:?}", stages[2].notes());
}

#[test]
fn what_was_counted_of_a_stage_speaks_for_its_year_and_the_later_ones() {
    let cases = Stage::new(series("cases", &[400.0, 380.0, 420.0, 390.0, 410.0, 400.0]), "persons");
    let full = series("convicted", &[120.0, 100.0, 130.0, 110.0, 125.0, 118.0]);
    let begun = full.clone().with_partial(year(2022), 112.0, Coverage::Share(5.0 / 12.0)).unwrap();
    let sure = Paths::from_rows(2, vec![400.0; 20_000]).unwrap();
    let given = Forecast::from_paths(&cases.series, "given", "given", &sure, Vec::new()).unwrap();
    let of = |convicted| Funnel::new(vec![cases.clone(), Stage::new(convicted, "persons")]).unwrap();
    let (prior, after) = (of(full).forecast(&given).unwrap(), of(begun.clone()).forecast(&given).unwrap());
    // Bayes' theorem on the paths of the same funnel of which nothing was counted yet
    let seen = Course::shipped().unwrap().seen(112.0, 5.0 / 12.0, Measured::Count, &[]);
    let paths = prior[1].paths(10_000, 0).unwrap();
    let weights: Vec<f64> = paths.rows().map(|path| seen.likelihood(path[0])).collect();
    for (t, at) in [(0, 2022), (1, 2023)] {
        for k in [112.0, 125.0, 140.0, 160.0, 200.0] {
            let below = paths.rows().zip(&weights).filter(|(path, _)| path[t] <= k).map(|(_, w)| w).sum::<f64>();
            let (by_hand, ours) = (below / weights.iter().sum::<f64>(), after[1].cdf(at, k).unwrap());
            // two standard errors of 10,000 independent draws, than which these are no worse
            assert!((by_hand - ours).abs() < 0.01, "{at}, {k}: {by_hand} {ours}");
        }
    }
    // seven months are to come: hardly any path ends at what was counted, where half of those of before would be cut off
    assert!(after[1].cdf(2022, 112.0).unwrap() < 0.05 && prior[1].cdf(2022, 112.0).unwrap() > 0.3);
    assert!(after[1].median()[1] > prior[1].median()[1], "{:?} {:?}", after[1].median(), prior[1].median());
    // a rate moved acts on what is to come
    let moved = of(begun).with_rate(&given, "convicted", 0.03, year(2022)).unwrap();
    let rest = |f: &Forecast| f.paths(10_000, 0).unwrap().rows().map(|path| path[0] - 112.0).collect::<Vec<_>>();
    let (rest, moved) = (rest(&after[1]), rest(&moved[1]));
    assert!(rest.iter().zip(&moved).all(|(before, after)| 0.0 <= *after && after <= before));
    // 0.03 of about 0.3, less on paths of high rates
    let share = moved.iter().sum::<f64>() / rest.iter().sum::<f64>();
    assert!((0.05..0.2).contains(&share), "{share}");
}

#[test]
fn rows_are_drawn_again_as_often_as_they_weigh() {
    assert_eq!(resampled(&[0.0, 3.0, 0.0, 1.0], 0.5), [1, 1, 1, 3]);
    assert_eq!(resampled(&[2.0, 2.0], 0.999), [0, 1]);
    assert_eq!(resampled(&[0.0, 0.0, 0.0], 0.3), [0, 1, 2]);
}

#[test]
fn a_higher_rate_convicts_more_on_every_path_and_leaks_less() {
    let (funnel, first) = (funnel(0), ahead(&funnel(0)));
    let effect = funnel.effect(&first, "convicted", 0.5, year(2023), 80.0).unwrap();
    assert!(effect.rows.iter().all(|row| row.difference.1 >= 0.0));
    assert!(effect.rows[7].mean_difference > 10.0);
    let leaks = funnel.leaks(&first).unwrap();
    assert_eq!(leaks.len(), 1, "a ratio loses nothing that can be counted");
    assert!((70.0..90.0).contains(&leaks[0].of_hundred), "134 of 590 were convicted: {}", leaks[0].of_hundred);
}

/// Two stages of eight years from 2016.
fn two() -> (Series, Series) {
    (
        series("a", &[100.0, 120.0, 90.0, 110.0, 100.0, 130.0, 120.0, 140.0]),
        series("b", &[50.0, 55.0, 48.0, 60.0, 52.0, 66.0, 61.0, 75.0]),
    )
}

fn of_two(a: &Series, b: &Series, lag: usize) -> Funnel {
    let later = Stage { lag, ..Stage::new(b.clone(), "persons") };
    Funnel::new(vec![Stage::new(a.clone(), "persons"), later]).unwrap()
}

/// The same numbers on every path of the years after a series.
fn sure(series: &Series, ahead: &[f64]) -> Forecast {
    let paths = Paths::from_rows(ahead.len(), ahead.repeat(1000)).unwrap();
    Forecast::from_paths(series, "given", "given", &paths, Vec::new()).unwrap()
}

fn years(forecast: &Forecast) -> Vec<i32> {
    forecast.years().iter().map(|year| year.get()).collect()
}

#[test]
fn a_forecast_that_knows_a_year_more_or_less_of_the_first_stage_keeps_its_years() {
    let (a, b) = two();
    let funnel = of_two(&a, &b, 0);
    // a year more: 2024 is known to be 1,500, and about half of it are still to come of b
    let more = Series::new("a", year(2016), &[100.0, 120.0, 90.0, 110.0, 100.0, 130.0, 120.0, 140.0, 1500.0]).unwrap();
    let stages = funnel.forecast(&sure(&more, &[10.0, 20.0])).unwrap();
    assert_eq!((years(&stages[0]), years(&stages[1])), (vec![2025, 2026], vec![2024, 2025, 2026]));
    assert_eq!((stages[0].median(), stages[0].series()), (vec![10.0, 20.0], &more));
    assert!(
        (600.0..900.0).contains(&stages[1].median()[0]) && stages[1].median()[1] <= 10.0,
        "{:?}",
        stages[1].median()
    );
    // a year less: 2023 is forecast of a, and known of b
    let less = a.through(year(2022)).unwrap();
    let stages = funnel.forecast(&sure(&less, &[10.0, 2000.0])).unwrap();
    assert_eq!((years(&stages[0]), years(&stages[1])), (vec![2023, 2024], vec![2024]));
    assert!((800.0..1200.0).contains(&stages[1].median()[0]), "{:?}", stages[1].median());
    let short = funnel.forecast(&sure(&less, &[10.0])).unwrap_err();
    assert!(matches!(&short, Error::YearNotForecast { series, year: 2024, first: 2023, last: 2023 } if series == "a"));
}

#[test]
fn a_forecast_of_other_numbers_than_the_first_stage_has_is_refused() {
    let (a, b) = two();
    let revised = Series::new("a", year(2016), &[100.0, 120.0, 95.0, 110.0]).unwrap();
    let refused = of_two(&a, &b, 0).forecast(&sure(&revised, &[10.0; 6])).unwrap_err();
    assert!(matches!(refused, Error::Unlike { .. }));
    assert!(refused.to_string().contains("95 in 2018") && refused.to_string().contains("90"), "{refused}");
}

#[test]
fn a_leak_holds_each_year_against_the_one_it_comes_from() {
    let (a, b) = two();
    let ahead = [1000.0, 4000.0];
    let lost = |b: &Series, lag| {
        let funnel = of_two(&a, b, lag);
        let leak = funnel.leaks(&sure(&a, &ahead)).unwrap().swap_remove(0);
        let stages = funnel.forecast(&sure(&a, &ahead)).unwrap();
        (leak.lost, stages[1].mean())
    };
    // a record of b that ends two years earlier is forecast for four years, of which two are those of the forecast
    let (leak, means) = lost(&b.through(year(2021)).unwrap(), 0);
    assert_eq!(means.len(), 4);
    assert!((leak - (5000.0 - means[2] - means[3])).abs() < 1e-6, "{leak}");
    // a year later: 2024 comes from the 140 of 2023, 2025 from the 1,000 of 2024, and nothing yet from the 4,000
    let (leak, means) = lost(&b, 1);
    assert!((leak - (1140.0 - means[0] - means[1])).abs() < 1e-6, "{leak}");
}

#[test]
fn a_leak_is_what_the_conversion_of_the_same_step_leaves() {
    // one of ten got there in each of three years: log odds of 20.5 / 180.5 whatever the weights, a share of 20.5 / 201
    let (a, b) = (series("a", &[200.0, 200.0, 200.0]), series("b", &[20.0, 20.0, 20.0]));
    let funnel = of_two(&a, &b, 0);
    let leak = funnel.leaks(&sure(&a, &[1000.0, 4000.0])).unwrap().swap_remove(0);
    let link = funnel.conversions(80.0).unwrap().swap_remove(0);
    assert!((leak.of_hundred - 100.0 * 180.5 / 201.0).abs() < 1e-9, "{leak}");
    assert!(
        link.to_string().starts_with("a > b: 10% [") && leak.to_string().starts_with("a > b: 90 of a hundred"),
        "{leak}"
    );
}

#[test]
fn the_effect_of_a_rate_is_summed_over_the_years_of_the_forecast() {
    let (a, b) = two();
    let funnel = of_two(&a, &b.through(year(2021)).unwrap(), 0);
    let first = sure(&a, &[1000.0, 1000.0]);
    let effect = funnel.effect(&first, "b", 0.9, year(2024), 80.0).unwrap();
    let spans: Vec<String> = effect.rows.iter().map(|row| row.span.to_string()).collect();
    assert_eq!(spans, ["2024", "2025", "total", "2024", "2025", "total"]);
    // about half of 2,000, without the half of 120 and 140 in the years before
    let total = effect.rows[2].outcome;
    assert!(total.0 < 1300.0 && total.2 > effect.rows[0].outcome.0, "{total:?}");
    let stages = funnel.forecast(&first).unwrap();
    let paths = stages[1].paths(10_000, 0).unwrap();
    let above = paths.rows().filter(|row| row[2] + row[3] > total.0).count();
    assert!(above <= 5000, "half of the sums of two years lie above the median: {above}");
}

#[test]
fn stages_of_different_units_need_a_ratio() {
    let stages =
        vec![Stage::new(series("cases", &[4.0, 5.0]), "cases"), Stage::new(series("persons", &[4.0, 5.0]), "persons")];
    let error = Funnel::new(stages).unwrap_err();
    assert!(matches!(&error, Error::StageUnits { next_unit, .. } if next_unit == "persons"), "{error}");
}

#[test]
fn what_mostly_exceeds_the_stage_before_is_no_share_of_it() {
    let held = |values: &[f64], ratio| {
        let cases = Stage::new(series("cases", &[50.0, 60.0, 40.0, 45.0]), "persons");
        Funnel::new(vec![cases, Stage { ratio, ..Stage::new(series("held", values), "persons") }]).unwrap()
    };
    let most = [150.0, 30.0, 140.0, 160.0];
    let refused = held(&most, false).conversions(80.0).unwrap_err();
    let Error::SharesAboveOne { years, shares, compared, .. } = &refused else { panic!("{refused}") };
    assert_eq!((years.as_slice(), shares[0], *compared), ([2016, 2018, 2019].as_slice(), 3.0, 4));
    assert!(refused.to_string().contains("in 3 of 4 years it is more (2016: 3.00, 2018: 3.50, 2019: 3.56)"));
    assert!((held(&most, true).conversions(80.0).unwrap()[0].pooled - 480.0 / 195.0).abs() < 1e-12);
    // half of the years are not most: late entries may do that, and the line says what was made of them
    let link = held(&[55.0, 30.0, 41.0, 20.0], false).conversions(80.0).unwrap().swap_remove(0);
    assert!(
        link.to_string().ends_with("; above 1 in 2016, 2018, taken for 1: look at the lag and the units"),
        "{link}"
    );
}

/// What the last year of the first stage was, on every path of its forecast.
fn certain(series: &Series, x: f64) -> Forecast {
    let paths = Paths::from_rows(1, vec![x; 100]).unwrap();
    Forecast::from_paths(series, "given", "given", &paths, Vec::new()).unwrap()
}

#[test]
fn persons_of_the_cases_of_a_year_scatter_as_they_did() {
    // persons are Poisson with 1.2 a case, the same in all years or by a factor exp(N(0, 0.3^2)) a year; how much of
    // that law an interval of 80% holds, on average over histories. Where rates never change, what they are taken to
    // vary by beforehand makes the intervals of eight years too wide.
    for (vary, most, cases) in [(0.0, 0.955, 10.0), (0.3, 0.90, 10.0), (0.3, 0.90, 4.0)] {
        for years in [8, 20, 40] {
            let (mut held, mut scatter, tried) = (0.0, 0.0, 40);
            for i in 0..tried {
                let mut stream = Stream::new(7, &format!("persons {vary} {cases} {years} {i}"));
                let mut poisson = |mean: f64| stream.negative_binomial(mean, f64::INFINITY);
                let xs: Vec<f64> = (0..years).map(|_| poisson(cases)).collect();
                let mut rates = Stream::new(7, &format!("rates {vary} {cases} {years} {i}"));
                let ys = xs.iter().map(|x| poisson(1.2 * x * (vary * rates.normal()).exp())).collect::<Vec<_>>();
                let first = Stage::new(series("cases", &xs), "cases");
                let persons = Stage { ratio: true, ..Stage::new(series("persons", &ys), "persons") };
                let given = certain(&first.series, cases);
                let stages = Funnel::new(vec![first, persons]).unwrap().forecast(&given).unwrap();
                let band = stages[1].interval(80.0).unwrap();
                // the law of a year, over 99 equally probable rates
                let in_band = |k: i32| {
                    let rate = 1.2 * cases * (vary * normal::quantile(0.01 * f64::from(k))).exp();
                    let law = NegativeBinomial::new(rate, f64::INFINITY);
                    law.cdf(band.upper[0] + 0.5) - law.cdf(band.lower[0] - 0.5)
                };
                held += (1..100).map(in_band).sum::<f64>() / 99.0;
                let paths = stages[1].paths(2000, 3).unwrap();
                let moment = |p: i32| paths.rows().map(|path| path[0].powi(p)).sum::<f64>() / 2000.0;
                scatter += moment(2) - moment(1).powi(2);
            }
            let (held, scatter) = (held / f64::from(tried), scatter / f64::from(tried));
            assert!((0.74..most).contains(&held), "{vary} {cases} {years}: {held}");
            assert!(scatter > 1.2 * cases, "as Poisson at least: {vary} {cases} {years}: {scatter}");
            assert!(vary > 0.0 || years < 40 || scatter < 16.0, "Poisson has 12: {scatter}");
        }
    }
}

#[test]
fn a_poisson_quantile_is_the_smallest_count_that_reaches_its_probability() {
    for mean in [0.0, 0.3, 12.0, 499.0, 501.0, 1e5] {
        let cdf = |k: f64| NegativeBinomial::new(mean, f64::INFINITY).cdf(k + 0.5);
        for u in [0.001, 0.1, 0.5, 0.9, 0.999] {
            let k = poisson_quantile(mean, u);
            // beyond 500 it may be one count off
            let off = f64::from(u8::from(mean > 500.0));
            assert!(cdf(k + off) >= u && (k == 0.0 || cdf(k - 1.0 - off) < u), "{mean} {u}: {k}");
        }
    }
    assert!(poisson_quantile(3.0, 1.0 - 1e-16).is_finite());
}

#[test]
fn a_year_without_a_number_is_named() {
    let lagged = funnel(9);
    assert!(matches!(lagged.conversions(80.0), Err(Error::TooFewYears { got: 0, .. })));
}
