//! The one table of messages.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Language;

/// A message in both languages.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    en: String,
    ms: String,
}

const TEXT: &str = include_str!("messages.json");

// why a default: the table is part of the crate, and a test reads it strictly.
static TABLE: LazyLock<BTreeMap<String, Message>> = LazyLock::new(|| serde_json::from_str(TEXT).unwrap_or_default());

impl Message {
    fn of(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Malay => &self.ms,
        }
    }
}

/// The message of a key.
pub(super) fn message(language: Language, key: &str) -> Option<&'static str> {
    Some(TABLE.get(key)?.of(language))
}

/// The messages whose keys begin with a heading and a point, by the rest of their keys.
pub(super) fn below(language: Language, heading: &str) -> BTreeMap<&'static str, &'static str> {
    let rest = |key: &'static String| key.strip_prefix(heading)?.strip_prefix('.');
    TABLE.iter().filter_map(|(key, message)| Some((rest(key)?, message.of(language)))).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;

    fn places(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).map(|after| after.split_once('}').expect("a closed place").0).collect()
    }

    /// The sources that speak to readers, without their tests.
    fn sources() -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let files = |folder: &str| -> Vec<PathBuf> {
            let entries = fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path());
            entries.filter(|path| path.extension().is_some_and(|e| e == "rs")).collect()
        };
        let all = [files("language"), files("report"), files("forecast/svg")].concat();
        let code = |path: &PathBuf| {
            let text = fs::read_to_string(path).unwrap();
            text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
        };
        all.iter().map(code).collect()
    }

    #[test]
    fn the_table_is_read_and_no_key_stands_twice() {
        let table: BTreeMap<String, Message> = serde_json::from_str(TEXT).unwrap();
        let lines = TEXT.lines().filter(|line| line.trim_start().starts_with('"')).count();
        assert_eq!(lines, table.len(), "one message a line, each key once");
    }

    #[test]
    fn both_languages_say_everything_with_the_same_places() {
        for (key, message) in TABLE.iter() {
            assert!(!message.en.trim().is_empty() && !message.ms.trim().is_empty(), "{key}");
            assert_eq!(places(&message.en), places(&message.ms), "{key}");
        }
    }

    #[test]
    fn no_message_holds_a_number_of_its_own() {
        for (key, message) in TABLE.iter() {
            for text in [&message.en, &message.ms] {
                assert!(!text.contains(|c: char| c.is_ascii_digit()), "{key}: {text}");
            }
        }
    }

    #[test]
    fn every_message_is_used_and_every_message_used_is_there() {
        let code = sources();
        let months: Vec<String> = (1..=12).map(|month| format!("month.{month}")).collect();
        for key in TABLE.keys() {
            let plain = key.strip_suffix(".one").unwrap_or(key);
            // why: the explorer is Python's, and its tests see to it that it says all of these.
            let elsewhere = months.contains(key) || key.starts_with("explore.");
            let used = elsewhere || code.contains(&format!("\"{plain}\""));
            assert!(used, "nobody says {key}");
        }
        assert!(months.iter().all(|month| TABLE.contains_key(month)));
        for call in ["say(\"", "word(\"", "heading(\""] {
            for after in code.split(call).skip(1) {
                let key = after.split('"').next().unwrap_or_default();
                assert!(TABLE.contains_key(key), "no message {key}");
            }
        }
        for single in TABLE.keys().filter_map(|key| key.strip_suffix(".one")) {
            assert!(TABLE.contains_key(single), "{single}.one has no {single}");
        }
    }
}
