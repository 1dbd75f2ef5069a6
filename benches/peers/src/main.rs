//! Forecasts of other Rust crates for the accuracy tables: `peers [MODEL...] < series.tsv > forecasts.csv`.
//!
//! A line of the input is a series: its name, how many steps ahead, and its values with commas between, set apart by
//! tabs; nothing between two commas is a missing value. The output has a row a step: the point forecast (no peer says
//! whether it is a mean or a median; it stands in the column `median`), bounds at 80 and 95%, and the quantiles that
//! the central intervals at 10, 20, ..., 90% amount to. On the error stream, a line of JSON a model: its seconds for
//! fits, points and intervals at 80 and 95%, and how many series it refused, by reason. The other intervals are asked for
//! afterwards.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, BufRead, Write};
use std::panic::{self, AssertUnwindSafe};
use std::time::Instant;

use anofox_forecast::core::TimeSeries;
use anofox_forecast::models::Forecaster;
use anofox_forecast::models::auto_forecast::AutoForecast;
use anofox_forecast::models::exponential::AutoETS;
use anofox_forecast::models::theta::AutoTheta;
use augurs_core::{Fit, Predict};
use chrono::DateTime;

/// The intervals asked for, in percent.
const LEVELS: [u32; 10] = [10, 20, 30, 40, 50, 60, 70, 80, 90, 95];
/// Where 80 and 95 stand there; the quantiles come from all before 95.
const AT_80: usize = 7;
const AT_95: usize = 9;

/// Point forecasts.
type Points = Vec<f64>;
/// Lower and upper bounds.
type Bounds = (Vec<f64>, Vec<f64>);
/// A fitted model: asked for a level in percent, it gives points and bounds.
type Fitted = Box<dyn Fn(u32) -> Result<(Points, Bounds), String>>;
type Model = fn(&[f64], usize) -> Result<Fitted, String>;

/// Name in the tables, crate, and how it is called. The period 1 tells AutoForecast that there is no season.
const MODELS: [(&str, &str, Model); 4] = [
    ("augurs AutoETS", "augurs-ets", augurs_auto_ets),
    ("anofox AutoETS", "anofox-forecast", |y, h| anofox(AutoETS::non_seasonal(), y, h)),
    ("anofox AutoTheta", "anofox-forecast", |y, h| anofox(AutoTheta::new(), y, h)),
    ("anofox AutoForecast", "anofox-forecast", |y, h| anofox(AutoForecast::builder().seasonal_period(1).build(), y, h)),
];

struct Series {
    name: String,
    steps: usize,
    values: Vec<f64>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = wanted.iter().find(|w| MODELS.iter().all(|(name, ..)| name != w)) {
        return Err(format!("no model {unknown:?}; there are {:?}", MODELS.map(|(name, ..)| name)).into());
    }
    let series = io::stdin().lock().lines().map(|line| read(&line?)).collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    panic::set_hook(Box::new(|_| ())); // a panic of a peer is counted below, not printed a thousand times

    let mut out = csv::Writer::from_writer(io::stdout().lock());
    out.write_record(header())?;
    for (name, package, model) in MODELS {
        if !wanted.is_empty() && !wanted.iter().any(|w| w == name) {
            continue;
        }
        let mut refused: BTreeMap<String, usize> = BTreeMap::new();
        let start = Instant::now();
        let fits: Vec<_> = series.iter().map(|one| timed(model, one)).collect();
        let seconds = start.elapsed().as_secs_f64();
        for (one, fit) in series.iter().zip(fits) {
            match fit.and_then(|(fitted, points)| Ok((points, everything(&fitted)?))) {
                Ok((points, bounds)) => write(&mut out, &one.name, name, &points, &bounds)?,
                Err(why) => *refused.entry(why).or_default() += 1,
            }
        }
        let reasons: Vec<String> = refused.iter().map(|(why, n)| format!("{}:{n}", quoted(why))).collect();
        writeln!(
            io::stderr(),
            r#"{{"model":{},"package":{},"seconds":{seconds},"series":{},"failed":{},"reasons":{{{}}}}}"#,
            quoted(name),
            quoted(&format!("{package} {}", version(package))),
            series.len(),
            refused.values().sum::<usize>(),
            reasons.join(",")
        )?;
    }
    Ok(out.flush()?)
}

fn read(line: &str) -> Result<Series, Box<dyn Error>> {
    let [name, steps, values] = line.split('\t').collect::<Vec<_>>()[..] else {
        return Err(format!("name, steps and values, with tabs between, not {line:?}").into());
    };
    let number = |cell: &str| if cell.is_empty() { Ok(f64::NAN) } else { cell.parse() };
    let values = values.split(',').map(number).collect::<Result<_, _>>()?;
    Ok(Series { name: name.to_owned(), steps: steps.parse()?, values })
}

/// What the clock sees: a fit, its points, and its intervals at 80 and 95%. Or why there is none.
fn timed(model: Model, series: &Series) -> Result<(Fitted, Points), String> {
    let answer = caught(|| {
        let fitted = model(&series.values, series.steps)?;
        let (points, _) = fitted(80)?;
        fitted(95)?;
        Ok((fitted, points))
    })?;
    if answer.1.len() != series.steps || answer.1.iter().any(|x| !x.is_finite()) {
        return Err("the forecast is not finite".to_owned());
    }
    Ok(answer)
}

/// The bounds at each of [`LEVELS`].
fn everything(fitted: &Fitted) -> Result<Vec<Bounds>, String> {
    caught(|| LEVELS.into_iter().map(|level| Ok(fitted(level)?.1)).collect())
}

fn caught<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("panicked".to_owned()))
}

fn augurs_auto_ets(values: &[f64], steps: usize) -> Result<Fitted, String> {
    let fitted = augurs_ets::AutoETS::non_seasonal().fit(values).map_err(|e| e.to_string())?;
    Ok(Box::new(move |level| {
        let ahead = fitted.predict(steps, f64::from(level) / 100.0).map_err(|e| e.to_string())?;
        Ok((ahead.point, ahead.intervals.map(|i| (i.lower, i.upper)).unwrap_or_default()))
    }))
}

fn anofox(mut model: impl Forecaster + 'static, values: &[f64], steps: usize) -> Result<Fitted, String> {
    const YEAR: i64 = 31_556_952;
    let years = (0..).map(|i| DateTime::from_timestamp(i * YEAR, 0).unwrap_or_default()).take(values.len());
    let series = TimeSeries::univariate(years.collect(), values.to_vec()).map_err(|e| e.to_string())?;
    model.fit(&series).map_err(|e| e.to_string())?;
    Ok(Box::new(move |level| {
        let ahead = model.predict_with_intervals(steps, f64::from(level) / 100.0).map_err(|e| e.to_string())?;
        let side = |bound: anofox_forecast::Result<&[f64]>| bound.map(<[f64]>::to_vec).unwrap_or_default();
        Ok((ahead.primary().to_vec(), (side(ahead.lower_series(0)), side(ahead.upper_series(0)))))
    }))
}

fn header() -> Vec<String> {
    let names = ["unique_id", "model", "step", "median", "lo-80", "hi-80", "lo-95", "hi-95"];
    names.into_iter().map(str::to_owned).chain((1..20).map(|i| format!("q-{:02}", 5 * i))).collect()
}

fn write(
    out: &mut csv::Writer<impl Write>,
    name: &str,
    model: &str,
    points: &[f64],
    bounds: &[Bounds],
) -> Result<(), csv::Error> {
    let cell = |bound: Option<&f64>| bound.filter(|x| x.is_finite()).map_or_else(String::new, f64::to_string);
    for (i, point) in points.iter().enumerate() {
        let lower = |at: usize| cell(bounds[at].0.get(i));
        let upper = |at: usize| cell(bounds[at].1.get(i));
        let mut row = vec![name.to_owned(), model.to_owned(), (i + 1).to_string(), point.to_string()];
        row.extend([lower(AT_80), upper(AT_80), lower(AT_95), upper(AT_95)]);
        row.extend((0..AT_95).rev().map(lower)); // the 5% quantile is the lower bound at 90%
        row.push(point.to_string());
        row.extend((0..AT_95).map(upper));
        out.write_record(row)?;
    }
    Ok(())
}

/// The version of a crate that this binary was built with.
fn version(package: &str) -> &'static str {
    let lock = include_str!("../Cargo.lock");
    let entry = lock.split_once(&format!("name = \"{package}\"\nversion = \"")).map(|(_, rest)| rest);
    entry.and_then(|rest| rest.split_once('"')).map_or("of an unknown version", |(version, _)| version)
}

/// A string of JSON.
fn quoted(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
}
