//! What can be said of one series, and what cannot: typed, so that a sentence and the JSON hold the same numbers.

#![allow(clippy::indexing_slicing, reason = "a forecast's lists have one length")]

use serde::{Deserialize, Serialize};

use super::rules::{DIRECTION, INNER, MEANINGFUL, OUTER, POWER};
use crate::dist::Predictive as _;
use crate::error::{Error, Result};
use crate::forecast::Forecast;
use crate::plan::{Verdict, YEARS_BEFORE, impact, percent_change};
use crate::series::{Coverage, Event, EventKind, Note, Series, Unit, Year};

/// Bounds of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// Level in percent.
    pub level: f64,
    /// Lower bound.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
}

/// Where a series is going: the last projected year against the last full year with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Above it with a probability of 0.9 or more.
    Rise,
    /// Below it with a probability of 0.9 or more.
    Fall,
    /// Neither.
    Open,
}

/// One thing to be said of a series. Each becomes one sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "finding", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Finding {
    /// The full years with a number.
    Observed {
        /// The first of them.
        first: Year,
        /// The last of them.
        last: Year,
        /// How many.
        numbers: usize,
        /// The number of the last.
        value: f64,
    },
    /// A year of which a part is counted.
    UnderWay {
        /// The year.
        year: Year,
        /// What was counted so far.
        counted: f64,
        /// How far.
        coverage: Coverage,
    },
    /// The projection of a year.
    Ahead {
        /// The year.
        year: Year,
        /// Its median.
        median: f64,
        /// The narrower interval.
        inner: Bounds,
        /// The wider one.
        outer: Bounds,
    },
    /// The sum of all projected years.
    Together {
        /// The first projected year.
        first: Year,
        /// The last.
        last: Year,
        /// Median of the sum.
        median: f64,
        /// Its interval.
        inner: Bounds,
    },
    /// The last projected year against the last full year.
    Trend {
        /// The projected year.
        year: Year,
        /// The last full year with a number.
        since: Year,
        /// Its number.
        value: f64,
        /// Probability of more.
        above: f64,
        /// Probability of less.
        below: f64,
        /// The probability from which on a direction is named.
        needed: f64,
        /// What is named.
        direction: Direction,
    },
    /// The change between the last two full years.
    Change {
        /// The year before.
        from: Year,
        /// The last year.
        to: Year,
        /// The number of the year before.
        before: f64,
        /// The number of the last year.
        after: f64,
        /// The change in percent.
        change: f64,
        /// Its interval, in percent.
        interval: Bounds,
        /// Whether it is more than ordinary variation; none if that cannot be told.
        significant: Option<bool>,
        /// Whether ordinary variation is that of the series itself, or that of other series.
        has_history: bool,
    },
    /// The same of numbers too small, beside their scatter, for a change in percent.
    ChangeOfFew {
        /// The year before.
        from: Year,
        /// The last year.
        to: Year,
        /// The number of the year before.
        before: f64,
        /// The number of the last year.
        after: f64,
        /// Whether the difference is more than ordinary variation; none if that cannot be told.
        significant: Option<bool>,
    },
    /// A last year that follows a zero: no change in percent.
    ChangeFromZero {
        /// The year before.
        from: Year,
        /// The last year.
        to: Year,
        /// The number of the year before.
        before: f64,
        /// The number of the last year.
        after: f64,
    },
    /// What a dated event did.
    Effect {
        /// The event.
        event: String,
        /// Its year.
        year: Year,
        /// How it acts; a step in reports of earlier releases, which did not say.
        #[serde(default = "step")]
        kind: EventKind,
        /// What can be said.
        verdict: Verdict,
        /// Median of the relative effect: -0.6 is a fall by 60%; of a ramp that of each year, of a transient that of the first.
        effect: f64,
        /// Its interval.
        interval: Bounds,
        /// The size of interest.
        meaningful: f64,
        /// The smallest rise that would have been found; none if no rise would.
        rise: Option<f64>,
        /// The smallest fall that would have been found; none if no fall would.
        fall: Option<f64>,
        /// The probability with which those would have been found.
        power: f64,
    },
    /// An event with too few years before it.
    EventTooEarly {
        /// The event.
        event: String,
        /// Its year.
        year: Year,
        /// Observed years needed before it.
        needed: usize,
        /// Observed years there are.
        got: usize,
    },
    /// Several events that lie outside the years of the series, or too early in them.
    EventsUnjudged {
        /// The events with their years.
        events: Vec<(String, Year)>,
        /// Observed years needed before an event; one from it on is needed too.
        needed: usize,
    },
    /// An event that needs a year without a full number.
    EventWithoutNumber {
        /// The event.
        event: String,
        /// Its year.
        year: Year,
        /// The year that has none.
        missing: i32,
    },
    /// An event in a series with a number below zero, of which no effect can be a share.
    EventBelowZero {
        /// The event.
        event: String,
        /// Its year.
        year: Year,
        /// The first year with such a number.
        below: Year,
        /// The number.
        value: f64,
    },
    /// An event in a series whose numbers are too large or too far apart to compute with.
    EventTooFarApart {
        /// The event.
        event: String,
        /// Its year.
        year: Year,
    },
    /// An event that cannot be judged for another reason: the projection of its series stands without it.
    EventNotJudged {
        /// The event.
        event: String,
        /// Its year.
        year: Year,
        /// The refusal, in English.
        because: String,
    },
    /// An event without a full year before it, or from it on.
    EventOutside {
        /// The event.
        event: String,
        /// Its year.
        year: Year,
        /// The first year that could be judged.
        first: i32,
        /// The last.
        last: i32,
    },
    /// A series that ends before others of the report: years that have passed are among those projected.
    EndsEarly {
        /// The first year that is projected.
        first: Year,
        /// That of the series that go on longest.
        others: Year,
    },
    /// Years without a number.
    Missing {
        /// The years.
        years: Vec<Year>,
    },
    /// Masked years.
    Masked {
        /// The years.
        years: Vec<Year>,
    },
    /// A part of a year beside a full one.
    NotAYear {
        /// The year under way.
        year: Year,
        /// What was counted so far.
        counted: f64,
        /// The last full year with a number.
        last: Year,
        /// Its number.
        value: f64,
    },
    /// So few years that the width of the intervals rests on general experience.
    FewYears {
        /// Observed years.
        observed: usize,
    },
    /// An interval that holds both half and twice the last number.
    Wide {
        /// The projected year.
        year: Year,
        /// The last full year with a number.
        since: Year,
        /// Its number.
        value: f64,
        /// The interval.
        interval: Bounds,
    },
    /// More was counted in the year under way than the model held possible.
    CountedAbove {
        /// The year.
        year: Year,
        /// What was counted so far.
        counted: f64,
    },
    /// One number that makes amounts of a series whose unit nobody said.
    TakenAsAmounts {
        /// Its year.
        year: Year,
        /// The number.
        value: f64,
    },
    /// Another note of the forecast, in English.
    Remark {
        /// The note.
        text: String,
    },
}

fn step() -> EventKind {
    EventKind::Step
}

/// What is said of a series, and what cannot be said.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) said: Vec<Finding>,
    pub(super) unsaid: Vec<Finding>,
}

/// The findings on one forecast; `events` are those that may have moved its series, `complements` the years masked for others,
/// and with `others` begins what is projected of the series that go on longest.
pub(super) fn findings(
    forecast: &Forecast,
    events: &[Event],
    complements: &[Year],
    others: Option<Year>,
) -> Result<Findings> {
    let series = forecast.series();
    let mut found = Findings::default();
    if let (Some(&first), Some(others)) = (forecast.years().first(), others)
        && first < others
    {
        found.unsaid.push(Finding::EndsEarly { first, others });
    }
    let full: Vec<(Year, f64)> = series.full_years().collect();
    if let (Some(&(first, _)), Some(&(last, value))) = (full.first(), full.last()) {
        found.said.push(Finding::Observed { first, last, numbers: full.len(), value });
    }
    under_way(series, full.last().copied(), &mut found);
    ahead(forecast, &mut found)?;
    if let Some(&last) = full.last() {
        trend(forecast, last, &mut found)?;
    }
    if series.unit() == Unit::Count {
        change(series, &full, &mut found)?;
    }
    for event in events {
        effect(series, event, &mut found)?;
    }
    unjudged(&mut found);
    notes(forecast, complements, &mut found);
    Ok(found)
}

fn under_way(series: &Series, full: Option<(Year, f64)>, found: &mut Findings) {
    let coverage = series.last_coverage();
    let (year, counted) = (series.last_year(), series.values().last().and_then(|v| v.exact()));
    let Some(counted) = counted.filter(|_| coverage.is_partial()) else { return };
    found.said.push(Finding::UnderWay { year, counted, coverage });
    if let Some((last, value)) = full {
        found.unsaid.push(Finding::NotAYear { year, counted, last, value });
    }
}

/// The first and the last projected year, and all of them together.
fn ahead(forecast: &Forecast, found: &mut Findings) -> Result<()> {
    let years = forecast.years();
    let (inner, outer, median) = (forecast.interval(INNER)?, forecast.interval(OUTER)?, forecast.median());
    let bounds = |band: &crate::forecast::Interval, i: usize| Bounds {
        level: band.level,
        lower: band.lower[i],
        upper: band.upper[i],
    };
    let mut places = vec![0, years.len() - 1];
    places.dedup();
    for i in places {
        let (inner, outer) = (bounds(&inner, i), bounds(&outer, i));
        found.said.push(Finding::Ahead { year: years[i], median: median[i], inner, outer });
    }
    if let (&[first, .., last], true) = (years, forecast.series().unit() != Unit::Rate) {
        let total = forecast.total()?;
        let tail = (100.0 - INNER) / 200.0;
        let inner = Bounds { level: INNER, lower: total.quantile(tail), upper: total.quantile(1.0 - tail) };
        found.said.push(Finding::Together { first, last, median: total.quantile(0.5), inner });
    }
    Ok(())
}

fn trend(forecast: &Forecast, (since, value): (Year, f64), found: &mut Findings) -> Result<()> {
    let (Some(&year), Some(law)) = (forecast.years().last(), forecast.steps().last()) else { return Ok(()) };
    // why next_down: the probability of strictly less.
    let (above, below) = (1.0 - law.cdf(value), law.cdf(value.next_down()));
    let direction = match (above >= DIRECTION, below >= DIRECTION) {
        (true, _) => Direction::Rise,
        (_, true) => Direction::Fall,
        _ => Direction::Open,
    };
    let trend = Finding::Trend { year, since, value, above, below, needed: DIRECTION, direction };
    let list = if direction == Direction::Open { &mut found.unsaid } else { &mut found.said };
    list.push(trend);
    let band = forecast.interval(OUTER)?;
    if let (Some(&lower), Some(&upper)) = (band.lower.last(), band.upper.last())
        && value > 0.0
        && lower <= 0.5 * value
        && upper >= 2.0 * value
    {
        found.unsaid.push(Finding::Wide { year, since, value, interval: Bounds { level: OUTER, lower, upper } });
    }
    Ok(())
}

fn change(series: &Series, full: &[(Year, f64)], found: &mut Findings) -> Result<()> {
    let &[.., (from, before), (to, after)] = full else { return Ok(()) };
    if from.until(to) != Some(1) {
        return Ok(());
    }
    let judged = match percent_change(before, after, None, Some(series), OUTER) {
        Err(Error::TooFewYears { .. } | Error::TooFewChanges { .. }) if series.unit() == Unit::Count => {
            percent_change(before, after, None, None, OUTER)
        }
        // why nothing: what amounts and rates scatter by does not follow from their size.
        Err(Error::TooFewYears { .. } | Error::TooFewChanges { .. }) => return Ok(()),
        judged => judged,
    };
    let change = match judged {
        Ok(change) => change,
        Err(Error::NoPercentage { .. }) => {
            found.unsaid.push(Finding::ChangeFromZero { from, to, before, after });
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let significant = change.significant;
    let (Some(lower), Some(upper)) = (change.lower, change.upper) else {
        found.unsaid.push(Finding::ChangeOfFew { from, to, before, after, significant });
        return Ok(());
    };
    let list = if significant.is_none() { &mut found.unsaid } else { &mut found.said };
    list.push(Finding::Change {
        from,
        to,
        before,
        after,
        change: change.change,
        interval: Bounds { level: change.level, lower, upper },
        significant,
        has_history: change.has_history,
    });
    Ok(())
}

/// One finding in place of many: a list of events made for other series would be told of one by one.
fn unjudged(found: &mut Findings) {
    let place = |finding: &Finding| match finding {
        Finding::EventTooEarly { event, year, .. } | Finding::EventOutside { event, year, .. } => {
            Some((event.clone(), *year))
        }
        _ => None,
    };
    let events: Vec<(String, Year)> = found.unsaid.iter().filter_map(place).collect();
    // why of one alone too: of a series with a single full year the years that can be judged run backwards.
    let none = |finding: &Finding| matches!(finding, Finding::EventOutside { first, last, .. } if first > last);
    if events.len() > 1 || found.unsaid.iter().any(none) {
        found.unsaid.retain(|finding| place(finding).is_none());
        found.unsaid.push(Finding::EventsUnjudged { events, needed: YEARS_BEFORE });
    }
}

fn effect(series: &Series, event: &Event, found: &mut Findings) -> Result<()> {
    let (name, year) = (event.name.clone(), event.year);
    let judged = match impact(series, event, &[], MEANINGFUL) {
        Ok(judged) => judged,
        Err(error) => {
            found.unsaid.push(not_judged(series, name, year, error));
            return Ok(());
        }
    };
    let (lower, upper) = judged.interval(OUTER)?;
    let list = if judged.verdict == Verdict::CannotTell { &mut found.unsaid } else { &mut found.said };
    list.push(Finding::Effect {
        event: name,
        year,
        kind: event.kind,
        verdict: judged.verdict,
        effect: judged.relative_effect,
        interval: Bounds { level: OUTER, lower, upper },
        meaningful: judged.meaningful,
        rise: judged.mde.rise,
        fall: judged.mde.fall,
        power: POWER,
    });
    Ok(())
}

/// Why an event was not judged. No refusal is passed on: one event would take the projection of its series with it.
fn not_judged(series: &Series, event: String, year: Year, error: Error) -> Finding {
    match error {
        Error::TooFewYears { needed, got, .. } => Finding::EventTooEarly { event, year, needed, got },
        Error::EventOutside { first, last, .. } => Finding::EventOutside { event, year, first, last },
        Error::NotObserved { year: missing, .. } => Finding::EventWithoutNumber { event, year, missing },
        Error::Overflow { .. } => Finding::EventTooFarApart { event, year },
        error => match series.full_years().find(|(_, y)| *y < 0.0) {
            Some((below, value)) => Finding::EventBelowZero { event, year, below, value },
            None => Finding::EventNotJudged { event, year, because: error.to_string() },
        },
    }
}

/// What the notes of the forecast say that was not said yet.
fn notes(forecast: &Forecast, complements: &[Year], found: &mut Findings) {
    let (mut missing, mut masked) = (Vec::new(), Vec::new());
    for note in forecast.notes() {
        match note {
            // why masked: of some complements nothing may be said, not even bounds, and they have no value.
            Note::MissingYears { years } => {
                (masked, missing) = years.iter().partition(|year| complements.contains(year));
            }
            Note::MaskedYears { years } | Note::MaskedIntervals { years } => masked.extend(years),
            _ => {}
        }
    }
    masked.sort_unstable();
    if !missing.is_empty() {
        found.unsaid.push(Finding::Missing { years: missing });
    }
    if !masked.is_empty() {
        found.unsaid.push(Finding::Masked { years: masked });
    }
    for note in forecast.notes() {
        found.unsaid.push(match note {
            Note::YearUnderWay { .. }
            | Note::MissingYears { .. }
            | Note::MaskedYears { .. }
            | Note::MaskedIntervals { .. } => continue,
            Note::ShortSeries { observed } => Finding::FewYears { observed: *observed },
            Note::CountedAboveForecast { year, counted } => Finding::CountedAbove { year: *year, counted: *counted },
            Note::TakenAsAmounts { year, value } => Finding::TakenAsAmounts { year: *year, value: *value },
            other => Finding::Remark { text: other.to_string() },
        });
    }
}
