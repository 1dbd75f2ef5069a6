//! JSON as CBOR (RFC 8949) and back: the same values in fewer bytes.
//!
//! Only what JSON has is written: integers, texts, arrays and maps of a stated length, booleans, null, and numbers in the
//! shorter of two widths that keeps their bits. Only that is read: each head of an array, map or text is compared with the
//! bytes that are left, so that a length that lies is found before memory is asked for.
//!
//! why by way of JSON: a second serde format would give every type a second reader and writer (see `docs/decisions.md`).

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::DEEPEST;

/// The CBOR of a JSON text.
pub(super) fn of_json(text: &str) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::from_str::<Cbor>(text).map(|Cbor(bytes)| bytes)
}

/// One item.
struct Cbor(Vec<u8>);

impl<'de> Deserialize<'de> for Cbor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Writer)
    }
}

struct Writer;

/// The head of an item: its kind, and a number that is a value or a length.
fn head(major: u8, argument: u64) -> Vec<u8> {
    let bytes = argument.to_be_bytes();
    let (short, kept) = match argument {
        #[expect(clippy::cast_possible_truncation, reason = "below 24")]
        0..=23 => return vec![major << 5 | argument as u8],
        24..=0xff => (24, 1),
        0x100..=0xffff => (25, 2),
        0x1_0000..=0xffff_ffff => (26, 4),
        _ => (27, 8),
    };
    std::iter::once(major << 5 | short).chain(bytes.into_iter().skip(8 - kept)).collect()
}

fn with(mut head: Vec<u8>, content: &[u8]) -> Cbor {
    head.extend_from_slice(content);
    Cbor(head)
}

impl<'de> Visitor<'de> for Writer {
    type Value = Cbor;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Cbor, E> {
        Ok(Cbor(vec![0xf6]))
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Cbor, E> {
        Ok(Cbor(vec![if yes { 0xf5 } else { 0xf4 }]))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Cbor, E> {
        Ok(Cbor(head(0, value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Cbor, E> {
        let from = |value: i64| u64::try_from(value).unwrap_or_default();
        Ok(Cbor(if value < 0 { head(1, from(-1 - value)) } else { head(0, from(value)) }))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Cbor, E> {
        #[expect(clippy::cast_possible_truncation, reason = "taken only where nothing is lost")]
        let short = value as f32;
        Ok(if f64::from(short).to_bits() == value.to_bits() {
            with(vec![0xfa], &short.to_be_bytes())
        } else {
            with(vec![0xfb], &value.to_be_bytes())
        })
    }

    fn visit_str<E>(self, text: &str) -> Result<Cbor, E> {
        Ok(with(head(3, text.len() as u64), text.as_bytes()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Cbor, A::Error> {
        let (mut content, mut count) = (Vec::new(), 0);
        while let Some(Cbor(item)) = items.next_element()? {
            content.extend(item);
            count += 1;
        }
        Ok(with(head(4, count), &content))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Cbor, A::Error> {
        let (mut content, mut count) = (Vec::new(), 0_u64);
        while let Some((Cbor(key), Cbor(value))) = entries.next_entry()? {
            if key.first().is_none_or(|head| head >> 5 != 3) {
                return Err(A::Error::custom("a key that is no text"));
            }
            content.extend(key);
            content.extend(value);
            count += 1;
        }
        Ok(with(head(5, count), &content))
    }
}

/// The JSON of CBOR that [`of_json`] wrote; for other bytes what is wrong and where.
pub(super) fn to_json(bytes: &[u8]) -> Result<String, String> {
    let mut reader = Reader { bytes, at: 0, json: String::with_capacity(2 * bytes.len()) };
    reader.item(0)?;
    let left = reader.left();
    if left > 0 { Err(reader.problem(format!("{left} bytes too many"))) } else { Ok(reader.json) }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    json: String,
}

impl<'a> Reader<'a> {
    fn problem(&self, what: impl Into<String>) -> String {
        format!("{} at byte {}", what.into(), self.at)
    }

    fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    fn take(&mut self, n: u64) -> Result<&'a [u8], String> {
        let end = usize::try_from(n).ok().and_then(|n| self.at.checked_add(n));
        let Some((taken, end)) = end.and_then(|end| Some((self.bytes.get(self.at..end)?, end))) else {
            return Err(self.problem("it ends inside a value"));
        };
        self.at = end;
        Ok(taken)
    }

    /// Kind, width and argument.
    fn head(&mut self) -> Result<(u8, u8, u64), String> {
        let head = self.take(1)?.first().copied().unwrap_or_default();
        let argument = match head & 31 {
            short @ 0..=23 => u64::from(short),
            short @ 24..=27 => self.take(1 << (short - 24))?.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
            _ => return Err(self.problem("a length that is not stated")),
        };
        Ok((head >> 5, head & 31, argument))
    }

    fn item(&mut self, depth: usize) -> Result<(), String> {
        if depth > DEEPEST {
            return Err(self.problem(format!("more than {DEEPEST} levels of nesting")));
        }
        let (major, short, argument) = self.head()?;
        let left = self.left() as u64;
        let lies = |what: &str| format!("{argument} {what} where {left} bytes are left");
        match (major, short) {
            (0, _) => self.json += &argument.to_string(),
            (1, _) => self.json += &(-1 - i128::from(argument)).to_string(),
            (3, _) => self.text(argument)?,
            (4, _) if argument > left => return Err(self.problem(lies("items"))),
            (4, _) => {
                self.json.push('[');
                for i in 0..argument {
                    self.json += if i > 0 { "," } else { "" };
                    self.item(depth + 1)?;
                }
                self.json.push(']');
            }
            (5, _) if argument > left / 2 => return Err(self.problem(lies("entries"))),
            (5, _) => {
                self.json.push('{');
                for i in 0..argument {
                    self.json += if i > 0 { "," } else { "" };
                    let (3, _, length) = self.head()? else { return Err(self.problem("a key that is no text")) };
                    self.text(length)?;
                    self.json.push(':');
                    self.item(depth + 1)?;
                }
                self.json.push('}');
            }
            (7, 20) => self.json += "false",
            (7, 21) => self.json += "true",
            (7, 22) => self.json += "null",
            (7, 26) => self.number(f64::from(f32::from_bits(u32::try_from(argument).unwrap_or(u32::MAX))))?,
            (7, 27) => self.number(f64::from_bits(argument))?,
            _ => return Err(self.problem(format!("a value of a kind that is never written ({major}, {short})"))),
        }
        Ok(())
    }

    fn number(&mut self, value: f64) -> Result<(), String> {
        if !value.is_finite() {
            return Err(self.problem("a number that is not finite"));
        }
        self.json += &serde_json::to_string(&value).map_err(|e| self.problem(e.to_string()))?;
        Ok(())
    }

    fn text(&mut self, length: u64) -> Result<(), String> {
        let left = self.left();
        if length > left as u64 {
            return Err(self.problem(format!("{length} bytes of text where {left} bytes are left")));
        }
        let text = std::str::from_utf8(self.take(length)?).map_err(|_| self.problem("a text that is not UTF-8"))?;
        self.json += &serde_json::to_string(text).map_err(|e| self.problem(e.to_string()))?;
        Ok(())
    }
}
