//! How one cell is spelled. Every function takes a trimmed cell and answers with its meaning or with the words that
//! follow the cell in an error: what is wrong with it and what is allowed.

use crate::series::{Date, Unit, Value, Year};

/// Spellings of "no number", besides the empty cell and the dashes.
const MISSING: [&str; 8] = ["na", "n/a", "n.a.", "n.a", "#n/a", "null", "nan", ".."];

/// Between groups of three digits: comma, space, no-break space, narrow no-break space, thin space.
const GROUP_MARKS: [char; 5] = [',', ' ', '\u{a0}', '\u{202f}', '\u{2009}'];

/// What a cell of a value column says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reading {
    /// The value.
    pub(super) value: Value,
    /// Whether the cell reads `<5`, which is 0 to 4 for whole numbers and has no largest value for others.
    pub(super) below: bool,
}

/// Hyphens, dashes and the minus sign: alone a missing number, between two numbers a range.
fn is_dash(c: char) -> bool {
    c == '-' || ('\u{2010}'..='\u{2015}').contains(&c) || c == '\u{2212}'
}

/// Whether the cell says that there is no number.
pub(super) fn is_missing(cell: &str) -> bool {
    let mut chars = cell.chars();
    match (chars.next(), chars.next()) {
        (None, _) => true,
        (Some(only), None) => is_dash(only),
        _ => MISSING.iter().any(|m| cell.eq_ignore_ascii_case(m)),
    }
}

/// The meaning of a value cell: a number, a masked cell, or nothing.
pub(super) fn value(cell: &str) -> Result<Reading, String> {
    let plain = |value| Ok(Reading { value, below: false });
    if is_missing(cell) {
        return plain(Value::Missing);
    }
    if cell.starts_with(['<', '≤']) {
        return at_most(cell);
    }
    match number(cell) {
        Ok(y) => plain(Value::Exact(y)),
        Err(problem) => match range(cell) {
            Some((lower, upper)) if lower > upper => {
                Err("is not a range of a masked cell: the smaller bound comes first, as in 1-4".to_owned())
            }
            Some((lower, upper)) => plain(Value::Censored { lower, upper }),
            None => Err(problem),
        },
    }
}

/// `<5`, `<=4`, `≤4`: from 0.
fn at_most(cell: &str) -> Result<Reading, String> {
    let (rest, below) = match cell.strip_prefix('≤').or_else(|| cell.strip_prefix("<=")) {
        Some(rest) => (rest, false),
        None => (&cell[1..], true),
    };
    let refused = || "is not a masked cell: write <5 (with a whole number from 1), <=4 or 0-4".to_owned();
    let bound = number(rest.trim_start()).map_err(|_| refused())?;
    if bound < 0.0 || (below && (bound < 1.0 || bound.fract() != 0.0)) {
        return Err(refused());
    }
    let upper = if below { bound - 1.0 } else { bound };
    Ok(Reading { value: Value::Censored { lower: 0.0, upper }, below })
}

/// `1-4`, `1–4`, `1..4`: two numbers without a sign.
fn range(cell: &str) -> Option<(f64, f64)> {
    let (lower, upper) = cell.split_once("..").or_else(|| cell.split_once(is_dash))?;
    let unsigned = |side: &str| side.starts_with(|c: char| c.is_ascii_digit()).then(|| number(side).ok()).flatten();
    Some((unsigned(lower.trim_end())?, unsigned(upper.trim_start())?))
}

/// A finite number: `1386`, `1,386`, `1 386`, `-5`, `0.25`, `1.5e6`.
pub(super) fn number(cell: &str) -> Result<f64, String> {
    let (negative, unsigned) = match cell.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, cell.strip_prefix('+').unwrap_or(cell)),
    };
    let plain = ungrouped(unsigned).ok_or_else(|| not_a_number(cell))?;
    let size: f64 = plain.parse().map_err(|_| not_a_number(cell))?;
    if !size.is_finite() {
        return Err("is too large: values are at most 1e150 in size".to_owned());
    }
    if plain.bytes().all(|b| b.is_ascii_digit()) && !keeps_every_digit(&plain, size) {
        return Err("has more digits than can be kept: write it rounded, as in 1.2e19".to_owned());
    }
    // why + 0.0: "-0" is 0.
    Ok(if negative { -size } else { size } + 0.0)
}

/// The number without its group marks; `None` if it is not one.
fn ungrouped(unsigned: &str) -> Option<String> {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let power = exponent.map_or("0", |e| e.strip_prefix(['-', '+']).unwrap_or(e));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if power.is_empty() || !digits(power) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    if digits(whole) {
        return Some(unsigned.to_owned());
    }
    let mark = whole.chars().find(|c| GROUP_MARKS.contains(c))?;
    let mut groups = whole.split(mark);
    let first = groups.next()?;
    // why no leading zero: "0,125" is a decimal comma, not a group.
    let first_ok = (1..=3).contains(&first.len()) && digits(first) && !first.starts_with('0');
    let rest_ok = groups.all(|g| g.len() == 3 && digits(g));
    (first_ok && rest_ok && exponent.is_none()).then(|| unsigned.chars().filter(|&c| c != mark).collect())
}

/// Whether binary64 holds the whole number as written (9007199254740993 it does not).
fn keeps_every_digit(digits: &str, size: f64) -> bool {
    let written = digits.trim_start_matches('0');
    // Two ways to be exact: the number itself, or the zeros with which Rust and others pad a float's shortest digits.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, from 0, compared afterwards")]
    let exact = written.parse::<u128>().is_ok_and(|n| n == size as u128);
    exact || format!("{size}").trim_start_matches('0') == written
}

/// Words for a cell that is no number, with a hint where the slip is a common one.
#[cold]
fn not_a_number(cell: &str) -> String {
    let has = |c: char| cell.contains(c);
    let hint = if cell.to_lowercase().starts_with("tiada") {
        "is not a number: write 0 where there was none, and leave the cell empty where it is not known"
    } else if has('%') {
        "is not a number: leave the percent sign out and say unit rate"
    } else if cell.starts_with('(') {
        "is not a number: for a number below zero write -5, not (5)"
    } else if cell.starts_with(['>', '≥']) {
        "has no upper bound: a masked cell needs both bounds, as in 5-9"
    } else if has('*') {
        "is not a number: the star of a partial year stands at the year, as in 2023*"
    } else if cell.to_ascii_lowercase().trim_start_matches(['-', '+']).starts_with("inf") {
        "is not allowed: values are finite; leave the cell empty (or NA) if there is no number"
    } else if has(',') && cell.chars().all(|c| c.is_ascii_digit() || ",.+-".contains(c)) {
        "is not a number: commas stand between groups of three digits (1,386), the decimal sign is a point (13.86)"
    } else {
        "is not a number: write 1386, 1,386 or 13.86; <5, <=4 or 1-4 for a masked cell; nothing, - or NA for a missing one"
    };
    hint.to_owned()
}

/// A cell with a day, without the midnight that spreadsheets and data frames write after it.
fn day(cell: &str) -> &str {
    [" 00:00:00", "T00:00:00"].iter().find_map(|midnight| cell.strip_suffix(midnight)).unwrap_or(cell)
}

const INSIDE: &str = "is a day inside a year: write the year, and for a part of it the last day as period_end";

/// The day of `31/05/2016`, whichever of day and month comes first: nothing is guessed where both may.
#[inline(never)]
fn slashed(body: &str) -> Option<Result<Date, String>> {
    let mut parts = body.split('/');
    let (Some(one), Some(two), Some(year), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    let digits = |text: &str, most: usize| text.len() <= most && text.bytes().all(|b| b.is_ascii_digit());
    if !(digits(one, 2) && digits(two, 2) && digits(year, 4)) {
        return None;
    }
    let written = |month: &str, day: &str| format!("{year}-{month:0>2}-{day:0>2}").parse::<Date>().ok();
    match (written(two, one), written(one, two)) {
        (Some(day_first), Some(month_first)) if day_first != month_first => {
            Some(Err(format!("may be {day_first} or {month_first}: write the one that is meant")))
        }
        (day_first, month_first) => day_first.or(month_first).map(Ok),
    }
}

/// Words for a number that a spreadsheet keeps in the place of a day, counted from 30 December 1899: from 1957, past which no
/// slip in a year (20161) leads, to 2119.
#[cold]
pub(super) fn day_number(text: &str) -> String {
    let Some(mut left) = text.parse::<u32>().ok().filter(|days| (21_000..=80_000).contains(days)) else {
        return String::new();
    };
    left -= 2;
    let mut year = 1900;
    let leap = |year: u32| u32::from(year.is_multiple_of(4) && year != 1900 && year != 2100);
    while left >= 365 + leap(year) {
        left -= 365 + leap(year);
        year += 1;
    }
    let mut month = 1;
    for days in [31, 28 + leap(year), 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if left < days {
            break;
        }
        left -= days;
        month += 1;
    }
    format!(" (it looks like Excel's day number for {year}-{month:02}-{:02})", left + 1)
}

/// The year of a row and whether it is starred: `2016`, `2016.0`, `2016-01-01`, `31/12/2016`, `2023*`.
pub(super) fn year(cell: &str) -> Result<(Year, bool), String> {
    let (body, starred) = match cell.strip_suffix('*') {
        Some(body) => (body.trim_end(), true),
        None => (cell, false),
    };
    let body = day(body);
    // why 1/1 and 31/12 alone: another day stands for no whole year, also where it is not known which day it is.
    if let Some(found) = body.parse::<Date>().map(Ok).ok().or_else(|| slashed(body)) {
        let whole = found.ok().filter(|date| matches!((date.month(), date.day()), (1, 1) | (12, 31)));
        return whole.map(|date| (date.year(), starred)).ok_or_else(|| INSIDE.to_owned());
    }
    let whole = match body.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => whole,
        _ => body,
    };
    let year = if (1..=4).contains(&whole.len()) && whole.bytes().all(|b| b.is_ascii_digit()) {
        whole.parse::<i64>().ok().and_then(|y| Year::new(y).ok())
    } else {
        None
    };
    year.map(|y| (y, starred)).ok_or_else(|| {
        let hint = day_number(whole);
        format!("is not a year{hint}: write 2016, 2023* for a partial one, or a date 2016-01-01 or 2016-12-31 (years 1 to 9999)")
    })
}

/// The last day a row covers.
pub(super) fn date(cell: &str) -> Result<Date, String> {
    let body = day(cell);
    body.parse().map(Ok).ok().or_else(|| slashed(body)).unwrap_or_else(|| {
        Err("is not a date: dates are written YYYY-MM-DD, as in 2023-05-31, or 31/05/2023".to_owned())
    })
}

/// The share of the year that a row covers.
pub(super) fn share(cell: &str) -> Result<f64, String> {
    let refused = || "is not a share of the year: write a number above 0 and at most 1, as in 0.41".to_owned();
    number(cell).ok().filter(|s| *s > 0.0 && *s <= 1.0).ok_or_else(refused)
}

/// The unit of a series.
pub(super) fn unit(cell: &str) -> Result<Unit, String> {
    cell.to_ascii_lowercase().parse().map_err(|_| "is not a unit: write count, amount or rate".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(cell: &str) -> Option<f64> {
        value(cell).unwrap_or_else(|problem| panic!("{cell:?} {problem}")).value.exact()
    }

    fn masked(cell: &str) -> (f64, f64) {
        match value(cell).unwrap_or_else(|problem| panic!("{cell:?} {problem}")).value {
            Value::Censored { lower, upper } => (lower, upper),
            other => panic!("{cell:?} is {other:?}"),
        }
    }

    #[test]
    fn digits_come_in_groups_of_three_or_in_none() {
        for cell in ["1386", "1,386", "1 386", "1\u{a0}386", "1\u{202f}386", "1386.0", "+1386", "1.386e3", "01386"] {
            assert_eq!(exact(cell), Some(1386.0), "{cell:?}");
        }
        assert_eq!(exact("12,345,678.5"), Some(12_345_678.5));
        for cell in ["1,38", "1,3866", "1,,386", ",386", "1386,", "0,125", "1,386 000", "1,386e2", "1'386", "3,14"] {
            assert!(value(cell).is_err(), "{cell:?}");
        }
    }

    #[test]
    fn dashes_blanks_and_the_usual_words_are_missing() {
        for cell in ["", "-", "–", "—", "\u{2212}", "NA", "na", "N/A", "n/a", "NULL", "null", "NaN", "nan"] {
            assert_eq!(value(cell).unwrap().value, Value::Missing, "{cell:?}");
        }
        for cell in ["n.a.", "N.A.", "n.a", "#N/A", ".."] {
            assert_eq!(value(cell).unwrap().value, Value::Missing, "{cell:?}");
        }
        for cell in ["--", "none", "nil", ".", "...", "?", "x"] {
            assert!(value(cell).is_err(), "{cell:?}");
        }
        // Malay for "there is none": a nought here, a gap there
        for cell in ["Tiada", "tiada data"] {
            assert!(value(cell).unwrap_err().contains("write 0 where there was none"), "{cell:?}");
        }
    }

    #[test]
    fn a_cell_below_five_is_nought_to_four() {
        assert_eq!(masked("<5"), (0.0, 4.0));
        assert_eq!(masked("< 5"), (0.0, 4.0));
        assert_eq!(masked("<1,000"), (0.0, 999.0));
        assert_eq!(masked("<1"), (0.0, 0.0));
        assert_eq!(masked("<=4"), (0.0, 4.0));
        assert_eq!(masked("≤ 4"), (0.0, 4.0));
        for cell in ["<0", "<-1", "<0.5", "<2.5", "<=-1", "<", "<=", "<five", ">5", "≥5", "<<5"] {
            assert!(value(cell).is_err(), "{cell:?}");
        }
    }

    #[test]
    fn a_range_is_a_masked_cell_and_its_bounds_are_ordered() {
        for cell in ["1-4", "1–4", "1—4", "1..4", "1 - 4", "1 .. 4"] {
            assert_eq!(masked(cell), (1.0, 4.0), "{cell:?}");
        }
        assert_eq!(masked("1,000-1,999"), (1000.0, 1999.0));
        for cell in ["4-1", "2016-17", "2016-12-31", "-4-1", "1--4", "1-", "0...4", "1-x", "4-Jan"] {
            assert!(value(cell).is_err(), "{cell:?}");
        }
    }

    #[test]
    fn signs_are_numbers_and_brackets_percents_and_infinities_are_not() {
        assert_eq!(exact("-5"), Some(-5.0));
        assert_eq!(exact("\u{2212}5"), Some(-5.0));
        assert_eq!(exact("-0").map(f64::is_sign_negative), Some(false));
        assert_eq!((exact(".5"), exact("5."), exact("1e-2")), (Some(0.5), Some(5.0), Some(0.01)));
        for cell in
            ["(5)", "12%", "inf", "-Infinity", "1e999", "48*", "RM 300", "５", "1e", "e5", "1e5.0", "0x10", "- 5"]
        {
            assert!(value(cell).is_err(), "{cell:?}");
        }
    }

    #[test]
    fn a_whole_number_keeps_every_digit_or_is_refused() {
        assert_eq!(exact("9007199254740992"), Some(9_007_199_254_740_992.0));
        assert!(value("9007199254740993").unwrap_err().contains("more digits"));
        assert_eq!(exact("1152921504606846976"), Some(2_f64.powi(60)));
        assert_eq!(exact("100000000000000000000000"), Some(1e23));
    }

    #[test]
    fn a_year_is_a_year_however_it_is_exported() {
        let of = |cell: &str| year(cell).map(|(y, starred)| (y.get(), starred));
        for cell in ["2016", "2016.0", "2016.00", "2016-01-01", "2016-12-31", "2016-12-31 00:00:00"] {
            assert_eq!(of(cell), Ok((2016, false)), "{cell:?}");
        }
        for cell in ["31/12/2016", "12/31/2016", "01/01/2016", "1/1/2016", "31/12/2016 00:00:00"] {
            assert_eq!(of(cell), Ok((2016, false)), "{cell:?}");
        }
        // 5 June or 6 May: no year either way
        for cell in ["05/06/2016", "30/12/2016", "31/01/2016", "31/12/2016 08:00:00", "12/2016", "1/1/16", "+1/1/2016"]
        {
            assert!(of(cell).is_err(), "{cell:?}");
        }
        assert!(of("05/06/2016").unwrap_err().contains("period_end"));
        assert_eq!(of("2023*"), Ok((2023, true)));
        assert_eq!(of("2023 *"), Ok((2023, true)));
        assert!(of("2023-05-31").unwrap_err().contains("period_end"));
        for cell in
            ["", "0", "20161", "-5", "2,016", "2016.5", "2016.", "2016/17", "16-17", "2023**", "FY2016", "2016-13-01"]
        {
            assert!(of(cell).is_err(), "{cell:?}");
        }
    }

    #[test]
    fn a_number_that_excel_keeps_for_a_day_is_told_with_the_day() {
        // from a spreadsheet: 1 January and 31 December, around leap years, 2000 among them and 2100 not
        for (number, day) in [
            ("43831", "2020-01-01"),
            ("44196", "2020-12-31"),
            ("43890", "2020-02-29"),
            ("36526", "2000-01-01"),
            ("36585", "2000-02-29"),
            ("73050", "2099-12-31"),
            ("73109", "2100-02-28"),
            ("73110", "2100-03-01"),
            ("44927.0", "2023-01-01"),
        ] {
            let words = year(number).unwrap_err();
            assert!(
                words.starts_with(&format!("is not a year (it looks like Excel's day number for {day}): ")),
                "{words}"
            );
        }
        for number in ["20161", "80001", "438310", "0", "-43831"] {
            assert!(!year(number).unwrap_err().contains("Excel"), "{number}");
        }
    }

    #[test]
    fn a_day_may_have_its_midnight_and_no_other_hour() {
        for cell in ["2021-05-31", "2021-05-31 00:00:00", "2021-05-31T00:00:00"] {
            assert_eq!(date(cell).unwrap().to_string(), "2021-05-31", "{cell:?}");
        }
        for cell in ["2021-05-31 08:00:00", "2021-05-31 ", "31/05/2021 08:00:00"] {
            assert!(date(cell).is_err(), "{cell:?}");
        }
    }

    #[test]
    fn a_day_with_slashes_is_read_where_it_can_only_be_one() {
        for cell in ["31/05/2021", "31/5/2021", "5/31/2021", "31/05/2021 00:00:00"] {
            assert_eq!(date(cell).unwrap().to_string(), "2021-05-31", "{cell:?}");
        }
        assert_eq!(date("5/5/2021").unwrap().to_string(), "2021-05-05");
        assert_eq!(date("05/06/2021").unwrap_err(), "may be 2021-06-05 or 2021-05-06: write the one that is meant");
        for cell in ["31/06/2021", "31/05/21", "0/5/2021", "/5/2021", "31/05", "31/05/2021/1"] {
            assert!(date(cell).unwrap_err().contains("31/05/2023"), "{cell:?}");
        }
    }

    #[test]
    fn a_share_lies_above_nought_and_at_most_at_one() {
        assert_eq!(share("0.41"), Ok(0.41));
        assert_eq!(share("1"), Ok(1.0));
        for cell in ["0", "-0.1", "1.01", "41%", "41", "x"] {
            assert!(share(cell).is_err(), "{cell:?}");
        }
    }
}
