//! Numbers as a reader writes them.

#[cfg(feature = "svg")]
use super::Language;

/// Probabilities below the first are written as "less than" it, those above the second as "more than" it.
pub(crate) const RARE: f64 = 0.01;
pub(crate) const NEARLY_SURE: f64 = 0.99;

/// With a true minus sign.
pub(crate) fn signed(number: &str) -> String {
    number.strip_prefix('-').map_or_else(|| number.to_owned(), |size| format!("\u{2212}{size}"))
}

/// A number with separators between the thousands and at most so many decimals.
pub(crate) fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let rest = rest.trim_end_matches('0');
    let mut out = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !rest.is_empty() {
        out.push('.');
        out.push_str(rest);
    }
    if value < 0.0 && out != "0" { format!("\u{2212}{out}") } else { out }
}

/// A value on its own in a picture: whole numbers below a million in full, anything else to three figures.
#[cfg(feature = "svg")]
pub(crate) fn shortened(value: f64, language: Language) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if !(1e-4..1e15).contains(&size) {
        return scientific(value, 2);
    }
    // why 0.9995: what rounds up to a million is written as one.
    let (unit, suffix) = match size / 0.9995 {
        s if s >= 1e12 => (1e12, language.word("chart.trillion")),
        s if s >= 1e9 => (1e9, language.word("chart.billion")),
        s if s >= 1e6 => (1e6, language.word("chart.million")),
        _ => (1.0, String::new()),
    };
    let scaled = size / unit;
    let decimals = (0..=6).find(|&d| scaled * 10_f64.powi(d) >= 99.95).unwrap_or(6);
    format!("{}{suffix}", grouped(value / unit, usize::try_from(decimals).unwrap_or(0)))
}

/// A value in a sentence or a table: whole numbers in full, others to four figures.
///
/// ```
/// use unjuran::language::figure;
/// assert_eq!([1_234_567.0, 12.3456, -0.5].map(figure), ["1,234,567", "12.35", "−0.5"]);
/// ```
pub fn figure(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if !(1e-4..1e15).contains(&size) {
        return scientific(value, 3);
    }
    if size.fract() == 0.0 {
        return grouped(value, 0);
    }
    let decimals = (0..=7).find(|&d| size * 10_f64.powi(d) >= 999.95).unwrap_or(7);
    grouped(value, usize::try_from(decimals).unwrap_or(0))
}

/// A difference in a sentence or a table, with its sign: "+0.25", "−4", "0".
pub(crate) fn signed_figure(value: f64) -> String {
    let text = figure(value);
    if value > 0.0 { format!("+{text}") } else { text }
}

/// A change in percent, with its sign: "+26.9%", "−4%".
pub(crate) fn signed_percent(percent: f64, decimals: usize) -> String {
    let text = grouped(percent, decimals);
    if percent > 0.0 && text != "0" { format!("+{text}%") } else { format!("{text}%") }
}

fn scientific(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    signed(&format!("{}e{power}", digits.trim_end_matches('0').trim_end_matches('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "svg")]
    #[test]
    fn a_number_in_a_picture_is_short() {
        let cases = [
            (0.0, "0"),
            (145.0, "145"),
            (12_400.0, "12,400"),
            (999_499.0, "999,499"),
            (999_600.0, "1M"),
            (1_234_567.0, "1.23M"),
            (-2.25, "−2.25"),
            (0.001_234_5, "0.00123"),
            (4.8e-11, "4.8e-11"),
            (-3e150, "−3e150"),
            (1.44e12, "1.44tn"),
        ];
        for (value, text) in cases {
            assert_eq!(shortened(value, Language::English), text, "{value}");
        }
        assert_eq!(shortened(1_234_567.0, Language::Malay), "1.23 juta");
    }

    #[test]
    fn a_number_in_a_sentence_is_whole_or_has_four_figures() {
        let cases = [
            (0.0, "0"),
            (1_234_567.0, "1,234,567"),
            (1_234.567, "1,235"),
            (12.345_6, "12.35"),
            (0.5, "0.5"),
            (-0.012_345, "−0.01235"),
            (1.5e-9, "1.5e-9"),
            (2e150, "2e150"),
        ];
        for (value, text) in cases {
            assert_eq!(figure(value), text, "{value}");
        }
    }

    #[test]
    fn a_change_has_its_sign_and_nothing_has_none() {
        assert_eq!([26.85, -4.04, 0.01].map(|p| signed_percent(p, 1)), ["+26.9%", "−4%", "0%"]);
    }
}
