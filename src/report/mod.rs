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
mod rules;
mod sentence;

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use finding::{Bounds, Direction, Finding};
pub use rules::Rules;

use crate::error::{Error, Result};
use crate::forecast::Fan;
use crate::hierarchy::{Discrepancy, Tree, check_totals, masked_panel};
use crate::model::Forecaster as _;
use crate::outlook::forecast;
use crate::persist::Persist;
use crate::plan::{DRAWS, SEED};
use crate::series::{Coverage, Event, Horizon, Panel, Series, Unit, Year};
use crate::smoothing::{BayesEts, Prior};
use finding::findings;

/// Years that a report projects unless told otherwise.
const YEARS: i64 = 5;

/// What a report is to say.
///
/// | Name | Default | Meaning |
/// |---|---|---|
/// | `horizon` | 5 years | how far each series is projected |
/// | `title` | one that the report has | the title of the page |
/// | `tree` | none | which parts make up which totals: totals are checked, and complements masked |
/// | `event` | none | a dated event that may have moved every series |
/// | `event_of` | none | a dated event that may have moved one series |
/// | `mask_below` | none | counts below it are masked, and with a tree their complements in totals |
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReportOptions {
    horizon: Option<Horizon>,
    title: Option<String>,
    tree: Option<Tree>,
    events: Vec<Event>,
    events_of: Vec<(String, Event)>,
    mask_below: Option<f64>,
}

impl ReportOptions {
    /// The same with another horizon.
    #[must_use]
    pub fn horizon(mut self, horizon: Horizon) -> Self {
        self.horizon = Some(horizon);
        self
    }

    /// The same with a title.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// The same with totals and their parts.
    #[must_use]
    pub fn tree(mut self, tree: Tree) -> Self {
        self.tree = Some(tree);
        self
    }

    /// The same with an event that may have moved every series.
    #[must_use]
    pub fn event(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }

    /// The same with an event that may have moved this series.
    #[must_use]
    pub fn event_of(mut self, series: impl Into<String>, event: Event) -> Self {
        self.events_of.push((series.into(), event));
        self
    }

    /// The same with counts below this masked.
    #[must_use]
    pub fn mask_below(mut self, limit: f64) -> Self {
        self.mask_below = Some(limit);
        self
    }
}

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
    /// Its name for readers.
    pub label: String,
    /// The years it spans.
    pub years: usize,
    /// Why, in kind.
    pub refusal: Refusal,
    /// Why, in the words of the error, in English.
    pub text: String,
}

/// What the default model knew before it saw the series of one unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriorRecord {
    /// The unit.
    pub unit: Unit,
    /// Name of the prior.
    pub name: String,
    /// How many models it weighs.
    pub members: usize,
    /// Collections it was learned from, one a line.
    pub sources: Vec<String>,
}

/// What a report was made with: the same figures, version and settings give the same report, byte for byte.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunRecord {
    /// The version of this crate.
    pub version: String,
    /// The model.
    pub model: String,
    /// The first 16 hexadecimal digits of the SHA-256 of the figures as shown: masked cells are masked in it.
    pub fingerprint: String,
    /// Years projected.
    pub horizon: usize,
    /// Simulated courses behind a sum.
    pub draws: i64,
    /// Their seed.
    pub seed: u64,
    /// Counts below it are masked.
    pub mask_below: Option<f64>,
    /// What the model knew beforehand, by unit.
    pub priors: Vec<PriorRecord>,
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
        let horizon = options.horizon.map_or_else(|| Horizon::years(YEARS), Ok)?;
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
        let events = |name: &str| -> Vec<Event> {
            let own = options.events_of.iter().filter(|(series, _)| series == name).map(|(_, event)| event);
            options.events.iter().chain(own).cloned().collect()
        };
        let made: Vec<Result<SeriesReport>> = shown
            .as_slice()
            .par_iter()
            .map(|series| one(series, horizon, &events(series.name()), complements(series.name())))
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
        let discrepancies = discrepancies(shown, tree, masked.as_ref().map_or(&[], |masked| &masked.hidden))?;
        let summary = Summary {
            series: panel.len(),
            projected: series.len(),
            refused: refused.len(),
            problems: discrepancies.len(),
            checked: tree.map(|tree| tree.parents().len()),
            ..Summary::of(&series)
        };
        let labels = panel.iter().map(|s| (s.name().to_owned(), s.label().to_owned())).collect();
        let record = RunRecord::new(shown, horizon, options.mask_below)?;
        let (title, rules) = (options.title.clone(), Rules::default());
        Ok(Self { title, summary, series, refused, discrepancies, labels, rules, record })
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

    /// The totals that do not agree with their parts.
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

    /// What a series is called for readers.
    fn label(&self, name: &str) -> String {
        self.labels.get(name).map_or(name, String::as_str).to_owned()
    }
}

/// The report on one series.
fn one(series: &Series, horizon: Horizon, events: &[Event], complements: Vec<Year>) -> Result<SeriesReport> {
    let forecast = forecast(series, horizon)?;
    let rules = Rules::default();
    let fan = Fan { notes: Vec::new(), ..forecast.fan(&[rules.inner, rules.outer])? };
    let found = findings(&forecast, events)?;
    Ok(SeriesReport { fan, coverage: series.last_coverage(), complements, said: found.said, unsaid: found.unsaid })
}

/// The totals that do not agree; those of which a member is hidden altogether are not checked.
fn discrepancies(panel: &Panel, tree: Option<&Tree>, hidden: &[String]) -> Result<Vec<Discrepancy>> {
    let Some(tree) = tree else { return Ok(Vec::new()) };
    if hidden.is_empty() {
        return check_totals(panel, tree);
    }
    let of_hidden = |parent: &str| {
        let mut members = tree.branches().iter().filter(|branch| branch.parent == parent);
        members.any(|branch| hidden.contains(&branch.child) || hidden.contains(&branch.parent))
    };
    let kept = tree.branches().iter().filter(|branch| !of_hidden(&branch.parent));
    let kept: Vec<_> = kept.cloned().collect();
    if kept.is_empty() { Ok(Vec::new()) } else { check_totals(panel, &Tree::try_from(kept)?) }
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
        let (label, years) = (series.label().to_owned(), series.values().len());
        Self { label, years, refusal, text: error.to_string() }
    }
}

impl RunRecord {
    fn new(shown: &Panel, horizon: Horizon, mask_below: Option<f64>) -> Result<Self> {
        let mut priors: Vec<PriorRecord> = Vec::new();
        for unit in shown.iter().map(Series::unit) {
            if priors.iter().all(|known| known.unit != unit) {
                let Prior { name, members, sources, .. } = Prior::for_unit(unit)?;
                let (name, sources) = (name.clone(), sources.clone());
                priors.push(PriorRecord { unit, name, members: members.len(), sources });
            }
        }
        let stored = serde_json::to_vec(shown.as_slice()).unwrap_or_default();
        let head = Sha256::digest(&stored).iter().take(8).fold(0_u64, |head, byte| head << 8 | u64::from(*byte));
        Ok(Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            model: BayesEts::default().name(),
            fingerprint: format!("{head:016x}"),
            horizon: horizon.get(),
            draws: DRAWS,
            seed: SEED,
            mask_below,
            priors,
        })
    }
}
