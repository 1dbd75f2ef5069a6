//! How far series surprise in the same years.
//!
//! One step ahead of each year, the default model is fitted to the years before; where the year fell in its law, as a normal
//! score, is the surprise. Rows of surprises that several series share give their correlations, shrunk. Whole paths are then
//! put into the order of correlated normal numbers (the copula of Iman and Conover): each series keeps its own paths, and the
//! series rise and fall together as much as they did. Paths of a total stand in the order of the sums of its parts: it is their sum.
//!
//! References: Iman and Conover (1982), *Communications in Statistics B* 11, 311-334; Taieb, Taylor and Hyndman (2021),
//! *JASA* 116, 27-43.

#![allow(clippy::indexing_slicing, reason = "a matrix kernel: sizes are its own")]

use super::covariance::{cholesky, correlations};
use crate::dist::Predictive as _;
use crate::error::Result;
use crate::forecast::Paths;
use crate::numeric::rng::Stream;
use crate::numeric::special::normal;
use crate::series::{Horizon, Series, Year};
use crate::smoothing::BayesEts;

/// Years before the first surprise.
const BEFORE: usize = 3;

/// What one step ahead said of a year.
pub(super) struct Step {
    pub(super) year: Year,
    /// Normal score of where the year fell.
    pub(super) score: f64,
    /// The year less the median.
    pub(super) error: f64,
}

/// The surprises of a series, year by year.
pub(super) fn steps(series: &Series) -> Result<Vec<Step>> {
    let known: Vec<(Year, f64)> = series.full_years().collect();
    let mut found = Vec::new();
    for pair in known.windows(2).skip(BEFORE - 1).filter(|pair| pair[0].0.until(pair[1].0) == Some(1)) {
        let forecast = BayesEts::default().fit(&series.through(pair[0].0)?)?.forecast(Horizon::years(1)?)?;
        let (year, y) = pair[1];
        let law = &forecast.steps()[0];
        let middle = 0.5 * (law.cdf(y) + law.cdf(y.next_down()));
        let score = normal::quantile(middle.clamp(0.005, 0.995));
        found.push(Step { year, score, error: y - law.quantile(0.5) });
    }
    Ok(found)
}

/// Rows of the years that all series share, of one thing that is known of a step.
pub(super) fn shared(steps: &[&[Step]], of: impl Fn(&Step) -> f64) -> Vec<Vec<f64>> {
    let Some(first) = steps.first() else { return Vec::new() };
    let row = |year: Year| -> Option<Vec<f64>> {
        steps.iter().map(|s| s.iter().find(|step| step.year == year).map(&of)).collect()
    };
    first.iter().filter_map(|step| row(step.year)).collect()
}

/// Paths of the series put into a common order with the correlations of their surprises.
pub(super) fn ordered(paths: &[&Paths], steps: &[&[Step]], key: &str, seed: u64) -> Vec<Vec<Vec<f64>>> {
    let l = cholesky(&correlations(&shared(steps, |step| step.score), paths.len()));
    let draws = paths.first().map_or(0, |p| p.draws());
    let mut stream = Stream::new(seed, &format!("{key}|order"));
    let mut scores: Vec<Vec<f64>> = vec![Vec::with_capacity(draws); paths.len()];
    for _ in 0..draws {
        let e: Vec<f64> = (0..paths.len()).map(|_| stream.normal()).collect();
        for (row, score) in l.iter().zip(&mut scores) {
            score.push(row.iter().zip(&e).map(|(l, e)| l * e).sum());
        }
    }
    paths.iter().zip(&scores).map(|(paths, scores)| following(paths, scores)).collect()
}

/// Paths in the order of given scores: the path with the smallest sum stands where the smallest score does.
pub(super) fn following(paths: &Paths, scores: &[f64]) -> Vec<Vec<f64>> {
    let mut rows: Vec<(f64, &[f64])> = paths.rows().map(|row| (row.iter().sum(), row)).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut places: Vec<usize> = (0..scores.len()).collect();
    places.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    let mut placed = vec![Vec::new(); scores.len()];
    for (place, (_, row)) in places.into_iter().zip(rows) {
        placed[place] = row.to_vec();
    }
    placed
}
