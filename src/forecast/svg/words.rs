//! Numbers as a reader writes them, and the sentence that stands for the chart.

use super::picture::Picture;

/// With a true minus sign.
pub(super) fn signed(number: &str) -> String {
    number.strip_prefix('-').map_or_else(|| number.to_owned(), |size| format!("\u{2212}{size}"))
}

/// A number with separators between the thousands and at most so many decimals.
pub(super) fn grouped(value: f64, decimals: usize) -> String {
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

/// A value on its own: whole numbers below a million in full, anything else to three figures.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if !(1e-4..1e15).contains(&size) {
        let text = format!("{value:.2e}");
        let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
        return signed(&format!("{}e{power}", digits.trim_end_matches('0').trim_end_matches('.')));
    }
    // why 0.9995: what rounds up to a million is written as one.
    let (unit, suffix) = match size / 0.9995 {
        s if s >= 1e12 => (1e12, "tn"),
        s if s >= 1e9 => (1e9, "bn"),
        s if s >= 1e6 => (1e6, "M"),
        _ => (1.0, ""),
    };
    let scaled = size / unit;
    let decimals = (0..=6).find(|&d| scaled * 10_f64.powi(d) >= 99.95).unwrap_or(6);
    format!("{}{suffix}", grouped(value / unit, usize::try_from(decimals).unwrap_or(0)))
}

/// The chart in one sentence, for those who do not see it.
pub(super) fn sentence(picture: &Picture<'_>) -> String {
    let observed = match (picture.full.first(), picture.full.last()) {
        (Some(first), Some(last)) if first.0 < last.0 => format!("{} to {}", first.0, last.0),
        (Some(only), _) => only.0.to_string(),
        _ => "no full year observed".to_owned(),
    };
    let mut text = format!("{}, {observed}", picture.label);
    if let (Some(&first), Some(&last)) = (picture.median.first(), picture.median.last()) {
        text = format!("{text}, and projection to {}: {}", last.0, outlook(picture, first));
        if first.0 < last.0 {
            text = format!("{text}; {}", outlook(picture, last));
        }
    }
    for &(year, counted, covered) in &picture.partial {
        text = format!("{text}; of {year} so far {}", so_far(counted, covered));
    }
    text
}

/// "48 to 2023-05-31", "48 in 25% of the year".
pub(super) fn so_far(counted: f64, covered: &str) -> String {
    let between = if covered.starts_with(|c: char| c.is_ascii_digit()) { " in " } else { " " };
    format!("{}{between}{covered}", number(counted))
}

/// "median 145, 80% between 67 and 280 in 2023".
fn outlook(picture: &Picture<'_>, (year, median): (i32, f64)) -> String {
    let bounds = picture.core().and_then(|ribbon| {
        let &(_, low, high) = ribbon.points.iter().find(|p| p.0 == year)?;
        Some(format!(", {}% between {} and {}", number(ribbon.level), number(low), number(high)))
    });
    format!("median {}{} in {year}", number(median), bounds.unwrap_or_default())
}

/// An identifier that depends on the text alone (FNV-1a), so that charts on one page do not share one.
pub(super) fn identifier(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    format!("fan-{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_as_a_reader_would() {
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
            assert_eq!(number(value), text, "{value}");
        }
    }

    #[test]
    fn a_share_of_the_year_reads_as_words() {
        assert_eq!(so_far(48.0, "to 2023-05-31"), "48 to 2023-05-31");
        assert_eq!(so_far(48.0, "25% of the year"), "48 in 25% of the year");
    }
}
