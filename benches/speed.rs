//! Seconds of a fit with a six-year forecast and its 80 and 95% intervals: one series by model and length, and panels
//! by number of series and threads. `make bench` runs it; `cargo bench --bench speed -- AutoETS` runs a part.
#![allow(clippy::unwrap_used, reason = "a bench may stop at the first surprise")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use rayon::prelude::*;
use unjuran::model::Forecaster;
use unjuran::numeric::count_regression::CountRegression;
use unjuran::regression::{NegativeBinomialTrend, Ols};
use unjuran::select::{MODEL_NAMES, model_by_name};
use unjuran::series::{Horizon, Series, Unit, Year};
use unjuran::smoothing::BayesEts;

const LENGTHS: [u32; 3] = [8, 20, 50];
/// Model and number of series: ten runs of the default on the larger panel would take minutes.
const PANELS: [(&str, u32); 3] = [("BayesETS", 1_000), ("AutoETS", 1_000), ("AutoETS", 10_000)];
const THREADS: [usize; 2] = [1, 2];

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    one_series(&mut criterion);
    regressions(&mut criterion);
    panels(&mut criterion);
    criterion.final_summary();
}

fn one_series(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("series");
    group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_millis(1200)).sample_size(30);
    let named = MODEL_NAMES.iter().map(|name| (*name, model_by_name(name).unwrap()));
    for (name, model) in named.chain([("default", Box::new(BayesEts::default()) as Box<dyn Forecaster>)]) {
        for years in LENGTHS {
            let series = counts(years, 1);
            group.bench_with_input(BenchmarkId::new(name, years), &series, |bencher, series| {
                bencher.iter(|| bounds(&*model, black_box(series)));
            });
        }
    }
    // the two ways of the default: shocks solved in closed form, and by nodes because the counts are small
    let forms = [("default, amounts", 10.5, Unit::Amount), ("default, small counts", 0.02, Unit::Count)];
    for (name, factor, unit) in forms {
        let values: Vec<f64> = counts(20, 1).values().iter().filter_map(|v| v.exact()).map(|y| y * factor).collect();
        let rounded = values.iter().map(|y| if unit == Unit::Count { y.round() } else { *y }).collect::<Vec<_>>();
        let series = Series::new(name, Year::new(1970).unwrap(), &rounded).unwrap().with_unit(unit).unwrap();
        group.bench_with_input(BenchmarkId::new(name, 20), &series, |bencher, series| {
            bencher.iter(|| bounds(&BayesEts::default(), black_box(series)));
        });
    }
    group.finish();
}

/// A fit alone, with its inference: no forecast.
fn regressions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fit of 20 years");
    group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_millis(1200)).sample_size(30);
    let (series, names) = (counts(20, 1), ["intercept", "trend"].map(str::to_owned));
    let y: Vec<f64> = series.values().iter().filter_map(|v| v.exact()).collect();
    let rows: Vec<f64> = (1..=20).flat_map(|t| [1.0, f64::from(t)]).collect();
    group.bench_function("ordinary least squares with inference", |bencher| {
        bencher.iter(|| Ols::fit("bench", black_box(&names), black_box(&rows), black_box(&y), true).unwrap());
    });
    group.bench_function("negative binomial likelihood", |bencher| {
        let (ones, zeros) = ([1.0; 20], [0.0; 20]);
        bencher.iter(|| {
            let problem = CountRegression::new(black_box(&rows), 2, black_box(&y), &ones, &zeros).unwrap();
            let fit = problem.overall_maximum().unwrap();
            (problem.coefficients(&fit), problem.root(&fit))
        });
    });
    let trend = NegativeBinomialTrend::new();
    group.bench_function("NegativeBinomialTrend", |bencher| bencher.iter(|| trend.fit(black_box(&series)).unwrap()));
    group.finish();
}

fn panels(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("panel of 20 years");
    group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(3)).sample_size(10);
    group.sampling_mode(SamplingMode::Flat);
    for (name, count) in PANELS {
        let model = model_by_name(name).unwrap();
        let series: Vec<Series> = (1..=count).map(|seed| counts(20, seed)).collect();
        group.throughput(Throughput::Elements(u64::from(count)));
        for threads in THREADS {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            group.bench_with_input(BenchmarkId::new(format!("{name}, {threads} threads"), count), &series, |b, all| {
                b.iter(|| pool.install(|| all.par_iter().map(|one| bounds(&*model, one)).sum::<f64>()));
            });
        }
    }
    group.finish();
}

/// A fit, six years ahead, and the bounds of both intervals; the sum keeps the compiler from leaving any of it out.
fn bounds(model: &dyn Forecaster, series: &Series) -> f64 {
    let forecast = model.fit(series).unwrap().forecast(Horizon::years(6).unwrap()).unwrap();
    [80.0, 95.0].iter().map(|level| forecast.interval(*level).unwrap().upper.iter().sum::<f64>()).sum()
}

/// Whole numbers about a rising line, the same for the same seed.
fn counts(years: u32, seed: u32) -> Series {
    let mut state = seed.wrapping_mul(2_654_435_761);
    let values: Vec<f64> = (0..years)
        .map(|t| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(120 + 3 * t + state / 2_u32.pow(26))
        })
        .collect();
    Series::new(format!("s{seed}"), Year::new(1970).unwrap(), &values).unwrap()
}
