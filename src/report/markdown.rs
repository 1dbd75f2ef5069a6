//! A report as Markdown (`CommonMark` with tables): the same sentences and tables, without the charts.

use super::Report;
use super::document::{Block, Table, document};
use crate::language::Language;

impl Report {
    /// The report as Markdown in a language, without the charts.
    pub fn to_markdown(&self, language: Language) -> String {
        let (_, blocks) = document(self, language);
        let parts: Vec<String> = blocks.iter().map(written).filter(|part| !part.is_empty()).collect();
        parts.join("\n\n") + "\n"
    }
}

fn written(block: &Block) -> String {
    match block {
        Block::Heading(level, text, _) => format!("{} {}", "#".repeat(usize::from(*level)), escaped(text)),
        Block::Paragraph(text) => escaped(text),
        Block::List(lines) | Block::EnglishList(lines) => {
            lines.iter().map(|line| format!("- {}", begun(line))).collect::<Vec<_>>().join("\n")
        }
        Block::Table(table) => tabled(table),
        Block::Chart(_) => String::new(),
    }
}

fn tabled(table: &Table) -> String {
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let number = |i: usize| table.rows.iter().any(|row| row.get(i).is_some_and(|cell| cell.number));
    let mut lines = vec![
        line(table.head.iter().map(|name| escaped(name)).collect()),
        line((0..table.head.len()).map(|i| if number(i) { "---:" } else { "---" }.to_owned()).collect()),
    ];
    lines.extend(table.rows.iter().map(|row| line(row.iter().map(|cell| escaped(&cell.text)).collect())));
    format!("{}:\n\n{}", escaped(&table.caption), lines.join("\n"))
}

/// A line without what would begin another list in it: a sign, or a number with a point.
fn begun(line: &str) -> String {
    let (number, rest) = line.split_at(line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len());
    let begins = rest.starts_with(if number.is_empty() { ['-', '+'] } else { ['.', ')'] });
    format!("{number}{}{}", if begins { "\\" } else { "" }, escaped(rest))
}

/// Text without what Markdown takes for its own signs.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '&' | '~' | '#' => safe.extend(['\\', c]),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::{begun, escaped};

    #[test]
    fn signs_of_markdown_are_read_as_text() {
        assert_eq!(escaped("a_b *c* [d](e) <5 | `f`"), "a\\_b \\*c\\* \\[d\\](e) \\<5 \\| \\`f\\`");
        assert_eq!(["- a", "12. b", "12.5", "2023 c"].map(begun), ["\\- a", "12\\. b", "12\\.5", "2023 c"]);
        assert_eq!(escaped("one\ntwo"), "one two");
    }
}
