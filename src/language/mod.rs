//! What is said to readers, in English and in Malay: one table of messages, and how numbers and dates are written.
//!
//! A message is a sentence with named places (`"{year}: {counted}"`). The table holds every message in both languages with
//! the same places, and no digit of its own: each number that a reader sees comes from a value. Numbers are written alike
//! in both languages, as Malaysia does: commas between thousands, a point before decimals.

mod number;
mod table;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::series::Date;

pub use number::figure;
pub(crate) use number::{NEARLY_SURE, RARE, grouped, signed_figure, signed_percent};
#[cfg(feature = "svg")]
pub(crate) use number::{shortened, signed};

/// A language that charts and reports can be made in.
///
/// ```
/// use unjuran::language::Language;
/// assert_eq!("ms".parse::<Language>()?, Language::Malay);
/// assert_eq!(Language::default().code(), "en");
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Malay, as written in Malaysia.
    #[serde(rename = "ms")]
    Malay,
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::English, Self::Malay];

    /// The code of ISO 639-1: "en", "ms".
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Malay => "ms",
        }
    }

    /// The messages below a heading of the table, with their places open (`{year}`): for pages that speak beside a report,
    /// as the explorer of the Python package does.
    ///
    /// ```
    /// use unjuran::language::Language;
    /// assert_eq!(Language::Malay.messages("explore")["target"], "Sasaran");
    /// ```
    pub fn messages(self, heading: &str) -> BTreeMap<&'static str, &'static str> {
        table::below(self, heading)
    }

    /// A message with its places filled; the key itself if the table has none of that name, which a test rules out.
    pub(crate) fn say(self, key: &str, fill: &[(&str, &dyn fmt::Display)]) -> String {
        let Some(message) = table::message(self, key) else { return key.to_owned() };
        let mut text = String::with_capacity(message.len() + 16 * fill.len());
        let mut rest = message;
        // why one walk: what fills one place may hold the braces of another.
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let (name, behind) = after.split_once('}').unwrap_or((after, ""));
            match fill.iter().find(|(place, _)| *place == name) {
                Some((_, value)) => text.push_str(&value.to_string()),
                None => text.push_str(name),
            }
            rest = behind;
        }
        text.push_str(rest);
        text
    }

    /// A line of the English message of this key, told in this language; none if it is no such line.
    pub(crate) fn retold(self, key: &str, line: &str) -> Option<String> {
        let mut places = table::message(Self::English, key)?.split('{');
        let mut rest = line.strip_prefix(places.next()?)?;
        let mut fill: Vec<(&str, &str)> = Vec::new();
        for place in places {
            let (name, after) = place.split_once('}')?;
            let (value, behind) = if after.is_empty() { (rest, "") } else { rest.split_once(after)? };
            fill.push((name, value));
            rest = behind;
        }
        let fill: Vec<(&str, &dyn fmt::Display)> = fill.iter().map(|(name, value)| (*name, value as _)).collect();
        rest.is_empty().then(|| self.say(key, &fill))
    }

    /// A message without places.
    pub(crate) fn word(self, key: &str) -> String {
        self.say(key, &[])
    }

    /// The same message for one, where the table has one of its own (`key.one`), or for several.
    pub(crate) fn say_of(self, count: usize, key: &str, fill: &[(&str, &dyn fmt::Display)]) -> String {
        let single = format!("{key}.one");
        let key = if count == 1 && table::message(self, &single).is_some() { &single } else { key };
        self.say(key, fill)
    }

    /// A probability as whole percent; where that would say never or always, as "less than 1%" or "more than 99%".
    ///
    /// ```
    /// use unjuran::language::Language;
    /// assert_eq!(Language::English.probability(0.4187), "42%");
    /// assert_eq!(Language::Malay.probability(0.0004), "kurang daripada 1%");
    /// ```
    pub fn probability(self, p: f64) -> String {
        let percent = |p: f64| format!("{}%", grouped(100.0 * p, 0));
        match p {
            p if p < RARE => self.say("less_than", &[("share", &percent(RARE))]),
            p if p > NEARLY_SURE => self.say("more_than", &[("share", &percent(NEARLY_SURE))]),
            p => percent(p),
        }
    }

    /// "31 May 2023", "31 Mei 2023".
    pub(crate) fn date(self, date: Date) -> String {
        let month = self.word(&format!("month.{}", date.month()));
        self.say("date", &[("day", &date.day()), ("month", &month), ("year", &date.year())])
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Language {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|language| language.code() == text).ok_or_else(|| {
            Error::bad_parameter("report", "lang", format!("{text:?}"), "\"en\" (English) or \"ms\" (Malay)")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fills_one_place_is_not_searched_for_others() {
        let text = Language::English.say("chart.projected_by", &[("unit", &"{model}"), ("model", &"Naive")]);
        assert_eq!(text, "{model}; projected by Naive");
    }

    #[test]
    fn a_line_that_was_stored_in_english_is_told_in_malay() {
        let line = "wdi_pop: 237 series in 237 clusters, 1994-2023";
        assert_eq!(Language::English.retold("record.source", line).as_deref(), Some(line));
        let told = "wdi_pop: 237 siri dalam 237 kelompok, 1994-2023";
        assert_eq!(Language::Malay.retold("record.source", line).as_deref(), Some(told));
        let undated = "m3_sum: 755 series in 755 clusters, up to 18 years";
        let told = "m3_sum: 755 siri dalam 755 kelompok, sehingga 18 tahun";
        assert_eq!(Language::Malay.retold("record.undated", undated).as_deref(), Some(told));
        assert_eq!(Language::Malay.retold("record.source", "something else"), None);
    }

    #[test]
    fn dates_are_written_in_each_language() {
        let date: Date = "2023-05-31".parse().unwrap();
        assert_eq!(Language::English.date(date), "31 May 2023");
        assert_eq!(Language::Malay.date(date), "31 Mei 2023");
    }

    #[test]
    fn another_language_is_refused_with_those_there_are() {
        let error = "fr".parse::<Language>().unwrap_err();
        assert_eq!(error.to_string(), "report: lang = \"fr\" is not allowed: \"en\" (English) or \"ms\" (Malay)");
    }
}
