//! Findings as sentences, in one language.

use std::fmt::Display;

use super::finding::{Bounds, Direction, Finding};
use crate::hierarchy::{Discrepancy, Kind, Known};
use crate::language::{Language, figure, grouped, signed_percent};
use crate::plan::{MOST_CHANGE, Verdict};
use crate::series::{Coverage, EventKind, Year, spans};

/// "to 31 May 2023", "in 41% of the year".
pub(super) fn covered(said: Language, coverage: Coverage) -> String {
    match coverage {
        Coverage::Through(date) => said.say("covered.through", &[("date", &said.date(date))]),
        other => said.say("covered.share", &[("share", &share(other.share()))]),
    }
}

fn share(share: f64) -> String {
    format!("{}%", grouped(100.0 * share, 0))
}

/// The size of a change that is given as a share.
fn magnitude(said: Language, x: f64) -> String {
    if 100.0 * x > MOST_CHANGE { said.say("more_than", &[("share", &share(MOST_CHANGE / 100.0))]) } else { share(x) }
}

/// A change in percent, with its sign.
fn changed(said: Language, percent: f64, decimals: usize) -> String {
    if percent > MOST_CHANGE {
        return said.say("more_than", &[("share", &signed_percent(MOST_CHANGE, 0))]);
    }
    signed_percent(percent, decimals)
}

impl Finding {
    /// The finding as a sentence.
    ///
    /// Numbers are those of the finding, rounded to the digits that are shown: values to whole numbers or four figures,
    /// probabilities to whole percent, changes in percent to one decimal and their intervals to none; what is beyond the
    /// bounds of [`Rules`](super::Rules) is said to be less or more than the bound.
    ///
    /// ```
    /// use unjuran::language::Language;
    /// use unjuran::report::Finding;
    /// use unjuran::series::Year;
    /// let few = Finding::Missing { years: vec![Year::new(2019)?, Year::new(2020)?] };
    /// assert_eq!(few.sentence(Language::English), "There is no number for 2019–2020. It is not known, and it is not zero.");
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    pub fn sentence(&self, said: Language) -> String {
        match self {
            Self::Observed { first, last, numbers, value } => said.say_of(
                *numbers,
                "observed",
                &[("numbers", numbers), ("first", first), ("last", last), ("value", &figure(*value))],
            ),
            Self::UnderWay { year, counted, coverage } => said.say(
                "under_way",
                &[("year", year), ("counted", &figure(*counted)), ("covered", &covered(said, *coverage))],
            ),
            Self::Ahead { year, median, inner, outer } => ahead(said, *year, *median, inner, outer),
            Self::Together { first, last, median, inner } => {
                within(said, "together", inner, &[("first", first), ("last", last), ("median", &figure(*median))])
            }
            Self::Trend { year, since, value, above, below, needed, direction } => {
                let from_zero = *value == 0.0 && *below == 0.0;
                let [above, below, needed] = [above, below, needed].map(|p| said.probability(*p));
                let about: [(&str, &dyn Display); 3] = [("year", year), ("since", since), ("value", &figure(*value))];
                let with = |more: &[(&str, &dyn Display)], key: &str| said.say(key, &[&about, more].concat());
                match direction {
                    Direction::Rise => with(&[("above", &above)], "trend.rise"),
                    Direction::Fall => with(&[("below", &below)], "trend.fall"),
                    // why: nothing lies below a count of nought.
                    Direction::Open if from_zero => {
                        with(&[("above", &above), ("needed", &needed)], "trend.open_from_zero")
                    }
                    Direction::Open => with(&[("above", &above), ("below", &below), ("needed", &needed)], "trend.open"),
                }
            }
            Self::ChangeFromZero { from, to, before, after } => {
                change(said, "change.from_zero", [*from, *to], [*before, *after], None)
            }
            Self::ChangeOfFew { from, to, before, after, significant } => {
                let key = match significant {
                    Some(true) => "change.few_beyond",
                    Some(false) => "change.few_within",
                    None => "change.few_open",
                };
                change(said, key, [*from, *to], [*before, *after], None)
            }
            Self::Change { from, to, before, after, change: percent, interval, significant, has_history } => {
                let key = match (significant, has_history) {
                    (Some(true), true) => "change.beyond",
                    (Some(false), true) => "change.within",
                    (Some(true), false) => "change.beyond_others",
                    (Some(false), false) => "change.within_others",
                    (None, _) => "change.open",
                };
                change(said, key, [*from, *to], [*before, *after], Some((*percent, interval)))
            }
            Self::Effect { event, year, kind, verdict, effect: size, interval, meaningful, rise, fall, power } => {
                let about: [(&str, &dyn Display); 3] =
                    [("event", event), ("year", year), ("meaningful", &share(*meaningful))];
                let text = effect(said, (*verdict, *kind), *size, interval, &about);
                if *verdict == Verdict::CannotTell { text + " " + &found(said, *rise, *fall, *power) } else { text }
            }
            Self::EventTooEarly { event, year, needed, got } => {
                said.say("effect.early", &[("event", event), ("year", year), ("needed", needed), ("got", got)])
            }
            Self::EventOutside { event, year, first, last } => {
                said.say("effect.outside", &[("event", event), ("year", year), ("first", first), ("last", last)])
            }
            Self::EventsUnjudged { events, needed } => {
                let events =
                    events.iter().map(|(event, year)| format!("{event} ({year})")).collect::<Vec<_>>().join("; ");
                said.say("effect.unjudged", &[("events", &events), ("needed", needed)])
            }
            Self::EventWithoutNumber { event, year, missing } => {
                said.say("effect.no_number", &[("event", event), ("year", year), ("missing", missing)])
            }
            Self::EventBelowZero { event, year, below, value } => {
                let value = figure(*value);
                let fill: [(&str, &dyn Display); 4] =
                    [("event", event), ("year", year), ("below", below), ("value", &value)];
                said.say("effect.below_zero", &fill)
            }
            Self::EventTooFarApart { event, year } => said.say("effect.far_apart", &[("event", event), ("year", year)]),
            Self::EventNotJudged { event, year, because } => {
                said.say("effect.not_judged", &[("event", event), ("year", year), ("because", because)])
            }
            Self::Missing { years: missing } => said.say("missing", &[("years", &spans(missing))]),
            Self::Masked { years: masked } => said.say("masked", &[("years", &spans(masked))]),
            Self::NotAYear { year, counted, last, value } => said.say(
                "not_a_year",
                &[("year", year), ("counted", &figure(*counted)), ("last", last), ("value", &figure(*value))],
            ),
            Self::FewYears { observed } => said.say_of(*observed, "few", &[("observed", observed)]),
            Self::Wide { year, since, value, interval } => {
                within(said, "wide", interval, &[("year", year), ("since", since), ("value", &figure(*value))])
            }
            Self::CountedAbove { year, counted } => {
                said.say("counted_above", &[("year", year), ("counted", &figure(*counted))])
            }
            Self::TakenAsAmounts { year, value } => said.say("amounts", &[("year", year), ("value", &figure(*value))]),
            Self::EndsEarly { first, others } => said.say("ends_early", &[("first", first), ("others", others)]),
            Self::Remark { text } => text.clone(),
        }
    }
}

/// The projection of a year with both of its intervals.
fn ahead(said: Language, year: Year, median: f64, inner: &Bounds, outer: &Bounds) -> String {
    let (lowest, highest) = (figure(outer.lower), figure(outer.upper));
    let (median, narrow, wide) = (figure(median), figure(inner.level), figure(outer.level));
    let fill: [(&str, &dyn Display); 6] = [
        ("year", &year),
        ("median", &median),
        ("inner", &narrow),
        ("outer", &wide),
        ("lowest", &lowest),
        ("highest", &highest),
    ];
    within(said, "ahead", inner, &fill)
}

/// What is said of something with an interval.
fn within(said: Language, key: &str, interval: &Bounds, about: &[(&str, &dyn Display)]) -> String {
    let [level, low, high] = [interval.level, interval.lower, interval.upper].map(figure);
    let bounds: [(&str, &dyn Display); 3] = [("level", &level), ("low", &low), ("high", &high)];
    said.say(key, &[about, &bounds].concat())
}

/// The change from a year to another, in percent where there is such a figure.
fn change(
    said: Language,
    key: &str,
    [from, to]: [Year; 2],
    numbers: [f64; 2],
    percent: Option<(f64, &Bounds)>,
) -> String {
    let [before, after] = numbers.map(figure);
    let mut fill: Vec<(&str, &dyn Display)> =
        vec![("from", &from), ("to", &to), ("before", &before), ("after", &after)];
    let (change, [level, lower, upper]) = match percent {
        Some((change, Bounds { level, lower, upper })) => {
            let [lower, upper] = [*lower, *upper].map(|p| changed(said, p, 0));
            (changed(said, change, 1), [figure(*level), lower, upper])
        }
        None => (String::new(), Default::default()),
    };
    fill.extend([("change", &change as &dyn Display), ("level", &level), ("lower", &lower), ("upper", &upper)]);
    said.say(key, &fill)
}

/// What an event did, as a share.
fn effect(
    said: Language,
    found: (Verdict, EventKind),
    size: f64,
    interval: &Bounds,
    about: &[(&str, &dyn Display)],
) -> String {
    let key = match found {
        (Verdict::Increase, EventKind::Pulse) => "effect.increase_in",
        (Verdict::Increase, EventKind::Transient) => "effect.increase_fading",
        (Verdict::Increase, EventKind::Ramp) => "effect.increase_yearly",
        (Verdict::Increase, _) => "effect.increase",
        (Verdict::Decrease, EventKind::Pulse) => "effect.decrease_in",
        (Verdict::Decrease, EventKind::Transient) => "effect.decrease_fading",
        (Verdict::Decrease, EventKind::Ramp) => "effect.decrease_yearly",
        (Verdict::Decrease, _) => "effect.decrease",
        (Verdict::NoEvidence, EventKind::Ramp) => "effect.no_evidence_yearly",
        (Verdict::NoEvidence, _) => "effect.no_evidence",
        (Verdict::CannotTell, EventKind::Ramp) => "effect.cannot_tell_yearly",
        (Verdict::CannotTell, _) => "effect.cannot_tell",
    };
    let [size, lower, upper] = [size, interval.lower, interval.upper].map(|x| changed(said, 100.0 * x, 0));
    let level = figure(interval.level);
    let more: [(&str, &dyn Display); 4] = [("effect", &size), ("level", &level), ("lower", &lower), ("upper", &upper)];
    said.say(key, &[about, &more].concat())
}

/// The effects that would have been found.
fn found(said: Language, rise: Option<f64>, fall: Option<f64>, power: f64) -> String {
    let [rise, fall] = [rise, fall].map(|size| size.map(|x| magnitude(said, x)));
    let (power, most) = (share(power), share(MOST_CHANGE / 100.0));
    match (rise, fall) {
        (Some(rise), Some(fall)) => said.say("effect.found", &[("rise", &rise), ("fall", &fall), ("power", &power)]),
        (Some(rise), None) => said.say("effect.found_rise", &[("rise", &rise), ("power", &power)]),
        (None, Some(fall)) => said.say("effect.found_fall", &[("fall", &fall), ("most", &most), ("power", &power)]),
        (None, None) => said.say("effect.found_none", &[("most", &most), ("power", &power)]),
    }
}

/// A total that does not agree with its parts, or was not held against them; `label` is what a name is called for readers.
pub(super) fn discrepancy(said: Language, found: &Discrepancy, label: impl Fn(&str) -> String) -> String {
    let key = match found.kind {
        Kind::Total => "problem.total",
        Kind::Subset => "problem.subset",
        Kind::PeriodLabel => "problem.period",
        Kind::NotCompared => "problem.not_compared",
    };
    let words = |known: Known| match known {
        Known::Number(y) => figure(y),
        Known::Between(low, high) => said.say("cell.between", &[("low", &figure(low)), ("high", &figure(high))]),
        Known::AtLeast(low) => said.say("at_least", &[("low", &figure(low))]),
    };
    let part = |(name, y): (&str, Known)| format!("{} {}", label(name), words(y));
    let parts = found.known_parts().map(part).collect::<Vec<_>>().join("; ");
    let (published, computed) = (words(found.total()), words(found.sum()));
    let missing = found.missing.iter().map(|name| label(name)).collect::<Vec<_>>().join("; ");
    let fill: [(&str, &dyn Display); 8] = [
        ("parent", &label(&found.parent)),
        ("year", &found.year),
        ("published", &published),
        ("computed", &computed),
        ("parts", &parts),
        ("parts_year", &found.parts_year),
        ("missing", &missing),
        ("years", &spans(&found.years)),
    ];
    said.say(key, &fill)
}
