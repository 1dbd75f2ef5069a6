//! Backtests, skill and calibration with real models.

#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test may stop at the first surprise and ask for the very number"
)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use unjuran::dist::{Continuous, Distribution, Kernel, Link, Predictive as _, Support};
use unjuran::evaluate::backtest::{Backtest, BacktestTable};
use unjuran::evaluate::calibrate::{Basis, Conformal, coverage_by_lead};
use unjuran::evaluate::metrics::{Accuracy, mase, naive_scale, owa};
use unjuran::evaluate::skill::{Skill, Verdict};
use unjuran::forecast::{Forecast, Joint, Latent, Projection};
use unjuran::model::{FitReport, Fitted, Forecaster};
use unjuran::numeric::rng::Stream;
use unjuran::persist::Persist as _;
use unjuran::select::AutoEts;
use unjuran::series::{Coverage, Horizon, Note, Series, Training, Unit, Year};
use unjuran::smoothing::{Bands, BayesEts};
use unjuran::smoothing::{Drift, Naive};
use unjuran::{Error, Result};

const CASES: [f64; 8] = [163.0, 463.0, 429.0, 302.0, 286.0, 165.0, 115.0, 139.0];

fn year(y: i64) -> Year {
    Year::new(y).unwrap()
}

fn years(h: i64) -> Horizon {
    Horizon::years(h).unwrap()
}

fn series(name: &str, values: &[f64]) -> Series {
    Series::new(name, year(2015), values).unwrap()
}

/// Random walks of so many years, as amounts.
fn walks(count: usize, n: usize) -> Vec<Series> {
    let walk = |i: usize| {
        let mut stream = Stream::new(17, &format!("walk {i}"));
        let mut level = 1000.0;
        let values: Vec<f64> = (0..n)
            .map(|_| {
                level += 10.0 * stream.normal();
                level
            })
            .collect();
        Series::new(format!("walk {i}"), year(1900), &values).unwrap().with_unit(Unit::Amount).unwrap()
    };
    (0..count).map(walk).collect()
}

/// The random walk with bands of half their honest width.
#[derive(Debug)]
struct TooSure;

#[derive(Debug)]
struct FittedTooSure(Box<dyn Fitted>);

impl Forecaster for TooSure {
    fn name(&self) -> String {
        "TooSure".to_owned()
    }
    fn fit(&self, series: &Series) -> Result<Box<dyn Fitted>> {
        Ok(Box::new(FittedTooSure(Forecaster::fit(&Naive, series)?)))
    }
}

impl Fitted for FittedTooSure {
    fn forecast(&self, horizon: Horizon) -> Result<Forecast> {
        self.0.forecast(horizon)?.widened(&vec![0.5; horizon.get()], "overconfidence")
    }
    fn report(&self) -> &FitReport {
        self.0.report()
    }
}

/// Refuses every series in which it sees the year 2020 or a later one.
#[derive(Debug)]
struct Nostalgic;

impl Forecaster for Nostalgic {
    fn name(&self) -> String {
        "Nostalgic".to_owned()
    }
    fn fit(&self, series: &Series) -> Result<Box<dyn Fitted>> {
        if series.last_year() >= Year::new(2020)? {
            return Err(Error::EmptySeries { series: series.name().to_owned() });
        }
        Forecaster::fit(&Naive, series)
    }
}

#[test]
fn rows_come_by_series_model_origin_and_lead_with_scores_that_can_be_checked_by_hand() {
    let panel = [series("a", &CASES), series("b", &[4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 6.0])];
    let table = Backtest::new(years(2)).windows(2).run(&panel, &[&Naive, &Drift]).unwrap();
    let order: Vec<_> =
        table.rows().iter().map(|r| (r.series.as_str(), r.model.as_str(), r.cutoff.get(), r.lead)).collect();
    let expected = ["a", "b"].into_iter().flat_map(|s| {
        ["Naive", "Drift"]
            .into_iter()
            .flat_map(move |m| [2019, 2020].into_iter().flat_map(move |c| [1, 2].map(move |lead| (s, m, c, lead))))
    });
    assert_eq!(order, expected.collect::<Vec<_>>());

    // a, Naive, from 2019: 286 for 2020 and 2021; 165 and 115 came; changes were 300, 34, 127, 16
    let row = &table.rows()[1];
    assert_eq!((row.year.get(), row.actual, row.median), (2021, 115.0, 286.0));
    assert!((row.scale - 477.0 / 4.0).abs() < 1e-12);
    // b never changed before its last year: no scale, no MASE; the rest is scored
    let flat = table.of_series("b").unwrap();
    assert!(flat.iter().all(|row| row.scale.is_nan() && row.crps.is_finite()));

    let naive = &table.summary()[0];
    // a: |165 - 286|, |115 - 286|, |115 - 165|, |139 - 165|; b: 0, 0, 0, 2 (2022 from 2020; 6 from 4)
    assert!((naive.mae.value - (121.0 + 171.0 + 50.0 + 26.0 + 2.0) / 8.0).abs() < 1e-12);
    assert_eq!((naive.mase.used, naive.mase.undefined, naive.rows), (1, 1, 8));
    let scaled = (121.0 + 171.0) / (477.0 / 4.0) + (50.0 + 26.0) / (598.0 / 5.0);
    assert!((naive.mase.value - scaled / 4.0).abs() < 1e-12);
    let by_lead = table.summary_by_lead();
    assert_eq!(by_lead.iter().map(|s| s.lead).collect::<Vec<_>>(), [Some(1), Some(2), Some(1), Some(2)]);
    assert!((by_lead[0].mae.value - (121.0 + 50.0) / 4.0).abs() < 1e-12);

    let drift = &table.summary()[1];
    let accuracy = |s: &unjuran::evaluate::backtest::Summary| Accuracy { smape: s.smape.value, mase: s.mase.value };
    let expected = owa(&accuracy(drift), &accuracy(naive));
    assert!((table.owa("Drift", "Naive").unwrap() - expected).abs() < 1e-12);
    assert!((table.owa("Naive", "Naive").unwrap() - 1.0).abs() < 1e-12);
}

#[test]
fn partial_missing_and_masked_years_are_counted_and_not_scored() {
    let cases = series("cases", &CASES).with_missing(year(2020)).unwrap();
    let cases = cases.with_censored(year(2021), 0.0, 4.0).unwrap();
    let cases = cases.with_partial(year(2023), 48.0, Coverage::Share(0.4)).unwrap();
    let table = Backtest::new(years(3)).windows(2).run(&[cases], &[&Naive]).unwrap();
    // the last observed full year is 2022: cutoffs 2018 and 2019
    let scored: Vec<_> = table.rows().iter().map(|r| (r.cutoff.get(), r.year.get(), r.actual)).collect();
    assert_eq!(scored, [(2018, 2019, 286.0), (2019, 2022, 139.0)]);
    let not = table.not_scored();
    assert_eq!((not.missing, not.masked, not.partial), (1, 1, 1));
}

#[test]
fn one_bad_series_or_model_stops_nothing() {
    let panel = [series("short", &[1.0, 2.0]), series("empty", &[f64::NAN; 4]), series("fine", &CASES)];
    let table = Backtest::new(years(1)).windows(3).run(&panel, &[&Naive, &Nostalgic]).unwrap();
    let refused: Vec<_> = table
        .refusals()
        .iter()
        .map(|r| (r.series.as_str(), r.model.as_deref(), r.cutoff.map(Year::get), r.error.kind()))
        .collect();
    let expected = [
        ("short", None, None, "TooFewYears".to_owned()),
        ("empty", None, None, "NoObservedYears".to_owned()),
        ("fine", Some("Nostalgic"), Some(2020), "EmptySeries".to_owned()),
        ("fine", Some("Nostalgic"), Some(2021), "EmptySeries".to_owned()),
    ];
    assert_eq!(refused, expected);
    assert_eq!(table.of_model("Naive").unwrap().len(), 3);
    // a fair comparison keeps the one origin that both have
    assert_eq!(table.pairs("Nostalgic", "Naive").unwrap().len(), 1);
    assert_eq!(table.summary()[1].refused, 2);
}

#[test]
fn a_model_that_refuses_the_hard_years_is_compared_on_the_others_only() {
    // one year ahead from 2019, 2020 and 2021: last year's value is off by 121, 50 and 24, the other model refuses all but
    // the first origin
    let table = Backtest::new(years(1)).windows(3).run(&[series("fine", &CASES)], &[&Naive, &Nostalgic]).unwrap();
    let [naive, nostalgic] = &table.summary()[..] else { panic!("two models") };
    assert_eq!((naive.rows, naive.shared, naive.refused), (3, 1, 0));
    assert_eq!((nostalgic.rows, nostalgic.shared, nostalgic.refused), (1, 1, 2));
    assert!((naive.mae.value - 121.0).abs() < 1e-12);
    let by_lead = table.summary_by_lead();
    assert!((by_lead[0].mae.value - 121.0).abs() < 1e-12 && by_lead[0].shared == 1);
    // on its own it has all its forecasts
    let alone = &table.alone("Naive").unwrap().summary()[0];
    assert_eq!((alone.rows, alone.shared), (3, 3));
    assert!((alone.mae.value - (121.0 + 50.0 + 24.0) / 3.0).abs() < 1e-12);
    assert!(table.alone("Magic").is_err());
}

#[test]
fn a_model_without_a_forecast_leaves_the_others_to_be_compared() {
    // Holt's method needs five years: it has none at the only origin
    let holt = unjuran::smoothing::Ets::params().trend(unjuran::smoothing::Trend::Additive).check().unwrap();
    let short = series("short", &[3.0, 5.0, 4.0, 6.0]);
    let table = Backtest::new(years(1)).windows(1).run(&[short], &[&Naive, &holt]).unwrap();
    let [naive, holt] = &table.summary()[..] else { panic!("two models") };
    assert_eq!((naive.rows, naive.shared, holt.rows, holt.shared), (1, 1, 0, 0));
    assert!((naive.mae.value - 2.0).abs() < 1e-12 && holt.mae.value.is_nan());
}

#[test]
fn models_see_nothing_after_the_cutoff() {
    let backtest = Backtest::new(years(2)).windows(1);
    let run = |last: f64| {
        let mut values = CASES;
        values[7] = last;
        let table = backtest.run(&[series("cases", &values)], &[&BayesEts::default(), &Naive]).unwrap();
        table.rows().iter().map(|r| (r.median, r.mean, r.intervals[0].upper)).collect::<Vec<_>>()
    };
    assert_eq!(run(139.0), run(9e6));
}

#[test]
fn the_table_does_not_depend_on_the_number_of_threads() {
    let panel = walks(9, 20);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let models: [&dyn Forecaster; 3] = [&Naive, &AutoEts::default(), &BayesEts::default()];
        let table = pool.install(|| Backtest::new(years(3)).run(&panel, &models)).unwrap();
        assert_eq!(table.rows().len(), 9 * 3 * 5 * 3);
        // why as text: amounts have no log score, and NaN is not equal to itself
        format!("{table:?}")
    };
    assert!(run(1) == run(2) && run(1) == run(7));
}

#[test]
fn bad_settings_are_refused_by_name() {
    let cases = [series("cases", &CASES)];
    let parameter = |table: Result<BacktestTable>| match table.unwrap_err() {
        Error::BadParameter { parameter, .. } => parameter,
        other => other.kind(),
    };
    let backtest = || Backtest::new(years(1));
    assert_eq!(parameter(backtest().windows(0).run(&cases, &[&Naive])), "windows");
    assert_eq!(parameter(backtest().step(0).run(&cases, &[&Naive])), "step");
    assert_eq!(parameter(backtest().min_train(0).run(&cases, &[&Naive])), "min_train");
    assert_eq!(parameter(backtest().levels(&[0.8]).run(&cases, &[&Naive])), "BadLevel");
    assert_eq!(parameter(backtest().run(&cases, &[])), "models");
    assert_eq!(parameter(backtest().run(&cases, &[&Naive, &Naive])), "models");
    let twice = [cases[0].clone(), cases[0].clone()];
    assert_eq!(parameter(backtest().run(&twice, &[&Naive])), "DuplicateSeries");
    let table = backtest().windows(usize::MAX).step(usize::MAX).run(&cases, &[&Naive]).unwrap();
    assert_eq!(table.rows().len(), 1);
    assert_eq!(table.of_model("ETS").unwrap_err().kind(), "UnknownModel");
    assert_eq!(table.of_series("other").unwrap_err().kind(), "UnknownSeries");
}

#[test]
fn an_honest_model_covers_what_it_promises_and_one_that_is_too_sure_is_widened_until_it_does() {
    let backtest = Backtest::new(years(2)).windows(1);
    let (learning, fresh) = (walks(600, 60), walks(1200, 60).split_off(600));
    let table = backtest.run(&learning, &[&Naive, &TooSure]).unwrap();
    let pooled = |table: &BacktestTable, model: &str, level: f64| {
        let all = coverage_by_lead(table);
        let found = all.iter().find(|c| c.model == model && c.lead.is_none() && c.level == level).unwrap();
        (found.coverage.value, found.standard_error)
    };
    for level in [80.0, 95.0] {
        let (covered, error) = pooled(&table, "Naive", level);
        // four standard errors; 58 changes estimate the variance well enough
        assert!(error < 2.0 && (covered - level).abs() < 4.0 * error, "{level}: {covered} +- {error}");
    }
    // half the width: 2 Phi(1.2816 / 2) - 1 = 47.8%
    assert!((pooled(&table, "TooSure", 80.0).0 - 47.8).abs() < 6.0);

    let widening = Conformal::new().learn(&table.of_model("TooSure").unwrap()).unwrap();
    assert!(widening.leads.iter().all(|lead| lead.basis == Basis::Errors { residuals: 600 }));
    assert!(widening.factors(2).unwrap().iter().all(|f| (f - 2.0).abs() < 0.25), "{widening:?}");

    // on series it has not seen: 80% within four standard errors of 600 independent outcomes, 1.6 each
    for lead in 0..2 {
        let held = fresh.iter().filter(|series| {
            let cut = series.through(year(1957)).unwrap();
            let forecast = Forecaster::fit(&TooSure, &cut).unwrap().forecast(years(2)).unwrap();
            let band = widening.apply(&forecast).unwrap().interval(80.0).unwrap();
            let y = series.values()[58 + lead].exact().unwrap();
            band.lower[lead] <= y && y <= band.upper[lead]
        });
        let share = held.count() as f64 / 6.0;
        assert!((share - 80.0).abs() < 6.5, "lead {lead}: {share}");
    }
}

#[test]
fn widening_carries_every_path_to_where_the_new_law_has_the_old_probability() {
    let cases = series("cases", &CASES).with_unit(Unit::Amount).unwrap();
    // One law, not a mixture: only then is the carried quantile exact.
    let model = AutoEts::default().with_bands(Bands::Textbook);
    let forecast = model.fit(&cases).unwrap().forecast(years(3)).unwrap();
    let wider = forecast.widened(&[1.0, 1.7, 2.5], "a test").unwrap();
    assert_eq!(wider.median(), forecast.median());
    let (old, new) = (forecast.paths(200, 5).unwrap(), wider.paths(200, 5).unwrap());
    for (old, new) in old.rows().zip(new.rows()) {
        for (i, (y_old, y_new)) in old.iter().zip(new).enumerate() {
            let carried = wider.steps()[i].quantile(forecast.steps()[i].cdf(*y_old));
            assert!((carried - y_new).abs() < 1e-6 * y_new.abs().max(1.0), "year {i}: {carried} {y_new}");
        }
    }
    assert!(wider.notes().iter().any(|note| note.to_string().contains("multiplied by 1.00, 1.70, 2.50")));
    assert_eq!(Forecast::from_json(&wider.to_json().unwrap()).unwrap(), wider);
}

#[test]
fn widened_counts_stay_whole_and_a_year_under_way_stays_above_its_count() {
    let cases = series("cases", &CASES).with_partial(year(2023), 150.0, Coverage::Share(0.9)).unwrap();
    let forecast = unjuran::forecast(&cases, years(2)).unwrap();
    let wider = forecast.widened(&[3.0, 3.0], "a test").unwrap();
    for law in wider.steps() {
        for p in [0.001, 0.1, 0.5, 0.9, 0.999] {
            let q = law.quantile(p);
            assert!(q >= 0.0 && q.fract() == 0.0);
        }
    }
    assert!(wider.steps()[0].quantile(1e-6) >= 150.0);
    assert!(wider.paths(500, 1).unwrap().rows().all(|path| path[0] >= 150.0));
    let moved = |f: &Forecast| f.notes().iter().filter(|n| matches!(n, Note::CountedAboveForecast { .. })).count();
    assert!(moved(&wider) <= 1);
    assert!(forecast.widened(&[1.0], "too few").is_err());
    assert!(forecast.widened(&[1.0, 0.0], "nothing left").is_err());
}

#[test]
fn too_few_past_errors_leave_the_bands_as_they_are_and_say_so() {
    let cases = series("cases", &CASES);
    let table = Backtest::new(years(2)).run(std::slice::from_ref(&cases), &[&Naive]).unwrap();
    let widening = Conformal::new().learn(&table.of_model("Naive").unwrap()).unwrap();
    let forecast = Naive.fit(&cases).unwrap().forecast(years(3)).unwrap();
    let same = widening.apply(&forecast).unwrap();
    assert_eq!(same.steps(), forecast.steps());
    let note = same.notes().last().unwrap().to_string();
    assert!(note.ends_with("years 1-2 not calibrated, as 4 past errors are too few; year 3 as in year 2"), "{note}");
}

#[test]
fn skill_against_the_last_value_is_seen_where_it_is_plain_and_not_where_there_is_none() {
    let line: Vec<f64> = (0..25).map(|t| f64::from(1000 + 100 * t + (t * 37) % 11)).collect();
    let panel = [series("line", &line), walks(1, 25).remove(0)];
    let table = Backtest::new(years(2)).windows(10).run(&panel, &[&Naive, &Drift]).unwrap();
    let line = Skill::of(&table, "line", ("Drift", "Naive")).unwrap();
    assert_eq!((line.verdict(), line.origins, line.independent), (Verdict::Better, 10, 5.0));
    let back = Skill::of(&table, "line", ("Naive", "Drift")).unwrap();
    assert_eq!(back.verdict(), Verdict::Worse);
    let none = Skill::of(&table.at_lead(1), "walk 0", ("Drift", "Naive")).unwrap();
    assert_eq!((none.verdict(), none.independent), (Verdict::CannotTell, 10.0));
    assert!(none.to_string().starts_with("cannot tell from 10 origins"));
    assert!(Skill::of(&table, "other", ("Drift", "Naive")).is_err());
}

fn law() -> impl Strategy<Value = Distribution> {
    let kernel = (-50.0..2000.0, 0.01..300.0, prop::option::of(1.5..40.0));
    (kernel, any::<bool>(), any::<bool>()).prop_map(|((location, scale, df), log, whole)| {
        let (location, scale, link) =
            if log { (location / 300.0, scale / 300.0, Link::Log) } else { (location, scale, Link::Identity) };
        let kernel = df.map_or(Kernel::normal(location, scale), |df| Kernel::student(location, scale, df));
        let law = Distribution::from(Continuous::new(kernel, link));
        if whole { law.whole() } else { law }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn the_crps_is_finite_and_not_negative_and_far_off_it_is_the_distance(law in law(), y in -500.0..5000.0_f64) {
        let y = if law.is_whole() { y.abs().round() } else { y };
        let score = law.crps(y);
        prop_assert!(score.is_finite() && score >= 0.0, "{score}");
        // far beyond the law it is the distance: at most to its lower end, at least to its upper
        let far = law.quantile(1.0 - 1e-12) + 1e6;
        prop_assert!(law.crps(far) <= far - law.quantile(1e-12) && law.crps(far) >= 1e6 * (1.0 - 1e-9));
    }

    #[test]
    fn mase_does_not_depend_on_the_unit(
        y in prop::collection::vec(0.1..1000.0_f64, 5..12),
        factor in prop::sample::select(vec![1e-3, 0.1, 7.0, 1e6]),
    ) {
        let (train, rest) = y.split_at(3);
        let of = |factor: f64| {
            let scaled = |values: &[f64]| values.iter().map(|v| v * factor).collect::<Vec<_>>();
            let forecast = vec![train[2] * factor; rest.len()];
            mase(&scaled(rest), &forecast, naive_scale(&scaled(train))).unwrap().value
        };
        prop_assert!((of(1.0) - of(factor)).abs() <= 1e-9 * of(1.0));
    }

    #[test]
    fn nothing_that_a_backtest_reports_is_infinite(
        y in prop::collection::vec(prop_oneof![Just(f64::NAN), Just(0.0), (0_u32..400).prop_map(f64::from)], 1..14),
        h in 1_i64..4,
    ) {
        let Ok(series) = Series::new("s", year(2000), &y) else { return Ok(()) };
        let table = Backtest::new(years(h)).min_train(1).run(&[series], &[&Naive, &Drift, &BayesEts::default()]).unwrap();
        prop_assert!(table.rows().len() + table.refusals().len() + table.not_scored().missing > 0);
        for row in table.rows() {
            let scores = [row.median, row.mean, row.crps, row.log_score, row.pit];
            prop_assert!(scores.iter().all(|s| s.is_finite()), "{row:?}");
            prop_assert!(row.crps >= 0.0 && (0.0..=1.0).contains(&row.pit));
            for interval in &row.intervals {
                prop_assert!(interval.stretch.is_finite() && interval.lower <= interval.upper);
                let held = interval.lower <= row.actual && row.actual <= interval.upper;
                prop_assert!(held == (interval.stretch < 1.0) || (interval.stretch - 1.0).abs() < 1e-9, "{row:?}");
            }
        }
        for summary in table.summary().iter().chain(&table.summary_by_lead()) {
            let means = [summary.mae, summary.rmse, summary.smape, summary.mape, summary.mase, summary.scaled_crps];
            prop_assert!(means.iter().all(|m| !m.value.is_infinite() && m.used + m.undefined <= 1));
        }
    }
}

/// Half a random walk on the plain scale, half one on the log scale.
#[derive(Debug)]
struct TwoMinds(Unit);

#[derive(Debug)]
struct FittedTwoMinds(Series, Box<dyn Fitted>);

impl Forecaster for TwoMinds {
    fn name(&self) -> String {
        "TwoMinds".to_owned()
    }
    fn fit(&self, series: &Series) -> Result<Box<dyn Fitted>> {
        let series = series.clone().with_unit(self.0)?;
        let fitted = Forecaster::fit(&Naive, &series)?;
        Ok(Box::new(FittedTwoMinds(series, fitted)))
    }
}

impl Fitted for FittedTwoMinds {
    fn forecast(&self, horizon: Horizon) -> Result<Forecast> {
        let h = horizon.get();
        let latent = |location: f64, sd: f64, link: Link| Latent {
            df: Some(5.0),
            link,
            ..Latent::new(vec![location; h], vec![vec![]; h], vec![sd; h])
        };
        let logs = |centre: f64| latent(centre, 0.25, Link::Log);
        let members = vec![(0.3, logs(5.2)), (0.3, logs(4.6)), (0.4, latent(130.0, 30.0, Link::Identity))];
        Forecast::new(Projection {
            series: &self.0,
            training: &Training::new(&self.0)?,
            model: "TwoMinds".to_owned(),
            params: BTreeMap::new(),
            notes: vec![],
            joint: Joint::mixture(members, Support::Real),
        })
    }
    fn report(&self) -> &FitReport {
        self.1.report()
    }
}

#[test]
fn widening_a_mixture_spreads_its_members_and_keeps_paths_and_marginals_one_law() {
    for unit in [Unit::Amount, Unit::Count] {
        let forecast = TwoMinds(unit).fit(&series("cases", &CASES)).unwrap().forecast(years(3)).unwrap();
        let wider = forecast.widened(&[1.0, 1.5, 2.0], "a test").unwrap();
        let paths = wider.paths(20_000, 3).unwrap();
        for (i, law) in wider.steps().iter().enumerate() {
            for p in [0.05, 0.25, 0.5, 0.75, 0.95] {
                let q = law.quantile(p);
                let share = paths.rows().filter(|path| path[i] <= q).count() as f64 / 20_000.0;
                // four standard errors of a share from 20,000 draws
                assert!((share - law.cdf(q)).abs() < 0.015, "{unit}, year {i}: {share} {}", law.cdf(q));
            }
        }
        let width = |f: &Forecast, i: usize| {
            let band = f.interval(80.0).unwrap();
            band.upper[i] - band.lower[i]
        };
        let ratio = |i| width(&wider, i) / width(&forecast, i);
        assert!((ratio(0) - 1.0).abs() < 1e-9 && ratio(1) > 1.3 && ratio(2) > ratio(1), "{} {}", ratio(1), ratio(2));
        for (old, new) in forecast.median().iter().zip(wider.median()) {
            assert!((old - new).abs() <= 1.0, "{old} {new}");
        }
        assert_eq!(Forecast::from_json(&wider.to_json().unwrap()).unwrap(), wider);
        // widening twice multiplies
        let twice = forecast.widened(&[2.0; 3], "a").unwrap().widened(&[1.5; 3], "b").unwrap();
        assert!((width(&twice, 0) - width(&forecast.widened(&[3.0; 3], "c").unwrap(), 0)).abs() <= 1.0);
    }
}

#[test]
fn a_mixture_can_be_backtested_and_calibrated_like_any_other_model() {
    let table = Backtest::new(years(2)).windows(3).run(&[series("cases", &CASES)], &[&TwoMinds(Unit::Count)]).unwrap();
    assert_eq!((table.rows().len(), table.refusals().len()), (6, 0));
    for row in table.rows() {
        for interval in &row.intervals {
            let held = interval.lower <= row.actual && row.actual <= interval.upper;
            assert_eq!(held, interval.stretch <= 1.0, "{row:?}");
        }
    }
}
