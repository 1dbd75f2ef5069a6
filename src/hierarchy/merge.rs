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
//! source that is followed, its masked cells and its year under way among them, and where it has none those of the others
//! over their effect, with an interval. Masked and partial years tell nothing of effects; those that have no place in the
//! merged series are named.

#![allow(clippy::indexing_slicing, reason = "a matrix kernel: sources and years are counted here")]

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::dist::rounded;
use crate::error::{Error, Result};
use crate::numeric::special::StudentT;
use crate::series::{Coverage, Observation, Series, Unit, Value, Year};

const WHAT: &str = "merge_sources";
/// What sources differ by from year to year where they cannot say, and the numbers that this is worth.
const SIGMA: f64 = 0.2;
const WORTH: f64 = 2.0;
const HALF: f64 = 0.5;
/// Left-out numbers that are named in the sentence.
const NAMED: usize = 3;

/// A standard deviation of logarithms in percent.
fn percent(sigma: f64) -> f64 {
    100.0 * sigma.exp_m1()
}

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
    /// 80% interval of what the source followed would have counted, where it did not; the bounds of its masked cell.
    pub interval: Option<(f64, f64)>,
    /// What the sources say in numbers of full years.
    pub given: Vec<(String, f64)>,
    /// Where the number comes from.
    pub reason: String,
}

/// What a source says that the merged series has no place for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The source.
    pub source: String,
    /// The year.
    pub year: Year,
    /// What it says.
    pub value: Value,
    /// The part of the year that this covers.
    pub coverage: Coverage,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.source, self.year)?;
        match self.value {
            Value::Exact(y) => write!(f, " ({y}")?,
            Value::Censored { lower, upper } => write!(f, " ({lower} to {upper}")?,
            Value::Missing => f.write_str(" (nothing")?,
        }
        if self.coverage.is_partial() {
            write!(f, ", {}", self.coverage)?;
        }
        f.write_str(")")
    }
}

/// Sources made one series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Merged {
    /// The source that is followed.
    pub reference: String,
    /// The other sources' effects.
    pub effects: Vec<SourceEffect>,
    /// By how much sources are taken to differ from year to year once their effects are taken out, in percent: what was
    /// observed ([`Merged::observed_scatter`]), drawn towards 22% with the weight of two numbers.
    pub scatter: f64,
    /// The years.
    pub years: Vec<MergedYear>,
    /// The merged series.
    pub series: Series,
    /// Masked cells and years under way that are not in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
}

impl Merged {
    /// By how much sources differed from year to year once their effects were taken out, in percent; none where the years in
    /// common are as few as the effects.
    pub fn observed_scatter(&self) -> Option<f64> {
        let effect = |source: &str| match self.effects.iter().find(|effect| effect.source == source) {
            Some(effect) => effect.ratio.map(f64::ln),
            None => Some(0.0),
        };
        let (mut squares, mut free) = (0.0, 0.0);
        for year in &self.years {
            let logs = year.given.iter().filter_map(|(source, y)| Some((y + HALF).ln() - effect(source)?));
            let logs: Vec<f64> = logs.collect();
            let n = logs.len() as f64;
            let level = logs.iter().sum::<f64>() / n.max(1.0);
            squares += logs.iter().map(|log| (log - level).powi(2)).sum::<f64>();
            free += (n - 1.0).max(0.0);
        }
        free -= self.effects.iter().filter(|effect| effect.ratio.is_some()).count() as f64;
        (free > 0.0).then(|| percent((squares / free).sqrt()))
    }
}

impl fmt::Display for Merged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} follows {}", self.series.name(), self.reference)?;
        for effect in &self.effects {
            write!(f, "; {effect}")?;
        }
        write!(f, "; beyond that they are taken to differ by {:.0}% from year to year: ", self.scatter)?;
        match self.observed_scatter() {
            Some(observed) => write!(f, "{observed:.0}% observed, drawn towards an assumed {:.0}%", percent(SIGMA))?,
            None => f.write_str("an assumption, for the years in common are too few to tell")?,
        }
        for (i, left_out) in self.left_out.iter().take(NAMED).enumerate() {
            write!(f, "{}{left_out}", if i == 0 { "; left out: " } else { ", " })?;
        }
        match self.left_out.len().saturating_sub(NAMED) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
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
        for (year, y) in series.observations().filter(is_cell).filter_map(|o| Some((o.year, o.value.exact()?))) {
            if y < 0.0 {
                return Err(Error::NegativeCount { series: names[source].clone(), year: year.get(), value: y });
            }
            cells.push(Cell { year, source, y });
        }
    }
    let linked = linked(&cells, sources.len(), reference);
    let fit = Fit::new(&cells, &linked, reference);
    let mut years: Vec<Year> = cells.iter().map(|c| c.year).collect();
    years.sort_unstable();
    years.dedup();
    let counts = sources[reference].1.unit() == Unit::Count;
    let mut merged: Vec<MergedYear> =
        years.iter().map(|year| fit.year(*year, &cells, &names, reference, counts)).collect();
    let followed = sources[reference].1;
    let kept: Vec<Observation> = followed.observations().filter(|o| kept(o, years.last())).collect();
    for observation in &kept {
        let made = as_followed(observation, &names[reference], &cells, &names);
        match merged.binary_search_by_key(&made.year, |m| m.year) {
            Ok(place) => merged[place] = made,
            Err(place) => merged.insert(place, made),
        }
    }
    let observed = merged.iter().map(|m| {
        let own = kept.iter().find(|o| o.year == m.year).cloned();
        let made = || Observation::full(m.year, m.value.map_or(Value::Missing, Value::Exact));
        own.unwrap_or_else(made).with_source(m.reason.clone())
    });
    let series = Series::from_observations(name, observed.collect())?.with_unit(followed.unit())?;
    let series = if series.last_coverage().is_partial() {
        series.with_earlier(followed.earlier().iter().map(|(year, by_then)| (*year, *by_then)))?
    } else {
        series
    };
    let effects =
        (0..names.len()).filter(|s| *s != reference).map(|s| fit.effect(s, &cells, &names, reference)).collect();
    let left_out = left_out(sources, reference, &kept);
    let scatter = percent(fit.sigma);
    Ok(Merged { reference: names[reference].clone(), effects, scatter, years: merged, series, left_out })
}

/// Whether this is a number of a full year, which tells of effects.
fn is_cell(observation: &Observation) -> bool {
    !observation.coverage.is_partial() && observation.value.exact().is_some()
}

/// Whether what the source followed says of a year without a number stays: a masked cell does, a year under way where no
/// source has a number of it or of a later one (only the last year of a series may be partial).
fn kept(observation: &Observation, last: Option<&Year>) -> bool {
    if observation.coverage.is_partial() {
        return last.is_none_or(|last| *last < observation.year);
    }
    matches!(observation.value, Value::Censored { .. })
}

/// What is no number of a full year, and not kept of the source followed.
fn left_out(sources: &[(&str, &Series)], reference: usize, kept: &[Observation]) -> Vec<LeftOut> {
    let mut found = Vec::new();
    for (s, (source, series)) in sources.iter().enumerate() {
        for o in series.observations().filter(|o| !is_cell(o) && o.value != Value::Missing) {
            if s != reference || !kept.contains(&o) {
                let source = (*source).to_owned();
                found.push(LeftOut { source, year: o.year, value: o.value, coverage: o.coverage });
            }
        }
    }
    found
}

/// A year of the merged series with what the source followed says of it.
fn as_followed(observation: &Observation, source: &str, cells: &[Cell], names: &[String]) -> MergedYear {
    let Observation { year, value, coverage, .. } = observation;
    let given = cells.iter().filter(|c| c.year == *year).map(|c| (names[c.source].clone(), c.y)).collect();
    let (interval, reason) = match value {
        Value::Censored { lower, upper } => (Some((*lower, *upper)), format!("{source}, masked")),
        _ => (None, format!("{source}, {coverage}")),
    };
    MergedYear { year: *year, value: value.exact(), interval, given, reason }
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
    let full = |s: &Series| s.observations().filter(is_cell).count();
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

    #[test]
    fn masked_cells_and_the_year_under_way_of_the_source_followed_stay() {
        let year = |y| Year::new(y).unwrap();
        let council =
            series("council", 2019, &[286.0, 165.0, 115.0, 139.0]).with_censored(year(2018), 0.0, 4.0).unwrap();
        let council = council.with_partial(year(2023), 48.0, Coverage::Share(0.4)).unwrap();
        let council = council.with_earlier([(year(2022), 61.0)]).unwrap();
        let police =
            series("police", 2018, &[290.0, f64::NAN, 146.0, 104.0]).with_censored(year(2022), 0.0, 9.0).unwrap();
        let merged = merge_sources("m", &[("council", &council), ("police", &police)], None).unwrap();
        assert_eq!(merged.series.values(), council.values());
        assert_eq!(
            (merged.series.last_coverage(), merged.series.earlier()),
            (council.last_coverage(), council.earlier())
        );
        let reasons: Vec<&str> = merged.years.iter().map(|y| y.reason.as_str()).collect();
        assert_eq!(
            reasons,
            ["council, masked", "council", "council", "council", "council", "council, 40% of the year"]
        );
        assert!(merged.to_string().ends_with("; left out: police in 2022 (0 to 9)"), "{merged}");
        // a number of the whole year, over the effect of its source, says more than some months of it
        let police = police.with_partial(year(2024), 7.0, Coverage::Share(0.1)).unwrap();
        let longer = series("court", 2020, &[160.0, 110.0, 130.0, 120.0]);
        let all = [("council", &council), ("police", &police), ("court", &longer)];
        let merged = merge_sources("m", &all, None).unwrap();
        assert_eq!((merged.series.last_year().get(), merged.series.last_coverage()), (2023, Coverage::Full));
        let left: Vec<String> = merged.left_out.iter().map(ToString::to_string).collect();
        assert_eq!(
            left,
            ["council in 2023 (48, 40% of the year)", "police in 2022 (0 to 9)", "police in 2024 (7, 10% of the year)"]
        );
    }

    #[test]
    fn what_was_observed_and_what_is_assumed_are_told_apart() {
        let a = series("a", 2019, &[286.0, 165.0, 115.0, 139.0]);
        let same = merge_sources("m", &[("a", &a), ("b", &a)], None).unwrap();
        assert!(same.observed_scatter().unwrap() < 1e-9);
        // sqrt(2 * 0.2^2 / (3 + 2)), for four numbers twice are four years, an effect and three more
        assert!((same.scatter - 13.48).abs() < 0.01);
        assert!(same.to_string().contains("taken to differ by 13% from year to year: 0% observed, drawn towards"));
        for (start, values) in [(2000, [5.0, 6.0]), (2018, [5.0, 6.0])] {
            let few = merge_sources("m", &[("a", &a), ("b", &series("b", start, &values))], None).unwrap();
            assert_eq!(few.observed_scatter(), None);
            assert!(few.to_string().contains("by 22% from year to year: an assumption"), "{few}");
        }
        let b = series("b", 2018, &[290.0, f64::NAN, 146.0, 104.0]);
        let two = merge_sources("m", &[("a", &a), ("b", &b)], None).unwrap();
        // two logarithms of ratios, d apart: each number lies d / 4 from its place, with one degree of freedom
        let d = (146.5_f64 / 165.5).ln() - (104.5_f64 / 115.5).ln();
        assert!((two.observed_scatter().unwrap() - 100.0 * (0.5 * d.abs()).exp_m1()).abs() < 1e-6);
    }
}
