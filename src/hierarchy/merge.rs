//! Several sources for one thing.
//!
//! Police count 146, the council 165. On the log scale a number is what happened plus what the source makes of it:
//!
//! ```text
//! ln(y_ts + 1/2) = a_t + b_s + e_ts,   b = 0 for the source that is followed
//! ```
//!
//! by least squares over the years in common (`two_way.rs`). `exp(b_s)` is the source's effect: what it counts for each one that
//! the other counts. The variance of e is drawn towards 0.2^2 with the weight of two numbers; that of an effect counts the years
//! by which sources are linked, so that a source with one year in common with the one followed is known from that year alone,
//! however many it shares with others. The merged series has the numbers of the source that is followed, its masked cells and
//! its year under way among them, and where it has none those of the others over their effect, with an interval. Masked and
//! partial years tell nothing of effects; those that have no place in the merged series are named.

#![allow(clippy::indexing_slicing, reason = "sources and years are counted here")]

use std::fmt;

use serde::{Deserialize, Serialize};

use super::two_way::{Cell, HALF, SIGMA, TwoWay};
use crate::dist::rounded;
use crate::error::{Error, Result};
use crate::numeric::special::StudentT;
use crate::series::{Coverage, Observation, Series, Unit, Value, Year};

const WHAT: &str = "merge_sources";
/// Left-out numbers that are named in the sentence.
const NAMED: usize = 3;

/// A standard deviation of logarithms in percent.
fn percent(sigma: f64) -> f64 {
    100.0 * sigma.exp_m1()
}

/// What a source makes of what the followed one counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
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
                write!(f, "{} counts {ratio:.2} for each (95% interval: {lower:.2} to {upper:.2})", self.source)
            }
            _ => write!(f, "{}: cannot tell, no year in common", self.source),
        }
    }
}

/// A year of the merged series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
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
#[non_exhaustive]
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
#[serde(try_from = "Stored")]
#[non_exhaustive]
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

/// The stored form: checked on the way in.
#[derive(Deserialize)]
struct Stored {
    reference: String,
    effects: Vec<SourceEffect>,
    scatter: f64,
    years: Vec<MergedYear>,
    series: Series,
    #[serde(default)]
    left_out: Vec<LeftOut>,
}

impl TryFrom<Stored> for Merged {
    type Error = Error;
    fn try_from(stored: Stored) -> Result<Self> {
        let Stored { reference, effects, scatter, years, series, left_out } = stored;
        if !(scatter >= 0.0 && scatter.is_finite()) {
            return Err(refused("scatter", scatter.to_string(), "a finite percentage from 0"));
        }
        if let Some(ratio) = effects.iter().filter_map(|e| e.ratio).find(|ratio| !(*ratio > 0.0 && ratio.is_finite())) {
            return Err(refused("ratio", ratio.to_string(), "a finite number above 0"));
        }
        if let Some(year) = years.iter().find(|year| year.given.iter().any(|(_, y)| !(*y >= 0.0 && y.is_finite()))) {
            return Err(refused("given", format!("{:?} in {}", year.given, year.year), "finite numbers from 0"));
        }
        Ok(Self { reference, effects, scatter, years, series, left_out })
    }
}

fn refused(parameter: &str, value: String, allowed: &str) -> Error {
    let (model, parameter, allowed) = (WHAT.to_owned(), parameter.to_owned(), allowed.to_owned());
    Error::bad_parameter(model, parameter, value, allowed)
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
        for (year, y) in series.full_years() {
            if y < 0.0 {
                return Err(Error::NegativeCount { series: names[source].clone(), year: year.get(), value: y });
            }
            cells.push(Cell { year, source, y });
        }
    }
    let fit = TwoWay::new(&cells, sources.len(), reference);
    let mut years: Vec<Year> = cells.iter().map(|c| c.year).collect();
    years.sort_unstable();
    years.dedup();
    let counts = sources[reference].1.unit() == Unit::Count;
    let mut merged: Vec<MergedYear> =
        years.iter().map(|year| filled(&fit, *year, &cells, &names, reference, counts)).collect();
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
        (0..names.len()).filter(|s| *s != reference).map(|s| effect(&fit, s, &cells, &names, reference)).collect();
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
        return Err(refused("sources", sources.len().to_string(), "two or more"));
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

fn effect(fit: &TwoWay, s: usize, cells: &[Cell], names: &[String], reference: usize) -> SourceEffect {
    let of = |source: usize, year: Year| cells.iter().find(|c| c.source == source && c.year == year).map(|c| c.y);
    let both: Vec<(f64, f64)> = cells
        .iter()
        .filter(|c| c.source == s)
        .filter_map(|c| Some((c.y, of(reference, c.year).filter(|y| *y > 0.0)?)))
        .collect();
    let difference = both.iter().map(|(y, r)| 100.0 * (y - r).abs() / r).sum::<f64>() / both.len().max(1) as f64;
    let reach = StudentT::new(fit.df).quantile(0.975) * fit.variance(&[s]).sqrt();
    let known = fit.linked[s];
    SourceEffect {
        source: names[s].clone(),
        ratio: known.then(|| fit.effects[s].exp()),
        interval: known.then(|| ((fit.effects[s] - reach).exp(), (fit.effects[s] + reach).exp())),
        common: both.len(),
        difference: (!both.is_empty()).then_some(difference),
    }
}

/// A year with the number of the source followed, or what it would have counted by those of the others.
fn filled(fit: &TwoWay, year: Year, cells: &[Cell], names: &[String], reference: usize, counts: bool) -> MergedYear {
    let here: Vec<&Cell> = cells.iter().filter(|c| c.year == year).collect();
    let given = here.iter().map(|c| (names[c.source].clone(), c.y)).collect();
    if let Some(own) = here.iter().find(|c| c.source == reference) {
        return MergedYear { year, value: Some(own.y), interval: None, given, reason: names[reference].clone() };
    }
    let usable: Vec<&&Cell> = here.iter().filter(|c| fit.linked[c.source]).collect();
    if usable.is_empty() {
        let reason = "cannot tell: no year links these sources to the one followed".to_owned();
        return MergedYear { year, value: None, interval: None, given, reason };
    }
    let n = usable.len() as f64;
    let log = usable.iter().map(|c| c.log() - fit.effects[c.source]).sum::<f64>() / n;
    let sources: Vec<usize> = usable.iter().map(|c| c.source).collect();
    // The year's own scatter of the source followed, that of the others, and the doubt about their effects, which go together.
    let spread = (fit.sigma.powi(2) * (1.0 + 1.0 / n) + fit.variance(&sources)).sqrt();
    let reach = StudentT::new(fit.df).quantile(0.9) * spread;
    let back = |log: f64| if counts { rounded(log.exp() - HALF) } else { (log.exp() - HALF).max(0.0) };
    let words: Vec<String> =
        usable.iter().map(|c| format!("{} over {:.2}", names[c.source], fit.effects[c.source].exp())).collect();
    MergedYear {
        year,
        value: Some(back(log)),
        interval: Some((back(log - reach), back(log + reach))),
        given,
        reason: words.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::rng::Stream;

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

    fn amount(name: &str, start: i64, values: &[f64]) -> Series {
        series(name, start, values).with_unit(Unit::Amount).unwrap()
    }

    /// The variance behind bounds of numbers, in squares of the scatter.
    fn variance(merged: &Merged, df: f64, p: f64, (lower, upper): (f64, f64)) -> f64 {
        let sigma = (merged.scatter / 100.0).ln_1p();
        ((upper / lower).ln() / (2.0 * StudentT::new(df).quantile(p) * sigma)).powi(2)
    }

    #[test]
    fn a_source_that_another_links_is_known_less_well_than_that_one() {
        // a and b share a year, b and c two. By hand, with 6 numbers less 3 years and 2 effects, and the weight of 2: 3 df.
        let a = amount("a", 2015, &[100.0]);
        let (b, c) = (amount("b", 2015, &[80.0, 95.0, 70.0]), amount("c", 2016, &[40.0, 37.0]));
        let merged = merge_sources("m", &[("a", &a), ("b", &b), ("c", &c)], Some("a")).unwrap();
        let of = |i: usize| variance(&merged, 3.0, 0.975, merged.effects[i].interval.unwrap());
        // b - a is a difference of two numbers; c - b the mean of two such: 2, and 2 + 1
        assert!((of(0) - 2.0).abs() < 1e-9 && (of(1) - 3.0).abs() < 1e-9, "{} {}", of(0), of(1));
        // a's own number, the mean of two, and that of their effects: 1 + 1/2 + (2 + 3 + 2 * 2) / 4
        let filled = merged.years[1].interval.unwrap();
        let filled = variance(&merged, 3.0, 0.9, (filled.0 + HALF, filled.1 + HALF));
        assert!((filled - 3.75).abs() < 1e-9, "{filled}");
    }

    #[test]
    fn sources_that_share_all_years_are_known_alike() {
        let a = amount("a", 2015, &[100.0, 120.0, 90.0, 130.0]);
        let (b, c) = (amount("b", 2015, &[80.0, 95.0, 70.0, 99.0]), amount("c", 2015, &[40.0, 37.0, 52.0, 41.0]));
        let merged = merge_sources("m", &[("a", &a), ("b", &b), ("c", &c)], Some("a")).unwrap();
        // means of four differences of two numbers; 12 numbers less 4 years and 2 effects, and 2
        for effect in &merged.effects {
            assert!((variance(&merged, 8.0, 0.975, effect.interval.unwrap()) - 0.5).abs() < 1e-9, "{effect}");
        }
    }

    #[test]
    fn a_long_chain_of_sources_is_followed_to_its_end() {
        // each counts 0.9 for each one of the source before it, and they share three years
        let sources: Vec<Series> =
            (0..30_i32).map(|s| amount("s", 1900 + 3 * i64::from(s), &[1000.0 * 0.9_f64.powi(s) - HALF; 6])).collect();
        let names: Vec<String> = (0..30).map(|s| s.to_string()).collect();
        let named: Vec<(&str, &Series)> = names.iter().map(String::as_str).zip(&sources).collect();
        let merged = merge_sources("m", &named, Some("0")).unwrap();
        let last = merged.effects[28].ratio.unwrap();
        assert!((last / 0.9_f64.powi(29) - 1.0).abs() < 1e-9, "{last}");
    }

    #[test]
    fn intervals_hold_the_truth_as_often_as_they_say_where_sources_hardly_meet() {
        // a and b meet in 2015 alone, a and c never; b counts 0.7 for each of a, c 0.35
        let truth = [1.0, 0.7, 0.35];
        let (mut effects, mut filled) = ([0.0; 2], 0.0);
        for seed in 0..400 {
            let mut stream = Stream::new(seed, "merged sources");
            let levels: Vec<f64> = (0..16).map(|_| 300.0 * (0.4 * stream.normal()).exp()).collect();
            let all: Vec<Vec<f64>> = truth
                .iter()
                .map(|ratio| levels.iter().map(|level| level * ratio * (0.2 * stream.normal()).exp() - HALF).collect())
                .collect();
            let (a, b) = (amount("a", 2010, &all[0][..6]), amount("b", 2015, &all[1][5..]));
            let c = amount("c", 2016, &all[2][6..]);
            let merged = merge_sources("m", &[("a", &a), ("b", &b), ("c", &c)], Some("a")).unwrap();
            let holds =
                |bounds: Option<(f64, f64)>, y: f64| bounds.is_some_and(|(lower, upper)| lower <= y && y <= upper);
            for i in 0..2 {
                effects[i] += f64::from(u8::from(holds(merged.effects[i].interval, truth[i + 1])));
            }
            filled += (6..16).filter(|&t| holds(merged.years[t].interval, all[0][t])).count() as f64;
        }
        let percent = (effects[0] / 4.0, effects[1] / 4.0, filled / 40.0);
        // 95% and 80%; 400 draws leave one percent of doubt for the first, and filled years of one draw go together
        assert!((90.0..=99.0).contains(&percent.0) && (90.0..=99.0).contains(&percent.1), "{percent:?}");
        assert!((74.0..=86.0).contains(&percent.2), "{percent:?}");
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
