//! The few elements the chart is made of.

use std::fmt::{self, Write};

use crate::markup::escaped;

/// A coordinate with one decimal.
#[derive(Clone, Copy)]
pub(super) struct Px(pub(super) f64);

impl fmt::Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // why + 0.0: it makes -0 a 0.
        write!(f, "{}", (self.0 * 10.0).round() / 10.0 + 0.0)
    }
}

/// A place on the canvas: to the right, and down.
pub(super) type Spot = (f64, f64);

/// The elements written so far. Attributes are the chart's own constants and are not escaped; text is.
#[derive(Default)]
pub(super) struct Canvas {
    out: String,
}

impl Canvas {
    /// Elements that share attributes.
    pub(super) fn group(&mut self, attributes: &str, draw: impl FnOnce(&mut Self)) {
        self.put(format_args!("<g {attributes}>"));
        draw(self);
        self.out.push_str("</g>");
    }

    /// An open line through these spots.
    pub(super) fn line(&mut self, spots: &[Spot], attributes: &str) {
        self.put(format_args!("<polyline points=\"{}\"{}/>", points(spots), Spaced(attributes)));
    }

    /// A filled shape with these corners.
    pub(super) fn shape(&mut self, corners: &[Spot], attributes: &str) {
        self.put(format_args!("<polygon points=\"{}\"{}/>", points(corners), Spaced(attributes)));
    }

    /// A circle.
    pub(super) fn dot(&mut self, (x, y): Spot, radius: f64, attributes: &str) {
        let (x, y, r) = (Px(x), Px(y), Px(radius));
        self.put(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\"{}/>", Spaced(attributes)));
    }

    /// A line of text; `y` is its baseline.
    pub(super) fn text(&mut self, (x, y): Spot, words: &str, attributes: &str) {
        let (x, y) = (Px(x), Px(y));
        self.put(format_args!("<text x=\"{x}\" y=\"{y}\"{}>{}</text>", Spaced(attributes), escaped(words)));
    }

    fn put(&mut self, element: fmt::Arguments<'_>) {
        // why ignored: writing to a String cannot fail.
        let _ = self.out.write_fmt(element);
    }

    /// What was written.
    pub(super) fn finish(self) -> String {
        self.out
    }
}

/// Attributes with the space before them, if there are any.
struct Spaced<'a>(&'a str);

impl fmt::Display for Spaced<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, " {}", self.0) }
    }
}

fn points(spots: &[Spot]) -> String {
    spots.iter().map(|&(x, y)| format!("{},{}", Px(x), Px(y))).collect::<Vec<_>>().join(" ")
}

/// About how wide the text is at a font size, on the generous side: the reader's font is not known.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(em).sum::<f64>() * size
}

/// The text, or as much of its beginning as fits with an ellipsis.
pub(super) fn elided(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut left = room / size - em('…');
    let kept: String = text
        .chars()
        .take_while(|&c| {
            left -= em(c);
            left >= 0.0
        })
        .collect();
    format!("{}…", kept.trim_end())
}

/// Widths of a common sans serif, in shares of the font size.
fn em(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.31,
        'f' | 't' | 'r' | '(' | ')' | '-' | '/' => 0.38,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '…' => 0.92,
        'A'..='Z' => 0.71,
        c if c.is_ascii() => 0.58,
        c if u32::from(c) >= 0x2E80 => 1.0,
        _ => 0.65,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_have_one_decimal_and_no_minus_zero() {
        assert_eq!(Px(12.345).to_string(), "12.3");
        assert_eq!(Px(12.0).to_string(), "12");
        assert_eq!(Px(-0.01).to_string(), "0");
    }

    #[test]
    fn long_text_ends_in_an_ellipsis_and_fits() {
        let text = "Victims identified by the police and the labour inspectorate";
        let short = elided(text, 10.0, 120.0);
        assert!(short.ends_with('…') && width(&short, 10.0) <= 120.0, "{short}");
        assert_eq!(elided("Cases", 10.0, 120.0), "Cases");
    }
}
