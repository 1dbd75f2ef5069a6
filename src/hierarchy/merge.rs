//! Several sources for one thing.
//!
//! Police count 146, the council 165. On the log scale a number is what happened plus what the source makes of it:
//!
//! ```text
//! ln(y_ts + 1/2) = a_t + b_s + e_ts,   b = 0 for the source that is followed
//! ```
//!
//! by least squares over the years in common. `exp(b_s)` is the source's effect: what it counts for each one that the other
//! counts. The variance of e is drawn towards 0.2^2 with the weight of two numbers. The merged series has the numbers of the
//! source that is followed, and where it has none those of the others over their effect, with an interval.

#![allow(clippy::indexing_slicing, reason = "a matrix kernel: sources and years are counted here")]

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::dist::rounded;
use crate::error::{Error, Result};
use crate::numeric::special::StudentT;
use crate::series::{Observation, Series, Unit, Value, Year};

const WHAT: &str = "merge_sources";
/// What sources differ by from year to year where they cannot say, and the numbers that this is worth.
const SIGMA: f64 = 0.2;
const WORTH: f64 = 2.0;
const HALF: f64 = 0.5;

/// What a source makes of what the followed one counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceEffect {
    /// The source.
    pub source: String,
    /// Its numbers over those of the source followed; none if no year links them.
    pub ratio: Option<f64>,
    /// 95% interval.
    pub interval: Option<(f64, f64)>,
    /// Years in common with the source followed.
    pub common: usize,
    /// Mean absolute difference in those years, in percent of the source followed.
    pub difference: Option<f64>,
}

impl fmt::Display for SourceEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.ratio, self.interval) {
            (Some(ratio), Some((lower, upper))) => {
                write!(f, "{} counts {ratio:.2} [{lower:.2}, {upper:.2}] for each", self.source)
            }
            _ => write!(f, "{}: cannot tell, no year in common", self.source),
        }
    }
}

/// A year of the merged series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MergedYear {
    /// The year.
    pub year: Year,
    /// The number chosen; none if no source that can be used has one.
    pub value: Option<f64>,
    /// 80% interval of what the source followed would have counted, where it did not.
    pub interval: Option<(f64, f64)>,
    /// What the sources say.
    pub given: Vec<(String, f64)>,
    /// Where the number comes from.
    pub reason: String,
}

/// Sources made one series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Merged {
    /// The source that is followed.
    pub reference: String,
    /// The other sources' effects.
    pub effects: Vec<SourceEffect>,
    /// By how much sources differ from year to year once their effects are taken out, in percent.
    pub scatter: f64,
    /// The years.
    pub years: Vec<MergedYear>,
    /// The merged series.
    pub series: Series,
}

impl fmt::Display for Merged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} follows {}", self.series.name(), self.reference)?;
        for effect in &self.effects {
            write!(f, "; {effect}")?;
        }
        write!(f, "; beyond that they differ by {:.0}% from year to year", self.scatter)
    }
}

/// A full year's number.
struct Cell {
    year: Year,
    source: usize,
    y: f64,
}

/// Makes one series of several sources for the same thing; `follow` names the source whose numbers are kept, by default
/// the one with the most years (the first of several).
///
/// ```
/// use unjuran::hierarchy::merge_sources;
/// use unjuran::series::{Series, Year};
/// let council = Series::new("council", Year::new(2019)?, &[286.0, 165.0, 115.0])?;
/// let police = Series::new("police", Year::new(2020)?, &[146.0, 104.0, 120.0])?;
/// let merged = merge_sources("cases", &[("council", &council), ("police", &police)], None)?;
/// assert_eq!(merged.reference, "council");
/// let ratio = merged.effects[0].ratio.unwrap_or_default(); // sqrt(146.5 / 165.5 * 104.5 / 115.5)
/// assert!((ratio - 0.8949).abs() < 1e-4);
/// assert_eq!(merged.years[3].value, Some(134.0)); // 120.5 / 0.8949 - 0.5
/// # Ok::<(), unjuran::Error>(())
/// ```
///
/// # Errors
/// [`Error::BadParameter`] for fewer than two sources; [`Error::UnknownSeries`] if `follow` is none of them;
/// [`Error::DuplicateSeries`]; [`Error::Unlike`] for different units; [`Error::NegativeCount`] for a number below 0.
pub fn merge_sources(name: &str, sources: &[(&str, &Series)], follow: Option<&str>) -> Result<Merged> {
    let (names, reference) = checked(sources, follow)?;
    let mut cells = Vec::new();
    for (source, (_, series)) in sources.iter().enumerate() {
        for o in series.observations().filter(|o| !o.coverage.is_partial()) {
            if let Some(y) = o.value.exact() {
                if y < 0.0 {
                    let (series, year) = (names[source].clone(), o.year.get());
                    return Err(Error::NegativeCount { series, year, value: y });
                }
                cells.push(Cell { year: o.year, source, y });
            }
        }
    }
    let linked = linked(&cells, sources.len(), reference);
    let fit = Fit::new(&cells, &linked, reference);
    let mut years: Vec<Year> = cells.iter().map(|c| c.year).collect();
    years.sort_unstable();
    years.dedup();
    let counts = sources[reference].1.unit() == Unit::Count;
    let merged = years.iter().map(|year| fit.year(*year, &cells, &names, reference, counts)).collect::<Vec<_>>();
    let observed = merged.iter().map(|m: &MergedYear| {
        let value = m.value.map_or(Value::Missing, Value::Exact);
        Observation::full(m.year, value).with_source(m.reason.clone())
    });
    let series = Series::from_observations(name, observed.collect())?.with_unit(sources[reference].1.unit())?;
    let effects =
        (0..names.len()).filter(|s| *s != reference).map(|s| fit.effect(s, &cells, &names, reference)).collect();
    let scatter = 100.0 * fit.sigma.exp_m1();
    Ok(Merged { reference: names[reference].clone(), effects, scatter, years: merged, series })
}

fn checked(sources: &[(&str, &Series)], follow: Option<&str>) -> Result<(Vec<String>, usize)> {
    let names: Vec<String> = sources.iter().map(|(name, _)| (*name).to_owned()).collect();
    if sources.len() < 2 {
        return Err(Error::BadParameter {
            model: WHAT.to_owned(),
            parameter: "sources".to_owned(),
            value: sources.len().to_string(),
            allowed: "two or more".to_owned(),
        });
    }
    if let Some(i) = (0..names.len()).find(|&i| names[..i].contains(&names[i])) {
        return Err(Error::DuplicateSeries { series: names[i].clone() });
    }
    let (first, unit) = (&names[0], sources[0].1.unit());
    if let Some((other, series)) = sources.iter().find(|(_, s)| s.unit() != unit) {
        return Err(Error::Unlike {
            series: (*other).to_owned(),
            has: series.unit().to_string(),
            other: first.clone(),
            other_has: unit.to_string(),
            needed: "sources of one thing have one unit".to_owned(),
        });
    }
    let full = |s: &Series| s.observations().filter(|o| !o.coverage.is_partial() && o.value.exact().is_some()).count();
    let most = sources.iter().map(|(_, s)| full(s)).max().unwrap_or(0);
    let reference = match follow {
        Some(wanted) => names.iter().position(|n| n == wanted),
        None => sources.iter().position(|(_, s)| full(s) == most),
    };
    let unknown = || Error::UnknownSeries { series: follow.unwrap_or_default().to_owned(), known: names.clone() };
    let reference = reference.ok_or_else(unknown)?;
    Ok((names, reference))
}

/// The sources that shared years link to the one followed.
fn linked(cells: &[Cell], sources: usize, reference: usize) -> Vec<bool> {
    let mut linked = vec![false; sources];
    linked[reference] = true;
    for _ in 0..sources {
        for one in cells {
            if linked[one.source] {
                for other in cells.iter().filter(|c| c.year == one.year) {
                    linked[other.source] = true;
                }
            }
        }
    }
    linked
}

struct Fit {
    linked: Vec<bool>,
    effects: Vec<f64>,
    /// Numbers behind each effect.
    common: Vec<usize>,
    sigma: f64,
    df: f64,
}

impl Fit {
    fn new(cells: &[Cell], linked: &[bool], reference: usize) -> Self {
        let log = |c: &Cell| (c.y + HALF).ln();
        let used: Vec<&Cell> = cells.iter().filter(|c| linked[c.source]).collect();
        let mut years: Vec<Year> = used.iter().map(|c| c.year).collect();
        years.sort_unstable();
        years.dedup();
        let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len().max(1) as f64;
        let (mut effects, mut levels) = (vec![0.0; linked.len()], vec![0.0; years.len()]);
        let place = |c: &Cell| years.binary_search(&c.year).unwrap_or(0);
        // why rounds: the two-way table has gaps; each round solves years given sources and sources given years.
        for _ in 0..500 {
            for (t, level) in levels.iter_mut().enumerate() {
                *level = mean(used.iter().filter(|c| place(c) == t).map(|c| log(c) - effects[c.source]).collect());
            }
            for (s, effect) in effects.iter_mut().enumerate().filter(|(s, _)| linked[*s]) {
                *effect = mean(used.iter().filter(|c| c.source == s).map(|c| log(c) - levels[place(c)]).collect());
            }
            let base = effects[reference];
            effects.iter_mut().zip(linked).filter(|(_, l)| **l).for_each(|(effect, _)| *effect -= base);
        }
        let squares: f64 = used.iter().map(|c| (log(c) - effects[c.source] - levels[place(c)]).powi(2)).sum();
        let free = used.len() as f64 - years.len() as f64 - (linked.iter().filter(|l| **l).count() as f64 - 1.0);
        let sigma = ((squares + WORTH * SIGMA * SIGMA) / (free.max(0.0) + WORTH)).sqrt();
        let common = (0..linked.len())
            .map(|s| {
                let with = |c: &&&Cell| used.iter().any(|o| o.year == c.year && o.source != s);
                used.iter().filter(|c| c.source == s).filter(with).count()
            })
            .collect();
        Self { linked: linked.to_vec(), effects, common, sigma, df: free.max(0.0) + WORTH }
    }

    /// Standard error of an effect: that of a mean of differences.
    fn error(&self, source: usize) -> f64 {
        self.sigma * (2.0 / self.common[source].max(1) as f64).sqrt()
    }

    fn effect(&self, s: usize, cells: &[Cell], names: &[String], reference: usize) -> SourceEffect {
        let of = |source: usize, year: Year| cells.iter().find(|c| c.source == source && c.year == year).map(|c| c.y);
        let both: Vec<(f64, f64)> = cells
            .iter()
            .filter(|c| c.source == s)
            .filter_map(|c| Some((c.y, of(reference, c.year).filter(|y| *y > 0.0)?)))
            .collect();
        let difference = both.iter().map(|(y, r)| 100.0 * (y - r).abs() / r).sum::<f64>() / both.len().max(1) as f64;
        let reach = StudentT::new(self.df).quantile(0.975) * self.error(s);
        let known = self.linked[s];
        SourceEffect {
            source: names[s].clone(),
            ratio: known.then(|| self.effects[s].exp()),
            interval: known.then(|| ((self.effects[s] - reach).exp(), (self.effects[s] + reach).exp())),
            common: both.len(),
            difference: (!both.is_empty()).then_some(difference),
        }
    }

    fn year(&self, year: Year, cells: &[Cell], names: &[String], reference: usize, counts: bool) -> MergedYear {
        let here: Vec<&Cell> = cells.iter().filter(|c| c.year == year).collect();
        let given = here.iter().map(|c| (names[c.source].clone(), c.y)).collect();
        if let Some(own) = here.iter().find(|c| c.source == reference) {
            return MergedYear { year, value: Some(own.y), interval: None, given, reason: names[reference].clone() };
        }
        let usable: Vec<&&Cell> = here.iter().filter(|c| self.linked[c.source]).collect();
        if usable.is_empty() {
            let reason = "cannot tell: no year links these sources to the one followed".to_owned();
            return MergedYear { year, value: None, interval: None, given, reason };
        }
        let n = usable.len() as f64;
        let log = usable.iter().map(|c| (c.y + HALF).ln() - self.effects[c.source]).sum::<f64>() / n;
        let doubt = usable.iter().map(|c| self.error(c.source).powi(2)).sum::<f64>() / (n * n);
        // The year's own scatter of the source followed, that of the others, and the doubt about the effects.
        let spread = (self.sigma.powi(2) * (1.0 + 1.0 / n) + doubt).sqrt();
        let reach = StudentT::new(self.df).quantile(0.9) * spread;
        let back = |log: f64| if counts { rounded(log.exp() - HALF) } else { (log.exp() - HALF).max(0.0) };
        let words: Vec<String> =
            usable.iter().map(|c| format!("{} over {:.2}", names[c.source], self.effects[c.source].exp())).collect();
        MergedYear {
            year,
            value: Some(back(log)),
            interval: Some((back(log - reach), back(log + reach))),
            given,
            reason: words.join(", "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(name: &str, start: i64, values: &[f64]) -> Series {
        Series::new(name, Year::new(start).unwrap(), values).unwrap()
    }

    #[test]
    fn a_constant_factor_is_found_and_taken_out() {
        let (a, b) = (series("a", 2015, &[100.5, 200.5, 50.5, 80.5]), series("b", 2016, &[100.0, 25.0, 40.0, 60.0]));
        let [a, b] = [a, b].map(|s| s.with_unit(Unit::Amount).unwrap());
        let merged = merge_sources("m", &[("a", &a), ("b", &b)], None).unwrap();
        // ln (y + 1/2): 100.5 / 201, 25.5 / 51, 40.5 / 81 are all a half
        assert!((merged.effects[0].ratio.unwrap() - 0.5).abs() < 1e-9);
        assert!((merged.years[4].value.unwrap() - 120.5).abs() < 1e-6);
        assert_eq!(merged.years[4].reason, "b over 0.50");
        assert_eq!(merged.series.values().len(), 5);
    }

    #[test]
    fn without_a_year_in_common_nobody_can_tell() {
        let (a, b) = (series("a", 2015, &[100.0, 200.0]), series("b", 2018, &[100.0]));
        let merged = merge_sources("m", &[("a", &a), ("b", &b)], None).unwrap();
        assert_eq!((merged.effects[0].ratio, merged.years[2].value), (None, None));
        assert!(merged.to_string().contains("cannot tell"));
    }
}
