//! The course of a year, from monthly counts: a line a year, with source, series, year and twelve counts.

use std::collections::BTreeMap;
use std::error::Error;

use unjuran::forecast::under_way::course::{Lesson, learn};

/// Full years of a series, twelve counts each.
type Years = Vec<(i32, [f64; 12])>;

/// Learns from the lines of `input` and writes to `output`. Sources weigh alike, within them series, within them years.
pub(crate) fn write(input: &str, output: &str) -> Result<(), Box<dyn Error>> {
    let text = std::fs::read_to_string(input)?;
    let mut sources: BTreeMap<&str, BTreeMap<&str, Years>> = BTreeMap::new();
    for line in text.lines() {
        let [source, series, year, counts] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("not four fields: {line}").into());
        };
        let counts = counts.split(',').map(str::parse).collect::<Result<Vec<f64>, _>>()?;
        let counts = <[f64; 12]>::try_from(counts).map_err(|_| format!("not twelve counts: {line}"))?;
        sources.entry(source).or_default().entry(series).or_default().push((year.parse()?, counts));
    }
    let mut lessons = Vec::new();
    let mut told = Vec::new();
    for (source, series) in &sources {
        for years in series.values() {
            let weight = 1.0 / (series.len() * years.len()) as f64;
            lessons.extend(years.iter().map(|(_, months)| Lesson { weight, months: *months }));
        }
        let years = || series.values().flatten().map(|(year, _)| year);
        let (first, last) = (years().min().unwrap_or(&0), years().max().unwrap_or(&0));
        told.push(format!("{source}: {} series, {first}-{last}", series.len()));
    }
    Ok(std::fs::write(output, serde_json::to_string(&learn(&lessons, told))? + "\n")?)
}
