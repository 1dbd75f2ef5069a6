//! JSON in its envelope.

use std::fmt::Display;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::{Persist, VERSION, brief, known, small_enough};
use crate::error::{Error, Result};
use crate::json;

const FORMAT: &str = "unjuran";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<T> {
    format: String,
    version: u64,
    #[serde(rename = "type")]
    kind: String,
    data: T,
}

pub(super) fn write<T: Persist>(value: &T) -> Result<String> {
    let envelope =
        Envelope { format: FORMAT.to_owned(), version: VERSION.into(), kind: T::TYPE.to_owned(), data: value };
    let text = serde_json::to_string(&envelope).map_err(|e| refused(T::TYPE, e))?;
    small_enough(T::TYPE, text.len())?;
    Ok(text)
}

pub(super) fn read<T: Persist>(text: &str) -> Result<T> {
    small_enough(T::TYPE, text.len())?;
    // why twice: a later version may have other data; its number must be read before them. The first pass keeps nothing.
    let header: Envelope<IgnoredAny> = json::from_str(text).map_err(|e| refused(T::TYPE, e))?;
    if header.format != FORMAT {
        return Err(refused(T::TYPE, format_args!("format is {:?}, not {FORMAT:?}", brief(&header.format))));
    }
    known(T::TYPE, header.version)?;
    if header.kind != T::TYPE {
        return Err(refused(T::TYPE, format_args!("it is a stored {}", brief(&header.kind))));
    }
    let envelope: Envelope<T> = json::from_str(text).map_err(|e| refused(T::TYPE, e))?;
    Ok(envelope.data)
}

fn refused(expected: &str, problem: impl Display) -> Error {
    Error::BadJson { expected: expected.to_owned(), problem: brief(&problem.to_string()) }
}
