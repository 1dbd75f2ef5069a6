//! The sentence that stands for the chart.

use super::picture::Picture;
use crate::language::{Language, shortened};

/// The chart in one sentence, for those who do not see it.
pub(super) fn sentence(picture: &Picture<'_>) -> String {
    let said = picture.language;
    let observed = match (picture.full.first(), picture.full.last()) {
        (Some(first), Some(last)) if first.0 < last.0 => {
            said.say("chart.range", &[("low", &first.0), ("high", &last.0)])
        }
        (Some(only), _) => only.0.to_string(),
        _ => said.word("chart.nothing_observed"),
    };
    let mut text = format!("{}, {observed}", picture.label);
    if let (Some(&first), Some(&last)) = (picture.median.first(), picture.median.last()) {
        let ahead = said.say("chart.ahead", &[("last", &last.0), ("outlook", &outlook(picture, first))]);
        text = format!("{text}, {ahead}");
        if first.0 < last.0 {
            text = format!("{text}; {}", outlook(picture, last));
        }
    }
    for &(year, counted, covered) in &picture.partial {
        let counted = so_far(counted, covered, said);
        text = format!("{text}; {}", said.say("chart.so_far", &[("year", &year), ("counted", &counted)]));
    }
    text
}

/// "48 to 2023-05-31", "48 in 25% of the year".
pub(super) fn so_far(counted: f64, covered: &str, language: Language) -> String {
    let counted = shortened(counted, language);
    if covered.starts_with(|c: char| c.is_ascii_digit()) {
        return language.say("chart.in_part", &[("counted", &counted), ("covered", &covered)]);
    }
    format!("{counted} {covered}")
}

/// "median 145, 80% between 67 and 280 in 2023".
fn outlook(picture: &Picture<'_>, (year, median): (i32, f64)) -> String {
    let said = picture.language;
    let number = |value: f64| shortened(value, said);
    let bounds = picture.core().and_then(|ribbon| {
        let &(_, low, high) = ribbon.points.iter().find(|p| p.0 == year)?;
        Some((number(ribbon.level), number(low), number(high)))
    });
    match bounds {
        Some((level, low, high)) => said.say(
            "chart.outlook",
            &[("median", &number(median)), ("level", &level), ("low", &low), ("high", &high), ("year", &year)],
        ),
        None => said.say("chart.outlook_without_band", &[("median", &number(median)), ("year", &year)]),
    }
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
    fn a_share_of_the_year_reads_as_words() {
        assert_eq!(so_far(48.0, "to 2023-05-31", Language::English), "48 to 2023-05-31");
        assert_eq!(so_far(48.0, "25% of the year", Language::English), "48 in 25% of the year");
    }
}
