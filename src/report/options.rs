//! What a report is to say.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::hierarchy::Tree;
use crate::language::Language;
use crate::series::{Event, Horizon};

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
/// | `label_in` | the label | what a series is called for readers of one language |
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReportOptions {
    horizon: Option<Horizon>,
    pub(super) title: Option<String>,
    pub(super) tree: Option<Tree>,
    events: Vec<Event>,
    pub(super) events_of: Vec<(String, Event)>,
    pub(super) mask_below: Option<f64>,
    pub(super) labels_in: LabelsIn,
}

/// What series are called in a language: by its code, then by name.
pub(super) type LabelsIn = BTreeMap<String, BTreeMap<String, String>>;

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

    /// The same with what a series is called for readers of one language; readers of the other see its label.
    #[must_use]
    pub fn label_in(mut self, language: Language, series: impl Into<String>, label: impl Into<String>) -> Self {
        self.labels_in.entry(language.code().to_owned()).or_default().insert(series.into(), label.into());
        self
    }

    /// How far each series is projected.
    pub(super) fn ahead(&self) -> Result<Horizon> {
        self.horizon.map_or_else(|| Horizon::years(YEARS), Ok)
    }

    /// The events that may have moved a series.
    pub(super) fn events_for(&self, name: &str) -> Vec<Event> {
        let own = self.events_of.iter().filter(|(series, _)| series == name).map(|(_, event)| event);
        self.events.iter().chain(own).cloned().collect()
    }
}
