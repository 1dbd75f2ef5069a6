//! Lists and hints within the sentences of errors.

/// How many of a list are shown.
const SHOWN: usize = 12;

/// Names in quotes, the first twelve of them.
pub(super) fn list(names: &[String]) -> String {
    let text = names.iter().take(SHOWN).map(|n| format!("{n:?}")).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        return format!("{text} and {} more", names.len() - SHOWN);
    }
    if text.is_empty() { "none".to_owned() } else { text }
}

/// Names of models; the classes of exponential smoothing, among others, are one entry.
pub(super) fn models(names: &[String]) -> String {
    let class = |name: &&String| name.starts_with("ETS(");
    let mut classes = names.iter().filter(class).map(|name| format!("{name:?}"));
    let (first, last) = (classes.next(), classes.next_back());
    let entry = |name: &String| match (&first, &last) {
        (Some(first), Some(last)) if names.len() > SHOWN && class(&name) => format!("{first} to {last}"),
        _ => format!("{name:?}"),
    };
    let mut entries: Vec<String> = names.iter().map(entry).collect();
    entries.dedup();
    if entries.is_empty() { "none".to_owned() } else { entries.join(", ") }
}

/// Years with their shares, the first twelve of them.
pub(super) fn shares_of(years: &[i32], shares: &[f64]) -> String {
    let each = years.iter().zip(shares).take(SHOWN).map(|(year, share)| format!("{year}: {share:.2}"));
    let text = each.collect::<Vec<_>>().join(", ");
    if years.len() > SHOWN { format!("{text} and {} more", years.len() - SHOWN) } else { text }
}

pub(super) fn fraction_hint(level: f64) -> String {
    if level > 0.0 && level < 1.0 {
        // why rounded: 0.29 * 100 is 28.999999999999996.
        let percent = (level * 1e12).round() / 1e10;
        format!(" (for {percent}% write {percent})")
    } else {
        String::new()
    }
}

/// A number in full, or by its power of ten where it has hundreds of digits.
pub(super) fn brief(number: f64) -> String {
    if number == 0.0 || (1e-6..1e16).contains(&number.abs()) { number.to_string() } else { format!("{number:e}") }
}

/// Models that take an argument of `fit`, for those who gave it to one that does not.
pub(super) fn takers(input: &str) -> &'static str {
    match input {
        "exposure" => "BayesETS, LogLinearTrend, PoissonTrend and NegativeBinomialTrend",
        "weights" => "LinearTrend, LogLinearTrend, PolynomialTrend, PoissonTrend and NegativeBinomialTrend",
        _ => "BayesETS, LinearTrend, LogLinearTrend, PoissonTrend and NegativeBinomialTrend, among others,",
    }
}

/// "a count", "an amount", "a rate".
pub(crate) fn one(unit: &str) -> String {
    let article = if unit.starts_with('a') { "an" } else { "a" };
    format!("{article} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_of_one_family_hide_no_other_model() {
        let names: Vec<String> = (0..9).map(|i| format!("ETS({i})")).chain((0..5).map(|i| format!("M{i}"))).collect();
        assert_eq!(models(&names), r#""ETS(0)" to "ETS(8)", "M0", "M1", "M2", "M3", "M4""#);
        assert_eq!(models(&names[..2]), r#""ETS(0)", "ETS(1)""#);
        assert_eq!(models(&[]), "none");
    }
}
