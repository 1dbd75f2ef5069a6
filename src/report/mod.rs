//! The report: what a panel says, in sentences with numbers, intervals and doubts, in English or in Malay.
//!
//! A [`Report`] is a value without a language: typed [`Finding`]s, fans, data problems, the rules by which things are named,
//! and a run record. [`Report::to_html`] and [`Report::to_markdown`] say it; [`Report::to_json`] holds every number they
//! show. The HTML is one page, complete in itself: no script, nothing loaded from anywhere, text escaped.
//!
//! A direction is named where its probability is at least 0.9; the last change is held against the ordinary variation of the
//! series ([`crate::plan::percent_change`]); events are judged by [`crate::plan::impact()`]; totals by
//! [`crate::hierarchy::check_totals`]. What cannot be said is listed beside what can.
//!
//! ```
//! use unjuran::language::Language;
//! use unjuran::report::{Report, ReportOptions};
//! use unjuran::series::{Panel, Series, Year};
//! let cases = Series::new("cases", Year::new(2015)?, &[163.0, 463.0, 429.0, 302.0, 286.0, 165.0, 115.0, 139.0])?;
//! let report = Report::new(&Panel::new(vec![cases])?, &ReportOptions::default())?;
//! let page = report.to_html(Language::Malay);
//! assert!(page.starts_with("<!doctype html>\n<html lang=\"ms\">") && page.contains("Bagi 2027, median ialah"));
//! # Ok::<(), unjuran::Error>(())
//! ```

mod document;
mod finding;
mod html;
mod markdown;
mod options;
mod record;
mod rules;
mod sentence;

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use finding::{Bounds, Direction, Finding};
use options::LabelsIn;
pub use options::ReportOptions;
pub use record::{PriorRecord, RunRecord};
pub use rules::Rules;

use crate::error::{Error, Result};
use crate::forecast::Fan;
use crate::hierarchy::{Discrepancy, Kind, Tree, checked, masked_panel};
use crate::language::Language;
use crate::outlook::forecast;
use crate::persist::Persist;
use crate::series::{Coverage, Event, Horizon, Panel, Series, Training, Year};
use finding::findings;

/// One series of a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesReport {
    /// What was observed, and the median and both intervals of each projected year.
    pub fan: Fan,
    /// How much of the last observed year is covered.
    pub coverage: Coverage,
    /// Years that are masked because they would give another cell away.
    pub complements: Vec<Year>,
    /// What the figures say.
    pub said: Vec<Finding>,
    /// What cannot be said.
    pub unsaid: Vec<Finding>,
}

/// Why a series is not in a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// No full year carries a number.
    NoNumbers,
    /// Numbers too large to compute with.
    TooLarge,
    /// Nothing of it may be shown.
    Hidden,
    /// Something else: see the text.
    Other,
}

/// A series that could not be projected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// Its name; empty in reports of earlier releases.
    #[serde(default)]
    pub series: String,
    /// Its name for readers.
    pub label: String,
    /// The years it spans.
    pub years: usize,
    /// Why, in kind.
    pub refusal: Refusal,
    /// Why, in the words of the error, in English.
    pub text: String,
}

/// How many series there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Series that were read.
    pub series: usize,
    /// Series that are projected.
    pub projected: usize,
    /// Projected series with a rise.
    pub rising: usize,
    /// Projected series with a fall.
    pub falling: usize,
    /// Projected series of which neither can be said.
    pub unclear: usize,
    /// Series that could not be projected.
    pub refused: usize,
    /// Totals that do not agree with their parts.
    pub problems: usize,
    /// Totals that were checked; none without a tree.
    pub checked: Option<usize>,
    /// Yearly figures of totals that parts could say something of; none in reports of earlier releases.
    #[serde(default)]
    pub yearly: Option<usize>,
    /// Those of them that could be compared with their parts.
    #[serde(default)]
    pub compared: usize,
    /// Those that could be compared only within the range of masked cells.
    #[serde(default)]
    pub masked: usize,
    /// Effects of events that were judged.
    pub effects: usize,
    /// The last projected year of all; none if nothing is projected.
    pub last: Option<Year>,
}

/// A report on a panel, in no language yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    title: Option<String>,
    summary: Summary,
    series: Vec<SeriesReport>,
    refused: Vec<Refused>,
    discrepancies: Vec<Discrepancy>,
    labels: BTreeMap<String, String>,
    /// What series are called in a language other than that of their labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    labels_in: LabelsIn,
    rules: Rules,
    record: RunRecord,
}

impl Persist for Report {
    const TYPE: &'static str = "report";
}

impl Report {
    /// The report on a panel: each series is projected by the default model.
    ///
    /// With `mask_below` everything is made from the masked panel ([`masked_panel`]): two panels that differ in masked
    /// cells alone have the same report. A series that is refused is listed with the reason and stops no other.
    ///
    /// # Errors
    /// [`Error::BadParameter`] for a limit that is no whole number from 1 to a million; [`Error::MissingMember`] or
    /// [`Error::UnknownSeries`] for a name of the tree, or of an event, that is not in the panel.
    pub fn new(panel: &Panel, options: &ReportOptions) -> Result<Self> {
        let horizon = options.ahead()?;
        for (name, _) in &options.events_of {
            panel.get(name)?;
        }
        let tree = options.tree.as_ref();
        let masked = options.mask_below.map(|limit| masked_panel(panel, tree, limit)).transpose()?;
        let shown = masked.as_ref().map_or(panel, |masked| &masked.panel);
        let complements = |name: &str| -> Vec<Year> {
            let cells = masked.iter().flat_map(|masked| &masked.cells);
            cells.filter(|cell| cell.complement && cell.series == name).map(|cell| cell.year).collect()
        };
        // why those alone that have one: a series without a number is refused, and its years are no measure for others.
        let others = shown.iter().filter_map(|series| Some(Training::with_masks(series).ok()?.next)).max();
        let made: Vec<Result<SeriesReport>> = shown
            .as_slice()
            .par_iter()
            .map(|series| one(series, horizon, &options.events_for(series.name()), complements(series.name()), others))
            .collect();
        let mut refused = Vec::new();
        for name in masked.iter().flat_map(|masked| &masked.hidden) {
            let series = panel.get(name)?;
            refused.push(Refused::new(series, &Error::EmptySeries { series: name.clone() }));
        }
        let mut series = Vec::new();
        for (one, made) in shown.iter().zip(made) {
            match made {
                Ok(made) => series.push(made),
                Err(error) => refused.push(Refused::new(one, &error)),
            }
        }
        let tree = tree.map(|tree| without(tree, masked.as_ref().map_or(&[], |masked| &masked.hidden))).transpose()?;
        let found = tree.as_ref().map(|tree| checked(shown, tree)).transpose()?;
        let yearly = found.as_ref().map(|(_, made)| made.years);
        let (discrepancies, made) = found.unwrap_or_default();
        let summary = Summary {
            series: panel.len(),
            projected: series.len(),
            refused: refused.len(),
            problems: discrepancies.iter().filter(|one| one.kind != Kind::NotCompared).count(),
            checked: tree.as_ref().map(|tree| tree.parents().len()),
            yearly,
            compared: made.compared,
            masked: made.masked,
            ..Summary::of(&series)
        };
        let labels = panel.iter().map(|s| (s.name().to_owned(), s.label().to_owned())).collect();
        let record = RunRecord::new(shown, horizon, options.mask_below)?;
        let (title, rules, labels_in) = (options.title.clone(), Rules::default(), options.labels_in.clone());
        Ok(Self { title, summary, series, refused, discrepancies, labels, labels_in, rules, record })
    }

    /// How many series there are of each kind.
    pub fn summary(&self) -> Summary {
        self.summary
    }

    /// The series that are projected.
    pub fn series(&self) -> &[SeriesReport] {
        &self.series
    }

    /// The series that could not be projected.
    pub fn refused(&self) -> &[Refused] {
        &self.refused
    }

    /// The totals that do not agree with their parts, and those that could not be held against them.
    pub fn discrepancies(&self) -> &[Discrepancy] {
        &self.discrepancies
    }

    /// The rules by which it names things.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// What it was made with.
    pub fn record(&self) -> &RunRecord {
        &self.record
    }

    /// What a series is called for readers of a language.
    fn label(&self, said: Language, name: &str) -> String {
        let own = self.labels_in.get(said.code()).and_then(|labels| labels.get(name));
        own.or_else(|| self.labels.get(name)).map_or(name, String::as_str).to_owned()
    }
}

/// The report on one series.
fn one(
    series: &Series,
    horizon: Horizon,
    events: &[Event],
    complements: Vec<Year>,
    others: Option<Year>,
) -> Result<SeriesReport> {
    let forecast = forecast(series, horizon)?;
    let rules = Rules::default();
    let fan = Fan { notes: Vec::new(), ..forecast.fan(&[rules.inner, rules.outer])? };
    let found = findings(&forecast, events, &complements, others)?;
    Ok(SeriesReport { fan, coverage: series.last_coverage(), complements, said: found.said, unsaid: found.unsaid })
}

/// The tree without the totals of which a member is hidden altogether: they are not checked.
fn without(tree: &Tree, hidden: &[String]) -> Result<Tree> {
    let of_hidden = |parent: &str| {
        let mut members = tree.branches().iter().filter(|branch| branch.parent == parent);
        members.any(|branch| hidden.contains(&branch.child) || hidden.contains(&branch.parent))
    };
    let kept = tree.branches().iter().filter(|branch| !of_hidden(&branch.parent));
    let kept: Vec<_> = kept.cloned().collect();
    if kept.is_empty() { Ok(Tree::default()) } else { Tree::try_from(kept) }
}

impl Summary {
    /// What the findings amount to.
    fn of(series: &[SeriesReport]) -> Self {
        let all = || series.iter().flat_map(SeriesReport::findings);
        let pointing = |wanted: Direction| {
            all().filter(|f| matches!(f, Finding::Trend { direction, .. } if *direction == wanted)).count()
        };
        let (rising, falling) = (pointing(Direction::Rise), pointing(Direction::Fall));
        Self {
            rising,
            falling,
            unclear: series.len() - rising - falling,
            effects: all().filter(|f| matches!(f, Finding::Effect { .. })).count(),
            last: series.iter().filter_map(|one| one.fan.years.last().copied()).max(),
            ..Self::default()
        }
    }
}

impl SeriesReport {
    /// All findings: what is said, and what cannot be.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.said.iter().chain(&self.unsaid)
    }
}

impl Refused {
    fn new(series: &Series, error: &Error) -> Self {
        let refusal = match error {
            Error::NoObservedYears { .. } => Refusal::NoNumbers,
            Error::Overflow { .. } => Refusal::TooLarge,
            Error::EmptySeries { .. } => Refusal::Hidden,
            _ => Refusal::Other,
        };
        let (name, label, years) = (series.name().to_owned(), series.label().to_owned(), series.values().len());
        Self { series: name, label, years, refusal, text: error.to_string() }
    }
}
