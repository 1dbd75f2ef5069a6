//! Automatic exponential smoothing here and in other crates, in one run: microseconds a series. `make ets-speed` prints it.
//!
//! Every model fits the same simulated series and gives points with intervals at 80 and 95% for five years, on one thread.
//! Models take turns, so that a busy machine slows all of them; a number is the median of the rounds.

use std::hint::black_box;
use std::time::Instant;

use augurs_core::{Fit, Predict};
use unjuran::select::{AutoEts, Pool};
use unjuran::series::{Horizon, Series, Unit, Year};
use unjuran::smoothing::Bands;

const LENGTHS: [usize; 3] = [10, 20, 40];
const SERIES: usize = 200;
const ROUNDS: usize = 11;
const AHEAD: u8 = 5;

type Model = fn(&[f64]) -> Result<f64, String>;

const MODELS: [(&str, Model); 4] = [
    ("unjuran AutoETS, mixed by AIC", |y| ours(&AutoEts::default(), y)),
    ("unjuran AutoETS, choice by AICc (`bands=\"textbook\"`)", |y| {
        ours(&AutoEts::default().with_bands(Bands::Textbook), y)
    }),
    ("the same among all ten classes", |y| {
        ours(&AutoEts::default().with_bands(Bands::Textbook).with_pool(Pool::All), y)
    }),
    ("augurs-ets 0.10.3 AutoETS", augurs),
];

fn main() -> Result<(), String> {
    println!("## Automatic exponential smoothing: time a series\n");
    println!(
        "`make ets-speed` (`benches/peers/src/bin/ets_speed.rs`): {SERIES} simulated positive series a length, the six"
    );
    println!(
        "classes without growth factors unless a row says otherwise, fit with points and intervals at 80 and 95% for {AHEAD} years, one thread,"
    );
    println!("models in turns; microseconds, the median of {ROUNDS} rounds.\n");
    let years: Vec<String> = LENGTHS.iter().map(|n| format!(" {n} years |")).collect();
    println!("| model |{}\n|---|{}", years.concat(), "---|".repeat(LENGTHS.len()));
    let mut table = vec![Vec::new(); MODELS.len()];
    for n in LENGTHS {
        let panel: Vec<Vec<f64>> = (0..SERIES).map(|i| simulated(i as u64 + 1, n)).collect();
        let mut times = vec![Vec::with_capacity(ROUNDS); MODELS.len()];
        for _ in 0..ROUNDS {
            for ((_, model), times) in MODELS.iter().zip(&mut times) {
                let start = Instant::now();
                for y in &panel {
                    black_box(model(y)?);
                }
                times.push(1e6 * start.elapsed().as_secs_f64() / SERIES as f64);
            }
        }
        for (row, mut times) in table.iter_mut().zip(times) {
            times.sort_by(f64::total_cmp);
            row.push(times[ROUNDS / 2]);
        }
    }
    for ((name, _), row) in MODELS.iter().zip(table) {
        let cells: Vec<String> = row.iter().map(|us| format!(" {us:.0} |")).collect();
        println!("| {name} |{}", cells.concat());
    }
    Ok(())
}

fn ours(model: &AutoEts, y: &[f64]) -> Result<f64, String> {
    let forecast = || -> unjuran::Result<f64> {
        let series = Series::new("s", Year::new(2000)?, y)?.with_unit(Unit::Amount)?;
        let forecast = model.fit(&series)?.forecast(Horizon::years(AHEAD.into())?)?;
        let (narrow, wide) = (forecast.interval(80.0)?, forecast.interval(95.0)?);
        Ok(forecast.median()[0] + narrow.upper[0] + wide.upper[0])
    };
    forecast().map_err(|e| e.to_string())
}

fn augurs(y: &[f64]) -> Result<f64, String> {
    let fitted = augurs_ets::AutoETS::non_seasonal().fit(y).map_err(|e| e.to_string())?;
    let ahead = |level: f64| fitted.predict(AHEAD.into(), level).map_err(|e| e.to_string());
    let (narrow, wide) = (ahead(0.8)?, ahead(0.95)?);
    let upper = |f: &augurs_core::Forecast| f.intervals.as_ref().map_or(f64::NAN, |i| i.upper[0]);
    Ok(narrow.point[0] + upper(&narrow) + upper(&wide))
}

/// A random walk in the logarithm with a drift, from a generator of Park and Miller's kind: the same series every time.
fn simulated(seed: u64, n: usize) -> Vec<f64> {
    let mut state = seed * 7919;
    let mut uniform = || {
        state = state * 48_271 % 2_147_483_647;
        state as f64 / 2_147_483_647.0
    };
    let mut normal = || (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
    let (mut level, drift) = (5.0 + normal(), 0.03 * normal());
    (0..n)
        .map(|_| {
            level += drift + 0.1 * normal();
            (level + 0.05 * normal()).exp()
        })
        .collect()
}
