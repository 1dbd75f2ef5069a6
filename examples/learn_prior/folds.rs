//! Inner folds: a prior learned without a third of the countries, or of the sources; three times.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write as _;

use rayon::prelude::*;
use unjuran::series::{Horizon, Series, Value};
use unjuran::smoothing::BayesEts;
use unjuran::smoothing::bayes::Prior;
use unjuran::smoothing::bayes::learn::teaches;

use crate::plan::Plan;
use crate::read::{Line, describe, lessons};

const FOLDS: usize = 3;

/// Scores of one series at one origin.
#[derive(Clone, Copy, Default)]
struct Scores {
    /// Divided by the mean yearly change, as are the other two: absolute error of the median, of the last value, CRPS.
    error: f64,
    naive: f64,
    crps: f64,
    msis: f64,
    smape: f64,
    cover_80: f64,
    cover_95: f64,
    /// Share of upper 95% bounds above twenty times the largest value seen.
    far: f64,
    /// Whether the series reached 50.
    large: bool,
}

/// What a fold is made of.
#[derive(Clone, Copy)]
pub(crate) enum By {
    Country = 0,
    Source = 1,
}

/// Scores a prior on the last years of series it did not see.
pub(crate) fn judge(plan: &Plan, lines: &[Line], prior: &Prior) -> std::io::Result<()> {
    let made: Vec<Option<Scores>> = lines.par_iter().map(|line| scored(&line.series, prior, plan.held_back)).collect();
    let mut scores: BTreeMap<&str, Vec<Scores>> = BTreeMap::new();
    for (line, one) in lines.iter().zip(made) {
        scores.entry(&line.source).or_default().extend(one);
    }
    print(&scores)
}

/// Prints the scores by source and their mean.
pub(crate) fn report(plan: &Plan, lines: &[Line], by: By) -> Result<(), Box<dyn Error>> {
    let mut scores: BTreeMap<&str, Vec<Scores>> = BTreeMap::new();
    for (k, prior) in split(plan, lines, by)?.iter().enumerate() {
        let judged: Vec<&Line> = lines.iter().filter(|line| line.folds[by as usize] == k).collect();
        let made: Vec<Option<Scores>> =
            judged.par_iter().map(|line| scored(&line.series, prior, plan.held_back)).collect();
        for (line, one) in judged.iter().zip(made) {
            scores.entry(&line.source).or_default().extend(one);
        }
    }
    Ok(print(&scores)?)
}

/// The same with a prior learned from every series without its last years, which are scored: what came later is news to all.
pub(crate) fn later(plan: &Plan, lines: &[Line]) -> Result<(), Box<dyn Error>> {
    let cut = |line: &Line| -> Option<Line> {
        let kept = line.series.values().len().checked_sub(plan.held_back)?;
        let last = line.series.first_year().plus(kept.checked_sub(1)?).ok()?;
        let series = line.series.through(last).ok().filter(teaches)?;
        Some(Line { source: line.source.clone(), cluster: line.cluster.clone(), series, folds: line.folds })
    };
    let earlier: Vec<Line> = lines.iter().filter_map(cut).collect();
    let earlier: Vec<&Line> = earlier.iter().collect();
    let lessons = lessons(&earlier, plan.crowd);
    let prior = plan.learn(&lessons, &plan.exercises(&lessons), describe(&earlier))?;
    Ok(judge(plan, lines, &prior)?)
}

/// For each fold the prior that did not see it.
pub(crate) fn split(plan: &Plan, lines: &[Line], by: By) -> Result<Vec<Prior>, Box<dyn Error>> {
    let all: Vec<&Line> = lines.iter().collect();
    let lessons = lessons(&all, plan.crowd);
    let seen = plan.exercises(&lessons);
    let without = |k: usize| {
        let kept: Vec<bool> = lines.iter().map(|line| line.folds[by as usize] != k).collect();
        let taught: Vec<_> = lessons.iter().zip(&kept).filter(|(_, k)| **k).map(|(l, _)| l.clone()).collect();
        let exercises: Vec<_> = seen.iter().filter(|e| kept[e.lesson]).cloned().collect();
        let sources: Vec<&Line> = lines.iter().zip(&kept).filter(|(_, k)| **k).map(|(line, _)| line).collect();
        plan.learn(&taught, &exercises, describe(&sources))
    };
    (0..FOLDS).map(without).collect()
}

fn print(scores: &BTreeMap<&str, Vec<Scores>>) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    writeln!(
        out,
        "source series MASE/naive MASE sMAPE CRPS/naive MSIS cover80 cover95 far per 1000; series that reached 50, their cover80 cover95"
    )?;
    let (mut means, mut larges) = (Vec::new(), Vec::new());
    for (source, of) in scores {
        let n = of.len() as f64;
        if of.len() < 8 {
            continue;
        }
        let mean = |get: fn(&Scores) -> f64| of.iter().map(get).sum::<f64>() / n;
        let row = [
            mean(|s| s.error) / mean(|s| s.naive),
            mean(|s| s.error),
            mean(|s| s.smape),
            mean(|s| s.crps) / mean(|s| s.naive),
            mean(|s| s.msis),
            100.0 * mean(|s| s.cover_80),
            100.0 * mean(|s| s.cover_95),
            1000.0 * mean(|s| s.far),
        ];
        let large = || of.iter().filter(|s| s.large);
        let of_large = |get: fn(&Scores) -> f64| 100.0 * large().map(get).sum::<f64>() / large().count().max(1) as f64;
        let pair = [of_large(|s| s.cover_80), of_large(|s| s.cover_95)];
        if large().count() >= 5 {
            larges.push(pair);
        }
        writeln!(out, "{source:28} {:5} {} {:5} {}", of.len(), text(&row), large().count(), text(&pair))?;
        means.push(row);
    }
    let large: Vec<f64> =
        (0..2).map(|i| larges.iter().map(|pair| pair[i]).sum::<f64>() / larges.len() as f64).collect();
    let mean: Vec<f64> = (0..8).map(|i| means.iter().map(|row| row[i]).sum::<f64>() / means.len() as f64).collect();
    writeln!(out, "{:28} {:5} {} {:5} {}", "mean of sources", "", text(&mean), "", text(&large))
}

fn text(row: &[f64]) -> String {
    row.iter().map(|x| format!("{x:8.3}")).collect::<Vec<_>>().join(" ")
}

/// Scores of the last years; none for a series too short to hold them back, or that never changes.
fn scored(series: &Series, prior: &Prior, held_back: usize) -> Option<Scores> {
    let values: Vec<f64> =
        series.values().iter().map(|v| if let Value::Exact(y) = v { *y } else { f64::NAN }).collect();
    let n = values.len().checked_sub(held_back).filter(|n| *n >= 5)?;
    let (past, future) = values.split_at(n);
    let past = &past[past.len().saturating_sub(60)..];
    let known: Vec<f64> = past.iter().copied().filter(|y| y.is_finite()).collect();
    if known.len() < 5 || !past.last()?.is_finite() || !past[0].is_finite() {
        return None;
    }
    let change = known.windows(2).map(|w| (w[1] - w[0]).abs()).sum::<f64>() / (known.len() - 1) as f64;
    if change <= 0.0 {
        return None;
    }
    let cut = Series::new(series.name(), series.first_year(), past).ok()?.with_unit(series.unit()).ok()?;
    let horizon = Horizon::years(i64::try_from(held_back).ok()?).ok()?;
    let forecast = BayesEts::with_prior(prior.clone()).fit(&cut).ok()?.forecast(horizon).ok()?;
    let levels: Vec<f64> = (1..=19).map(|i| f64::from(i) / 20.0).collect();
    let quantiles: Vec<Vec<f64>> = levels.iter().map(|&p| forecast.quantile(p)).collect::<Result<_, _>>().ok()?;
    let (band_80, band_95) = (forecast.interval(80.0).ok()?, forecast.interval(95.0).ok()?);
    let mut sum = Scores::default();
    let largest = known.iter().copied().fold(1.0, f64::max);
    let mut count = 0.0;
    for (h, &y) in future.iter().enumerate().filter(|(_, y)| y.is_finite()) {
        let clipped = |x: f64| (x / change).min(20.0);
        let median = quantiles[9][h];
        let pinball = |p: f64, q: f64| 2.0 * if y >= q { p * (y - q) } else { (1.0 - p) * (q - y) };
        let crps = levels.iter().zip(&quantiles).map(|(&p, q)| pinball(p, q[h])).sum::<f64>() / 19.0;
        let (lo, hi) = (band_95.lower[h], band_95.upper[h]);
        let msis = hi - lo + 40.0 * ((lo - y).max(0.0) + (y - hi).max(0.0));
        sum.error += clipped((y - median).abs());
        sum.naive += clipped((y - past[past.len() - 1]).abs());
        sum.crps += clipped(crps);
        sum.msis += (msis / change).min(400.0);
        sum.smape +=
            if y.abs() + median.abs() > 0.0 { 200.0 * (y - median).abs() / (y.abs() + median.abs()) } else { 0.0 };
        sum.cover_80 += f64::from(band_80.lower[h] <= y && y <= band_80.upper[h]);
        sum.cover_95 += f64::from(lo <= y && y <= hi);
        sum.far += f64::from(hi > 20.0 * largest);
        count += 1.0;
    }
    let per = |x: f64| x / count;
    (count > 0.0).then(|| Scores {
        error: per(sum.error),
        naive: per(sum.naive),
        crps: per(sum.crps),
        msis: per(sum.msis),
        smape: per(sum.smape),
        cover_80: per(sum.cover_80),
        cover_95: per(sum.cover_95),
        far: per(sum.far),
        large: largest >= 50.0,
    })
}
