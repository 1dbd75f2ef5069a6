//! What a notebook shows: tables and charts in HTML, without script and without anything loaded from outside.

use std::fmt::Write as _;

use unjuran::forecast::{Fan, SvgStyle};

/// Charts that a notebook shows of many series.
const CHARTS: usize = 12;

pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A table; the first column of each row is its heading.
pub(crate) fn table(caption: &str, headings: &[String], rows: &[Vec<String>]) -> String {
    let mut html = format!("<table><caption>{}</caption><thead><tr>", escaped(caption));
    for heading in headings {
        let _ = write!(html, "<th>{}</th>", escaped(heading));
    }
    html.push_str("</tr></thead><tbody>");
    for row in rows {
        html.push_str("<tr>");
        for (i, cell) in row.iter().enumerate() {
            let tag = if i == 0 { "th" } else { "td" };
            let _ = write!(html, "<{tag}>{}</{tag}>", escaped(cell));
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody></table>");
    html
}

/// Small charts side by side, the first dozen, under a line of text.
pub(crate) fn charts(about: &str, fans: impl ExactSizeIterator<Item = Fan>) -> String {
    let mut html = format!("<p>{}</p><div style=\"display:flex;flex-wrap:wrap;gap:8px\">", escaped(about));
    let more = fans.len().saturating_sub(CHARTS);
    for fan in fans.take(CHARTS) {
        let _ = write!(html, "<div>{}</div>", fan.to_svg(&SvgStyle::small()));
    }
    html.push_str("</div>");
    if more > 0 {
        let _ = write!(html, "<p>and {more} more</p>");
    }
    html
}
