//! Learns a shipped prior from exported series; `make prior` calls it.
//!
//! ```sh
//! cargo run --release --example learn_prior -- annual SERIES.tsv src/smoothing/bayes/annual.json
//! ```
//!
//! The input has one series a line, tabs between: source, cluster, name, first year, values (commas between, nothing for a
//! missing year), unit. The same input gives the same bytes, for any number of threads.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write as _;

use unjuran::series::{Series, Unit, Year};
use unjuran::smoothing::bayes::learn::{Lesson, Settings, exercises, learn, score, teaches};
use unjuran::smoothing::bayes::{Member, Shared};

/// How the series of a prior are weighed, and which members it starts from.
struct Plan {
    /// Each source alike, each cluster alike within it; or each series alike.
    by_source: bool,
    lambdas: &'static [f64],
    alphas: &'static [f64],
    betas: &'static [f64],
    phis: &'static [f64],
    sizes: &'static [f64],
}

const ANNUAL: Plan = Plan {
    by_source: false,
    lambdas: &[0.0, 0.5, 1.0],
    alphas: &[0.0, 0.1, 0.25, 0.5, 0.75, 1.0, 1.2],
    betas: &[0.0, 0.05, 0.15, 0.3, 0.5, 0.8],
    phis: &[0.6, 0.8, 0.9, 0.96, 1.0],
    sizes: &[0.02, 0.08, 0.3],
};

const COUNTS: Plan = Plan {
    by_source: true,
    // why no logarithm: under it a count of zero lies infinitely far down, and series with zeros get bands to the sky
    lambdas: &[0.25, 0.5, 1.0],
    alphas: &[0.0, 0.1, 0.25, 0.5, 0.75, 1.0],
    betas: &[0.0, 0.15, 0.5],
    phis: &[0.6, 0.8, 0.9, 1.0],
    sizes: &[0.15, 0.4, 1.0],
};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, input, output] = arguments.as_slice() else { return Err("arguments: NAME INPUT OUTPUT".into()) };
    let plan = match name.as_str() {
        "annual" => ANNUAL,
        "counts" => COUNTS,
        _ => return Err("NAME is annual or counts".into()),
    };
    let (lessons, sources) = read(&std::fs::read_to_string(input)?, plan.by_source)?;
    let settings = Settings {
        name: name.clone(),
        grid: plan.grid(),
        shared: Shared { shape: 3.0, level: 4.0, poisson: 1.0 },
        eta: 0.3,
        horizon: 6,
        origins: vec![1, 2, 3, 5, 8, 12, 16, 20, 25],
        long: 1.0,
        steps: 100,
        finish: 0,
        pace: 0.5,
        drop_below: 0.0005,
    };
    let seen = exercises(&lessons, &settings);
    let prior = learn(&seen, &settings, sources);
    let kept = Settings { grid: prior.members.clone(), ..settings.clone() };
    let mut out = std::io::stdout();
    writeln!(out, "{} series, {} origins, {} members", lessons.len(), seen.len(), settings.grid.len())?;
    writeln!(out, "{} members kept, mean score {:.4}", kept.grid.len(), score(&exercises(&lessons, &kept), &prior))?;
    for (member, weight) in prior.members.iter().zip(&prior.weights).take(8) {
        writeln!(out, "  {weight:.4} {member:?}")?;
    }
    std::fs::write(output, serde_json::to_string(&prior)? + "\n")?;
    Ok(())
}

impl Plan {
    /// Every member that the lists make; beta is at most alpha, and a member without a slope is one member.
    fn grid(&self) -> Vec<Member> {
        let mut grid = Vec::new();
        for &lambda in self.lambdas {
            for &s in self.sizes {
                for &alpha in self.alphas {
                    grid.push(Member { alpha, beta: 0.0, phi: 0.0, lambda, tau: 0.2, s });
                    for &beta in self.betas.iter().filter(|beta| **beta <= alpha) {
                        for &phi in self.phis {
                            grid.extend([0.2, 1.0].map(|tau| Member { alpha, beta, phi, lambda, tau, s }));
                        }
                    }
                }
            }
        }
        grid
    }
}

/// The lessons with their weights, and a line on each source.
fn read(text: &str, by_source: bool) -> Result<(Vec<Lesson>, Vec<String>), Box<dyn Error>> {
    let mut parsed = Vec::new();
    for line in text.lines() {
        let [source, cluster, name, start, values, unit] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("not six fields: {line}").into());
        };
        let values: Vec<f64> = values.split(',').map(|v| v.parse().unwrap_or(f64::NAN)).collect();
        let series = Series::new(name, Year::new(start.parse()?)?, &values)?.with_unit(unit.parse::<Unit>()?)?;
        if teaches(&series) {
            parsed.push((source.to_owned(), cluster.to_owned(), series));
        }
    }
    let mut sources: BTreeMap<&str, BTreeMap<&str, Vec<&Series>>> = BTreeMap::new();
    for (source, cluster, series) in &parsed {
        sources.entry(source).or_default().entry(cluster).or_default().push(series);
    }
    let weight = |source: &str, cluster: &str| {
        let clusters = &sources[source];
        if by_source { 1.0 / (clusters.len() * clusters[cluster].len()) as f64 } else { 1.0 }
    };
    let lessons = parsed
        .iter()
        .map(|(source, cluster, series)| Lesson { series: series.clone(), weight: weight(source, cluster) })
        .collect();
    let describe = |(source, clusters): (&&str, &BTreeMap<&str, Vec<&Series>>)| {
        let series = || clusters.values().flatten();
        let first = series().map(|s| s.first_year().get()).min().unwrap_or(0);
        let last = series().map(|s| s.last_year().get()).max().unwrap_or(0);
        format!("{source}: {} series in {} clusters, {first}-{last}", series().count(), clusters.len())
    };
    Ok((lessons, sources.iter().map(describe).collect()))
}
