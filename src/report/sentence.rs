//! Findings as sentences, in one language.

use std::fmt::Display;

use super::finding::{Bounds, Direction, Finding};
use crate::hierarchy::{Discrepancy, Kind, Known};
use crate::language::{Language, figure, grouped, signed_percent};
use crate::plan::{MOST_CHANGE, Verdict};
use crate::series::{Coverage, EventKind, Year};

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

/// "2016, 2019–2021".
fn years(years: &[Year]) -> String {
    let runs = years.chunk_by(|a, b| a.until(*b) == Some(1));
    let span = |run: &[Year]| match run {
        [only] => only.to_string(),
        [first, .., last] => format!("{first}–{last}"),
        [] => String::new(),
    };
    runs.map(span).collect::<Vec<_>>().join(", ")
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
            Self::Ahead { year, median, inner, outer } => {
                let [low, high, lowest, highest] = [inner.lower, inner.upper, outer.lower, outer.upper].map(figure);
                let (inner, outer) = (figure(inner.level), figure(outer.level));
                let levels: [(&str, &dyn Display); 2] = [("inner", &inner), ("outer", &outer)];
                let bounds: [(&str, &dyn Display); 4] =
                    [("low", &low), ("high", &high), ("lowest", &lowest), ("highest", &highest)];
                let median = figure(*median);
                let fill = [&[("year", year as &dyn Display), ("median", &median)], &levels[..], &bounds[..]].concat();
                said.say("ahead", &fill)
            }
            Self::Together { first, last, median, inner } => {
                let [low, high] = [inner.lower, inner.upper].map(figure);
                let (median, level) = (figure(*median), figure(inner.level));
                let fill: [(&str, &dyn Display); 6] = [
                    ("first", first),
                    ("last", last),
                    ("median", &median),
                    ("level", &level),
                    ("low", &low),
                    ("high", &high),
                ];
                said.say("together", &fill)
            }
            Self::Trend { .. } => self.trend(said),
            Self::Change { .. } | Self::ChangeOfFew { .. } | Self::ChangeFromZero { .. } => self.change(said),
            Self::Effect { .. }
            | Self::EventTooEarly { .. }
            | Self::EventOutside { .. }
            | Self::EventsUnjudged { .. }
            | Self::EventWithoutNumber { .. }
            | Self::EventNotJudged { .. } => self.effect(said),
            Self::Missing { years: missing } => said.say("missing", &[("years", &years(missing))]),
            Self::Masked { years: masked } => said.say("masked", &[("years", &years(masked))]),
            Self::NotAYear { year, counted, last, value } => said.say(
                "not_a_year",
                &[("year", year), ("counted", &figure(*counted)), ("last", last), ("value", &figure(*value))],
            ),
            Self::FewYears { observed } => said.say_of(*observed, "few", &[("observed", observed)]),
            Self::Wide { year, since, value, interval } => {
                let [low, high] = [interval.lower, interval.upper].map(figure);
                let (value, level) = (figure(*value), figure(interval.level));
                let fill: [(&str, &dyn Display); 6] = [
                    ("year", year),
                    ("since", since),
                    ("value", &value),
                    ("level", &level),
                    ("low", &low),
                    ("high", &high),
                ];
                said.say("wide", &fill)
            }
            Self::CountedAbove { year, counted } => {
                said.say("counted_above", &[("year", year), ("counted", &figure(*counted))])
            }
            Self::Remark { text } => text.clone(),
        }
    }

    fn trend(&self, said: Language) -> String {
        let Self::Trend { year, since, value, above, below, needed, direction } = self else { return String::new() };
        let value = figure(*value);
        let [above, below, needed] = [above, below, needed].map(|p| said.probability(*p));
        let about: [(&str, &dyn Display); 3] = [("year", year), ("since", since), ("value", &value)];
        let with = |more: &[(&str, &dyn Display)], key: &str| said.say(key, &[&about, more].concat());
        match direction {
            Direction::Rise => with(&[("above", &above)], "trend.rise"),
            Direction::Fall => with(&[("below", &below)], "trend.fall"),
            Direction::Open => with(&[("above", &above), ("below", &below), ("needed", &needed)], "trend.open"),
        }
    }

    fn change(&self, said: Language) -> String {
        let (key, from, to, before, after, more) = match self {
            Self::ChangeFromZero { from, to, before, after } => ("change.from_zero", from, to, before, after, None),
            Self::ChangeOfFew { from, to, before, after, significant } => {
                let key = match significant {
                    Some(true) => "change.few_beyond",
                    Some(false) => "change.few_within",
                    None => "change.few_open",
                };
                (key, from, to, before, after, None)
            }
            Self::Change { from, to, before, after, change, interval, significant, has_history } => {
                let key = match (significant, has_history) {
                    (Some(true), true) => "change.beyond",
                    (Some(false), true) => "change.within",
                    (Some(true), false) => "change.beyond_others",
                    (Some(false), false) => "change.within_others",
                    (None, _) => "change.open",
                };
                (key, from, to, before, after, Some((change, interval)))
            }
            _ => return String::new(),
        };
        let (before, after) = (figure(*before), figure(*after));
        let mut fill: Vec<(&str, &dyn Display)> =
            vec![("from", from), ("to", to), ("before", &before), ("after", &after)];
        let (change, [level, lower, upper]) = match more {
            Some((change, Bounds { level, lower, upper })) => {
                let ends = [*lower, *upper].map(|p| changed(said, p, 0));
                let [lower, upper] = ends;
                (changed(said, *change, 1), [figure(*level), lower, upper])
            }
            None => (String::new(), Default::default()),
        };
        fill.extend([("change", &change as &dyn Display), ("level", &level), ("lower", &lower), ("upper", &upper)]);
        said.say(key, &fill)
    }

    fn effect(&self, said: Language) -> String {
        match self {
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
            Self::EventNotJudged { event, year, because } => {
                said.say("effect.not_judged", &[("event", event), ("year", year), ("because", because)])
            }
            Self::Effect { event, year, kind, verdict, effect, interval, meaningful, rise, fall, power } => {
                let key = match (verdict, kind) {
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
                let [effect, lower, upper] =
                    [*effect, interval.lower, interval.upper].map(|x| changed(said, 100.0 * x, 0));
                let (level, meaningful) = (figure(interval.level), share(*meaningful));
                let fill: [(&str, &dyn Display); 7] = [
                    ("event", event),
                    ("year", year),
                    ("effect", &effect),
                    ("level", &level),
                    ("lower", &lower),
                    ("upper", &upper),
                    ("meaningful", &meaningful),
                ];
                let mut text = said.say(key, &fill);
                let power = share(*power);
                let size = |x: f64| magnitude(said, x);
                let found = match (rise, fall) {
                    _ if *verdict != Verdict::CannotTell => None,
                    (Some(rise), Some(fall)) => Some(
                        said.say("effect.found", &[("rise", &size(*rise)), ("fall", &size(*fall)), ("power", &power)]),
                    ),
                    (Some(rise), None) => {
                        Some(said.say("effect.found_rise", &[("rise", &size(*rise)), ("power", &power)]))
                    }
                    (None, Some(fall)) => Some(said.say(
                        "effect.found_fall",
                        &[("fall", &size(*fall)), ("most", &share(MOST_CHANGE / 100.0)), ("power", &power)],
                    )),
                    (None, None) => {
                        Some(said.say("effect.found_none", &[("most", &share(MOST_CHANGE / 100.0)), ("power", &power)]))
                    }
                };
                if let Some(found) = found {
                    text.push(' ');
                    text.push_str(&found);
                }
                text
            }
            _ => String::new(),
        }
    }
}

/// A total that does not agree with its parts; `label` is what a name is called for readers.
pub(super) fn discrepancy(said: Language, found: &Discrepancy, label: impl Fn(&str) -> String) -> String {
    let key = match found.kind {
        Kind::Total => "problem.total",
        Kind::Subset => "problem.subset",
        Kind::PeriodLabel => "problem.period",
    };
    let words = |known: Known| match known {
        Known::Number(y) => figure(y),
        Known::Between(low, high) => said.say("cell.between", &[("low", &figure(low)), ("high", &figure(high))]),
        Known::AtLeast(low) => said.say("at_least", &[("low", &figure(low))]),
    };
    let part = |(name, y): (&str, Known)| format!("{} {}", label(name), words(y));
    let parts = found.known_parts().map(part).collect::<Vec<_>>().join("; ");
    let (published, computed) = (words(found.total()), words(found.sum()));
    let fill: [(&str, &dyn Display); 6] = [
        ("parent", &label(&found.parent)),
        ("year", &found.year),
        ("published", &published),
        ("computed", &computed),
        ("parts", &parts),
        ("parts_year", &found.parts_year),
    ];
    said.say(key, &fill)
}
