//! The exported series.

use std::collections::BTreeMap;
use std::error::Error;

use unjuran::series::{Series, Unit, Year};
use unjuran::smoothing::bayes::learn::{Lesson, teaches};

/// One exported series.
pub(crate) struct Line {
    pub(crate) source: String,
    pub(crate) cluster: String,
    pub(crate) series: Series,
    /// The third of the countries, and of the sources, that it belongs to.
    pub(crate) folds: [usize; 2],
}

/// The lines of an export: source, cluster, name, first year, values, unit, folds, with tabs between.
pub(crate) fn lines(text: &str) -> Result<Vec<Line>, Box<dyn Error>> {
    let mut parsed = Vec::new();
    for line in text.lines() {
        let [source, cluster, name, start, values, unit, by_country, by_source] =
            line.split('\t').collect::<Vec<_>>()[..]
        else {
            return Err(format!("not eight fields: {line}").into());
        };
        let values: Vec<f64> = values.split(',').map(|v| v.parse().unwrap_or(f64::NAN)).collect();
        let series = Series::new(name, Year::new(start.parse()?)?, &values)?.with_unit(unit.parse::<Unit>()?)?;
        if teaches(&series) {
            let folds = [by_country.parse()?, by_source.parse()?];
            parsed.push(Line { source: source.to_owned(), cluster: cluster.to_owned(), series, folds });
        }
    }
    Ok(parsed)
}

type Sources<'a> = BTreeMap<&'a str, BTreeMap<&'a str, Vec<&'a Series>>>;

fn by_source<'a>(lines: &[&'a Line]) -> Sources<'a> {
    let mut sources: Sources<'a> = BTreeMap::new();
    for Line { source, cluster, series, .. } in lines {
        sources.entry(source).or_default().entry(cluster).or_default().push(series);
    }
    sources
}

/// A lesson for each line. A source weighs in proportion to its number of series to the power `crowd`: 1 for each series
/// alike, 0 for each source alike; within a source each cluster weighs in the same manner.
pub(crate) fn lessons(lines: &[&Line], crowd: f64) -> Vec<Lesson> {
    let sources = by_source(lines);
    let weight = |line: &Line| {
        let clusters = &sources[line.source.as_str()];
        let of_cluster = |c: &Vec<&Series>| (c.len() as f64).powf(crowd);
        let all: usize = clusters.values().map(Vec::len).sum();
        let own = &clusters[line.cluster.as_str()];
        let share = of_cluster(own) / clusters.values().map(of_cluster).sum::<f64>() / own.len() as f64;
        (all as f64).powf(crowd) * share
    };
    lines.iter().map(|line| Lesson { series: line.series.clone(), weight: weight(line) }).collect()
}

/// The export numbers the years of series that nobody dated from 1900 on; those with dates begin later.
const DATED: i32 = 1950;

/// A sentence on each source.
pub(crate) fn describe(lines: &[&Line]) -> Vec<String> {
    by_source(lines)
        .iter()
        .map(|(source, clusters)| {
            let series = || clusters.values().flatten();
            let first = series().map(|s| s.first_year().get()).min().unwrap_or(0);
            let last = series().map(|s| s.last_year().get()).max().unwrap_or(0);
            // why not the years of the others: they are an order, not dates.
            let years =
                if first < DATED { format!("up to {} years", last - first + 1) } else { format!("{first}-{last}") };
            format!("{source}: {} series in {} clusters, {years}", series().count(), clusters.len())
        })
        .collect()
}
