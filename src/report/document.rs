//! A report as a document in one language: the same blocks for every format.

use std::fmt::Display;

use super::finding::{Direction, Finding};
use super::sentence::{covered, discrepancy};
use super::{PriorRecord, Refusal, Refused, Report, SeriesReport};
use crate::forecast::{Fan, Mark};
use crate::language::{Language, figure};
use crate::series::{Unit, Year};

/// One piece of a document. All texts are plain; a format escapes them.
pub(super) enum Block {
    /// A heading of a level from 1, with the name by which it is linked to.
    Heading(u8, String, Option<String>),
    Paragraph(String),
    List(Vec<String>),
    /// A list in English, whatever the language of the document.
    EnglishList(Vec<String>),
    Table(Table),
    Chart(Fan),
}

/// A table; the first column names its rows.
pub(super) struct Table {
    pub(super) caption: String,
    pub(super) head: Vec<String>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// One cell.
pub(super) struct Cell {
    pub(super) text: String,
    /// The heading that it leads to.
    pub(super) link: Option<String>,
    /// Whether it is a number, set to the right.
    pub(super) number: bool,
}

impl Cell {
    fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), link: None, number: false }
    }

    fn number(text: impl Into<String>) -> Self {
        Self { number: true, ..Self::text(text) }
    }
}

/// The title of a document, and its blocks, of which the first is the title.
pub(super) fn document(report: &Report, said: Language) -> (String, Vec<Block>) {
    let title = report.title.clone().unwrap_or_else(|| said.word("title"));
    let writer = Writer { report, said };
    let mut blocks = vec![Block::Heading(1, title.clone(), None), Block::Paragraph(writer.intro())];
    writer.summary(&mut blocks);
    for (i, series) in report.series.iter().enumerate() {
        writer.series(series, i, &mut blocks);
    }
    writer.problems(&mut blocks);
    writer.reading(&mut blocks);
    writer.method(&mut blocks);
    writer.caveats(&mut blocks);
    writer.record(&mut blocks);
    (title, blocks)
}

struct Writer<'a> {
    report: &'a Report,
    said: Language,
}

impl Writer<'_> {
    fn heading(&self, key: &str) -> Block {
        Block::Heading(2, self.said.word(key), None)
    }

    fn percent(level: f64) -> String {
        figure(level)
    }

    fn interval(&self, level: f64) -> String {
        capital(&self.said.say("interval", &[("level", &Self::percent(level))]))
    }

    fn between(&self, low: f64, high: f64) -> String {
        self.said.say("cell.between", &[("low", &figure(low)), ("high", &figure(high))])
    }

    fn intro(&self) -> String {
        let (said, summary) = (self.said, self.report.summary);
        match summary.last {
            Some(last) => said.say_of(
                summary.series,
                "intro",
                &[("series", &summary.series), ("projected", &summary.projected), ("last", &last)],
            ),
            None => said.say("intro.none", &[("series", &summary.series)]),
        }
    }

    fn summary(&self, blocks: &mut Vec<Block>) {
        let (said, report, summary) = (self.said, self.report, self.report.summary);
        let needed = said.probability(report.rules.direction);
        let projected = summary.projected;
        blocks.push(self.heading("summary"));
        let mut lines = Vec::new();
        if projected > 1 {
            let fill: [(&str, &dyn Display); 5] = [
                ("projected", &projected),
                ("rising", &summary.rising),
                ("falling", &summary.falling),
                ("unclear", &summary.unclear),
                ("needed", &needed),
            ];
            lines.push(said.say("summary.directions", &fill));
        }
        if summary.problems > 0 {
            lines.push(said.say("summary.problems", &[("count", &summary.problems)]));
        }
        if summary.refused > 0 {
            lines.push(said.say("summary.refused", &[("count", &summary.refused)]));
        }
        blocks.push(Block::List(lines));
        if projected == 0 {
            return;
        }
        let word = |key: &str| said.word(key);
        let head = vec![
            word("column.series"),
            word("column.last_full"),
            word("column.last_projected"),
            self.interval(report.rules.inner),
            word("column.above"),
            word("column.direction"),
        ];
        let rows = report.series.iter().enumerate().map(|(i, series)| self.summary_row(series, i)).collect();
        blocks.push(Block::Table(Table { caption: word("summary.caption"), head, rows }));
    }

    fn summary_row(&self, series: &SeriesReport, i: usize) -> Vec<Cell> {
        let said = self.said;
        let of_year = |value: f64, year: Year| said.say("cell.of_year", &[("value", &figure(value)), ("year", &year)]);
        let fan = &series.fan;
        let mut cells = vec![Cell { link: Some(anchor(i)), ..Cell::text(self.report.label(said, &fan.series)) }];
        let trend = series.findings().find_map(|finding| match finding {
            Finding::Trend { since, value, above, direction, .. } => Some((*since, *value, *above, *direction)),
            _ => None,
        });
        let full = trend.map_or_else(|| "–".to_owned(), |(since, value, ..)| of_year(value, since));
        cells.push(Cell::number(full));
        let (year, median) = (fan.years.last(), fan.median.last());
        let median = year.zip(median).map_or_else(String::new, |(year, median)| of_year(*median, *year));
        cells.push(Cell::number(median));
        let band = fan.bands.last().and_then(|band| band.lower.last().zip(band.upper.last()));
        cells.push(Cell::number(band.map_or_else(String::new, |(low, high)| self.between(*low, *high))));
        let (above, direction) = match trend {
            Some((.., above, direction)) => (said.probability(above), direction),
            None => ("–".to_owned(), Direction::Open),
        };
        cells.push(Cell::number(above));
        cells.push(Cell::text(said.word(match direction {
            Direction::Rise => "direction.rise",
            Direction::Fall => "direction.fall",
            Direction::Open => "direction.open",
        })));
        cells
    }

    fn series(&self, series: &SeriesReport, i: usize, blocks: &mut Vec<Block>) {
        let said = self.said;
        blocks.push(Block::Heading(2, self.report.label(said, &series.fan.series), Some(anchor(i))));
        blocks.push(Block::Chart(self.fan(series)));
        for (key, findings) in [("said", &series.said), ("unsaid", &series.unsaid)] {
            if !findings.is_empty() {
                blocks.push(Block::Heading(3, said.word(key), None));
                blocks.push(Block::List(findings.iter().map(|finding| finding.sentence(said)).collect()));
            }
        }
        blocks.push(Block::Table(self.years(series)));
    }

    /// The fan with its label, and how far a year is covered, in the language.
    fn fan(&self, series: &SeriesReport) -> Fan {
        let mut fan = Fan { label: self.report.label(self.said, &series.fan.series), ..series.fan.clone() };
        for past in &mut fan.history {
            if let Mark::Partial { covered: words, .. } = &mut past.mark {
                *words = covered(self.said, series.coverage);
            }
        }
        fan
    }

    /// A row for each year, observed, projected or both.
    fn years(&self, series: &SeriesReport) -> Table {
        let (said, fan) = (self.said, &series.fan);
        let mut rows: Vec<(Year, Vec<Cell>)> = Vec::new();
        for past in &fan.history {
            let shown = match &past.mark {
                Mark::Full(y) => figure(*y),
                Mark::Partial { counted, .. } => format!("{} {}", figure(*counted), covered(said, series.coverage)),
                // why missing too: of some complements nothing may be said, not even bounds.
                Mark::Masked { .. } | Mark::Missing if series.complements.contains(&past.year) => {
                    said.word("cell.masked")
                }
                Mark::Masked { lower, upper } if *lower == 0.0 && fan.unit == Unit::Count => {
                    format!("<{}", figure(upper + 1.0))
                }
                Mark::Masked { lower, upper } => self.between(*lower, *upper),
                Mark::Missing => "–".to_owned(),
            };
            rows.push((past.year, vec![Cell::text(past.year.to_string()), Cell::number(shown)]));
        }
        for (i, year) in fan.years.iter().enumerate() {
            if rows.last().is_none_or(|(last, _)| last != year) {
                rows.push((*year, vec![Cell::text(year.to_string()), Cell::number("")]));
            }
            let Some((_, row)) = rows.last_mut() else { continue };
            row.push(Cell::number(fan.median.get(i).map_or_else(String::new, |m| figure(*m))));
            for band in fan.bands.iter().rev() {
                let ends = band.lower.get(i).zip(band.upper.get(i));
                row.push(Cell::number(ends.map_or_else(String::new, |(low, high)| self.between(*low, *high))));
            }
        }
        let mut head = vec![said.word("column.year"), said.word("column.observed"), said.word("column.median")];
        head.extend(fan.bands.iter().rev().map(|band| self.interval(band.level)));
        for (_, row) in &mut rows {
            row.resize_with(head.len(), || Cell::number(""));
        }
        let caption = said.say("series.caption", &[("label", &self.report.label(said, &fan.series))]);
        Table { caption, head, rows: rows.into_iter().map(|(_, row)| row).collect() }
    }

    fn problems(&self, blocks: &mut Vec<Block>) {
        let (said, report) = (self.said, self.report);
        blocks.push(self.heading("problems"));
        let found = report.discrepancies.iter();
        let mut lines: Vec<String> = found.map(|one| discrepancy(said, one, |name| report.label(said, name))).collect();
        let made = report.summary;
        match (made.checked, made.yearly) {
            (None, _) => lines.push(said.word("problems.unchecked")),
            (Some(_), Some(years)) if made.compared < years.max(1) || made.masked > 0 => {
                lines.push(said.say("problems.made", &[("compared", &made.compared), ("years", &years)]));
                if made.masked > 0 {
                    lines.push(said.say("problems.within", &[("masked", &made.masked)]));
                }
                if made.compared > 0 && made.problems == 0 {
                    lines.push(said.word("problems.agree"));
                }
            }
            (Some(count), _) if lines.is_empty() => lines.push(said.say("problems.none", &[("count", &count)])),
            _ => {}
        }
        lines.extend(report.refused.iter().map(|refused| self.refused(refused)));
        blocks.push(Block::List(lines));
    }

    fn refused(&self, refused: &Refused) -> String {
        let Refused { series, label, years, refusal, text } = refused;
        let label = &if series.is_empty() { label.clone() } else { self.report.label(self.said, series) };
        match refusal {
            Refusal::NoNumbers => self.said.say_of(*years, "refused.no_numbers", &[("label", label), ("years", years)]),
            Refusal::TooLarge => self.said.say("refused.too_large", &[("label", label)]),
            Refusal::Hidden => self.said.say("refused.hidden", &[("label", label)]),
            Refusal::Other => self.said.say("refused.other", &[("label", label), ("text", text)]),
        }
    }

    fn reading(&self, blocks: &mut Vec<Block>) {
        let (said, rules) = (self.said, &self.report.rules);
        let (inner, outer) = (Self::percent(rules.inner), Self::percent(rules.outer));
        let mut lines = vec![
            said.word("reading.median"),
            said.say("reading.interval", &[("inner", &inner), ("outer", &outer)]),
            said.say("reading.direction", &[("needed", &said.probability(rules.direction))]),
            said.word("reading.dash"),
        ];
        if let Some(limit) = self.report.record.mask_below {
            lines.push(said.say("reading.mask", &[("limit", &figure(limit))]));
        }
        blocks.push(self.heading("reading"));
        blocks.push(Block::List(lines));
    }

    fn method(&self, blocks: &mut Vec<Block>) {
        let (said, record) = (self.said, &self.report.record);
        let mut lines = vec![said.say("method.model", &[("model", &record.model)])];
        for prior in &record.priors {
            let unit = said.word(match prior.unit {
                Unit::Count => "unit.count",
                Unit::Amount => "unit.amount",
                Unit::Rate => "unit.rate",
            });
            let fill: [(&str, &dyn Display); 3] = [("unit", &unit), ("name", &prior.name), ("members", &prior.members)];
            lines.push(said.say("method.prior", &fill));
        }
        lines.push(said.word("method.years"));
        let (draws, seed) = (crate::language::grouped(record.draws as f64, 0), record.seed);
        lines.push(said.say("method.together", &[("draws", &draws), ("seed", &seed)]));
        lines.push(said.word("method.change"));
        if self.report.summary.effects > 0 {
            lines.push(said.say("method.effect", &[("level", &Self::percent(self.report.rules.outer))]));
        }
        blocks.push(self.heading("method"));
        blocks.push(Block::List(lines));
    }

    fn caveats(&self, blocks: &mut Vec<Block>) {
        let (said, summary) = (self.said, self.report.summary);
        let mut lines = vec![said.word("caveat.recorded"), said.word("caveat.unforeseen")];
        if summary.effects > 0 {
            lines.push(said.word("caveat.cause"));
        }
        if summary.effects > 1 {
            lines.push(said.say("caveat.many", &[("count", &summary.effects)]));
        }
        if summary.projected > 1 {
            lines.push(said.word("caveat.apart"));
        }
        blocks.push(self.heading("caveats"));
        blocks.push(Block::List(lines));
    }

    fn record(&self, blocks: &mut Vec<Block>) {
        let (said, record) = (self.said, &self.report.record);
        let masked = record.mask_below.map_or_else(|| said.word("record.unmasked"), figure);
        let rows = [
            ("record.version", record.version.clone()),
            ("record.model", record.model.clone()),
            ("record.fingerprint", record.fingerprint.clone()),
            ("record.horizon", record.horizon.to_string()),
            ("record.draws", crate::language::grouped(record.draws as f64, 0)),
            ("record.seed", record.seed.to_string()),
            ("record.mask", masked),
        ];
        let rows = rows.map(|(key, value)| vec![Cell::text(said.word(key)), Cell::text(value)]).into();
        let head = vec![said.word("record.item"), said.word("record.value")];
        blocks.push(self.heading("record"));
        blocks.push(Block::Table(Table { caption: said.word("record.caption"), head, rows }));
        // why once: amounts and rates have one prior.
        let mut told: Vec<&PriorRecord> = Vec::new();
        for prior in &record.priors {
            if told.iter().any(|other| other.name == prior.name && other.sources == prior.sources) {
                continue;
            }
            told.push(prior);
            blocks.push(Block::Heading(3, said.say("record.sources", &[("name", &prior.name)]), None));
            let in_words = |line: &String| {
                let keys = ["record.undated", "record.source", "record.borrowed", "record.reserve"];
                keys.iter().find_map(|key| said.retold(key, line)).ok_or_else(|| line.clone())
            };
            let (mut lines, mut english) = (Vec::new(), Vec::new());
            for line in prior.sources.iter().map(in_words) {
                match line {
                    Ok(line) => lines.push(line),
                    Err(line) => english.push(line),
                }
            }
            blocks.extend((!lines.is_empty()).then_some(Block::List(lines)));
            blocks.extend((!english.is_empty()).then_some(Block::EnglishList(english)));
        }
    }
}

/// The name of the heading of a series.
fn anchor(i: usize) -> String {
    format!("series-{}", i + 1)
}

/// With a capital at the beginning.
fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}
