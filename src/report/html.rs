//! A report as one HTML page, complete in itself: no script, nothing loaded, readable on paper and by a screen reader.

use std::fmt::Write as _;

use super::Report;
use super::document::{Block, Cell, Table, document};
use crate::forecast::Fan;
use crate::language::Language;
use crate::markup::escaped;

/// Everything is below one class, so that a fragment changes nothing else on the page it is set into; the element is named
/// with it, to weigh more than a notebook's own rules for tables and headings.
const STYLE: &str = "
main.unjuran { font: 16px/1.5 Helvetica, Arial, sans-serif; color: #1b1b1b; background: #fff }
main.unjuran { max-width: 56rem; margin: 2.5rem auto; padding: 0 1.25rem }
main.unjuran h1 { font-size: 1.75rem; font-weight: 700; line-height: 1.2; margin: 0 0 .75rem }
main.unjuran h2 { font-size: 1.25rem; font-weight: 700; margin: 2.75rem 0 .75rem }
main.unjuran h2 { padding-top: .75rem; border-top: 1px solid #c9ced6 }
main.unjuran h3 { font-size: 1rem; font-weight: 700; margin: 1.25rem 0 .35rem; color: #08306b }
main.unjuran p, main.unjuran li { max-width: 46rem }
main.unjuran ul { margin: .25rem 0 1rem; padding-left: 1.25rem }
main.unjuran li { margin: .3rem 0 }
main.unjuran ul[lang] { font-size: .8rem; color: #565656; columns: 2; column-gap: 2rem }
main.unjuran ul[lang] li { margin: 0; padding: .1rem 0 }
main.unjuran figure { margin: .5rem 0 1rem }
main.unjuran .table { overflow-x: auto; margin: 1rem 0 }
main.unjuran table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums }
main.unjuran caption { text-align: left; color: #565656; padding-bottom: .35rem }
main.unjuran th, main.unjuran td { padding: .3rem .75rem .3rem 0; text-align: left; vertical-align: top }
main.unjuran th, main.unjuran td { border-bottom: 1px solid #e4e7ec }
main.unjuran thead th { border-bottom: 2px solid #8a93a0; vertical-align: bottom }
main.unjuran tbody th { font-weight: 400 }
main.unjuran .n { text-align: right; padding-left: .75rem; white-space: nowrap }
main.unjuran thead .n { white-space: normal }
main.unjuran a { color: #08306b }
@media print {
  main.unjuran { font-size: 10.5pt; margin: 0; max-width: none; padding: 0 }
  main.unjuran h2, main.unjuran h3 { break-after: avoid }
  main.unjuran figure, main.unjuran tr, main.unjuran li { break-inside: avoid }
  main.unjuran thead { display: table-header-group }
  main.unjuran .table { overflow: visible }
  main.unjuran a { color: inherit; text-decoration: none }
}
";

impl Report {
    /// The report as one HTML page in a language.
    ///
    /// The page has a language, headings in order, tables with captions and headers that name their columns and rows, and
    /// charts with titles and descriptions. It holds no script and refers to nothing outside.
    pub fn to_html(&self, language: Language) -> String {
        let (title, blocks) = document(self, language);
        let code = language.code();
        let title = escaped(&title);
        format!(
            "<!doctype html>\n<html lang=\"{code}\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\"/>\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
             <body>\n{}</body>\n</html>\n",
            body(&blocks, language)
        )
    }

    /// The same for a page that is there already: a style of its own and one element, and nothing around them.
    pub fn to_fragment(&self, language: Language) -> String {
        format!("<style>{STYLE}</style>\n{}", body(&document(self, language).1, language))
    }
}

fn body(blocks: &[Block], language: Language) -> String {
    let mut page = format!("<main class=\"unjuran\" lang=\"{}\">\n", language.code());
    for block in blocks {
        write_block(&mut page, block, language);
    }
    page.push_str("</main>\n");
    page
}

fn write_block(page: &mut String, block: &Block, language: Language) {
    // why ignored: writing to a String cannot fail.
    let _ = match block {
        Block::Heading(level, text, None) => writeln!(page, "<h{level}>{}</h{level}>", escaped(text)),
        Block::Heading(level, text, Some(id)) => writeln!(page, "<h{level} id=\"{id}\">{}</h{level}>", escaped(text)),
        Block::Paragraph(text) => writeln!(page, "<p>{}</p>", escaped(text)),
        Block::List(lines) => write_list(page, lines, ""),
        Block::EnglishList(lines) => write_list(page, lines, " lang=\"en\""),
        Block::Table(table) => write_table(page, table),
        Block::Chart(fan) => writeln!(page, "<figure>{}</figure>", chart(fan, language)),
    };
}

fn write_list(page: &mut String, lines: &[String], attributes: &str) -> std::fmt::Result {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(page, "<ul{attributes}>")?;
    for line in lines {
        writeln!(page, "<li>{}</li>", escaped(line))?;
    }
    writeln!(page, "</ul>")
}

fn write_table(page: &mut String, table: &Table) -> std::fmt::Result {
    let numeric = |i: usize| table.rows.iter().any(|row| row.get(i).is_some_and(|cell| cell.number));
    let class = |number: bool| if number { " class=\"n\"" } else { "" };
    writeln!(page, "<div class=\"table\"><table>\n<caption>{}</caption>\n<thead><tr>", escaped(&table.caption))?;
    for (i, name) in table.head.iter().enumerate() {
        write!(page, "<th scope=\"col\"{}>{}</th>", class(numeric(i)), escaped(name))?;
    }
    writeln!(page, "</tr></thead>\n<tbody>")?;
    for row in &table.rows {
        write!(page, "<tr>")?;
        for (i, cell) in row.iter().enumerate() {
            let text = linked(cell);
            match i {
                0 => write!(page, "<th scope=\"row\">{text}</th>")?,
                _ => write!(page, "<td{}>{text}</td>", class(cell.number))?,
            }
        }
        writeln!(page, "</tr>")?;
    }
    writeln!(page, "</tbody></table></div>")
}

fn linked(cell: &Cell) -> String {
    let text = escaped(&cell.text);
    cell.link.as_ref().map_or_else(|| text.clone(), |id| format!("<a href=\"#{id}\">{text}</a>"))
}

#[cfg(feature = "svg")]
fn chart(fan: &Fan, language: Language) -> String {
    fan.to_svg(&crate::forecast::SvgStyle::new(760, 400).language(language))
}

/// Without the feature `svg` the tables stand alone.
#[cfg(not(feature = "svg"))]
fn chart(_: &Fan, _: Language) -> String {
    String::new()
}
