//! The binary form: a header, and the data as CBOR.
//!
//! ```text
//! 8 bytes   "\x89unjuran"
//! 4 bytes   version, little-endian
//! 1 byte    length of the type, then the type in UTF-8
//! 8 bytes   length of the data, little-endian
//! 32 bytes  SHA-256 of the data
//!           the data
//! ```
//!
//! Numbers keep their bits.

use std::fmt::Display;

use sha2::{Digest as _, Sha256};

use super::{Persist, VERSION, brief, cbor, known, small_enough};
use crate::error::{Error, Result};
use crate::json;

/// The first byte is no text, so that no editor takes the file for one.
const MAGIC: &[u8; 8] = b"\x89unjuran";

pub(super) fn write<T: Persist>(value: &T) -> Result<Vec<u8>> {
    let text = serde_json::to_string(value).map_err(|e| refused::<T>(e))?;
    let data = cbor::of_json(&text).map_err(|e| refused::<T>(e))?;
    let mut bytes = Vec::with_capacity(data.len() + T::TYPE.len() + 53);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.push(u8::try_from(T::TYPE.len()).map_err(|e| refused::<T>(e))?);
    bytes.extend_from_slice(T::TYPE.as_bytes());
    bytes.extend_from_slice(&(data.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&Sha256::digest(&data));
    bytes.extend_from_slice(&data);
    small_enough(T::TYPE, bytes.len())?;
    Ok(bytes)
}

pub(super) fn read<T: Persist>(bytes: &[u8]) -> Result<T> {
    small_enough(T::TYPE, bytes.len())?;
    let cut = || refused::<T>(format_args!("it ends after {} bytes, inside its header", bytes.len()));
    let (magic, rest) = bytes.split_first_chunk::<8>().ok_or_else(cut)?;
    if magic != MAGIC {
        return Err(refused::<T>("it does not begin as one"));
    }
    let (version, rest) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
    known(T::TYPE, u32::from_le_bytes(*version).into())?;
    let (length, rest) = rest.split_first().ok_or_else(cut)?;
    let (kind, rest) = rest.split_at_checked(usize::from(*length)).ok_or_else(cut)?;
    if kind != T::TYPE.as_bytes() {
        return Err(refused::<T>(format_args!("it is a stored {}", brief(&String::from_utf8_lossy(kind)))));
    }
    let (length, rest) = rest.split_first_chunk::<8>().ok_or_else(cut)?;
    let (digest, data) = rest.split_first_chunk::<32>().ok_or_else(cut)?;
    let length = u64::from_le_bytes(*length);
    if length != data.len() as u64 {
        return Err(refused::<T>(format_args!("{length} bytes of data are said to follow, {} do", data.len())));
    }
    if Sha256::digest(data).as_slice() != digest {
        return Err(refused::<T>("its data are not those that were written: the SHA-256 is another"));
    }
    let text = cbor::to_json(data).map_err(|e| refused::<T>(e))?;
    json::from_str(&text).map_err(|e| refused::<T>(e))
}

fn refused<T: Persist>(problem: impl Display) -> Error {
    Error::BadBytes { expected: T::TYPE.to_owned(), problem: brief(&problem.to_string()) }
}
