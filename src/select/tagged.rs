//! What stands before the word that says how to read it.
//!
//! JSON has no order: `{"settings": {...}, "name": "Theta"}` is a model too. What comes before its name is kept as text and
//! read once the name is known.
//!
//! why not serde's own adjacent tags: they keep a tree of values, and reading from it takes a second copy of the reader of
//! every model and every fit, a fiftieth of the wheel.

use std::fmt::{self, Write as _};
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// One of several kinds of things, beside the word that says which.
pub(super) trait Tagged: Sized {
    /// The keys of the word and of the thing.
    const FIELDS: &[&str; 2];
    /// The words.
    const KINDS: &[&str];
    /// The thing, where its word was read before it.
    fn next<'de, A: MapAccess<'de>>(kind: &str, map: &mut A) -> Result<Self, A::Error>;
    /// The thing, where it stood before its word.
    fn parsed(kind: &str, text: &str) -> serde_json::Result<Self>;
}

/// The thing and its word, in either order.
pub(super) fn read<'de, T: Tagged, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_struct("tagged", T::FIELDS, Reader(PhantomData))
}

struct Reader<T>(PhantomData<T>);

impl<'de, T: Tagged> Visitor<'de> for Reader<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object of {}", T::FIELDS.join(" and "))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let [word, content] = T::FIELDS;
        let (mut kind, mut early, mut found) = (None::<String>, None::<Text>, None);
        while let Some(key) = map.next_key::<String>()? {
            if key == *word {
                if kind.replace(map.next_value()?).is_some() {
                    return Err(A::Error::duplicate_field(word));
                }
            } else if key == *content {
                if early.is_some() || found.is_some() {
                    return Err(A::Error::duplicate_field(content));
                }
                match &kind {
                    Some(kind) => found = Some(T::next(kind, &mut map)?),
                    None => early = Some(map.next_value()?),
                }
            } else {
                return Err(A::Error::unknown_field(&key, T::FIELDS));
            }
        }
        let kind = kind.ok_or_else(|| A::Error::missing_field(word))?;
        match (found, early) {
            (Some(found), _) => Ok(found),
            (None, Some(Text(text))) => T::parsed(&kind, &text).map_err(A::Error::custom),
            (None, None) => Err(A::Error::missing_field(content)),
        }
    }
}

/// Any JSON as text; in objects the words that say how to read the rest stand first, so that nothing is kept twice.
struct Text(String);

/// The words.
const TAGS: [&str; 2] = ["name", "kind"];

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut text = String::new();
        Writer(&mut text).deserialize(deserializer)?;
        Ok(Self(text))
    }
}

/// Writes to the end of a text.
struct Writer<'a>(&'a mut String);

impl Writer<'_> {
    fn written<E: Error>(self, value: &(impl serde::Serialize + ?Sized)) -> Result<(), E> {
        self.0.push_str(&serde_json::to_string(value).map_err(E::custom)?);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Writer<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Writer<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.push_str("null");
        Ok(())
    }

    fn visit_bool<E: Error>(self, yes: bool) -> Result<(), E> {
        self.written(&yes)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.written(&value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.written(&value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.written(&value)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.written(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self(text) = self;
        text.push('[');
        let begin = text.len();
        loop {
            let end = text.len();
            if end > begin {
                text.push(',');
            }
            if items.next_element_seed(Writer(text))?.is_none() {
                text.truncate(end);
                break;
            }
        }
        text.push(']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let (mut first, mut rest) = (String::new(), String::new());
        while let Some(key) = entries.next_key::<String>()? {
            let to = if TAGS.contains(&key.as_str()) { &mut first } else { &mut rest };
            if !to.is_empty() {
                to.push(',');
            }
            Writer(to).written(&key)?;
            to.push(':');
            entries.next_value_seed(Writer(to))?;
        }
        let between = if first.is_empty() || rest.is_empty() { "" } else { "," };
        write!(self.0, "{{{first}{between}{rest}}}").map_err(A::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_says_what_was_read_its_tags_first_and_what_is_twice_twice() {
        for (read, text) in [
            (
                r#"{"b": [1, -2, 0.1, 2.5, null, true], "a": {"x\n": "\"é"}}"#,
                r#"{"b":[1,-2,0.1,2.5,null,true],"a":{"x\n":"\"é"}}"#,
            ),
            (
                r#"{"settings": {"parts": [{"a": 1, "name": 2}], "a": [], "a": {}}, "name": "N"}"#,
                r#"{"name":"N","settings":{"parts":[{"name":2,"a":1}],"a":[],"a":{}}}"#,
            ),
        ] {
            assert_eq!(serde_json::from_str::<Text>(read).unwrap().0, text);
        }
    }

    #[test]
    fn what_is_nested_too_deep_is_refused() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        assert!(serde_json::from_str::<Text>(&deep).is_err());
    }
}
