//! The CBOR that this crate writes, and no other: checked from end to end before anything is built from it.
//!
//! Allowed are integers, texts, arrays and maps of a stated length, booleans, null, and finite numbers. Each head of an
//! array, map or text is compared with the bytes that are left, so that a length that lies is found before memory is asked
//! for; nesting is counted on a stack of at most [`DEEPEST`] numbers.

use super::DEEPEST;

/// Whether the bytes are one item and nothing else; if not, what is wrong and where.
pub(super) fn check(bytes: &[u8]) -> Result<(), String> {
    let mut reader = Reader { bytes, at: 0 };
    // Items still to come at each level.
    let mut open: Vec<u64> = vec![1];
    while let Some(left) = open.last_mut() {
        if *left == 0 {
            open.pop();
            continue;
        }
        *left -= 1;
        let inside = reader.item()?;
        if inside > 0 {
            if open.len() > DEEPEST {
                return Err(reader.problem(format!("more than {DEEPEST} levels of nesting")));
            }
            open.push(inside);
        }
    }
    let left = reader.left();
    if left > 0 { Err(reader.problem(format!("{left} bytes too many"))) } else { Ok(()) }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn problem(&self, what: impl Into<String>) -> String {
        format!("{} at byte {}", what.into(), self.at)
    }

    fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    fn take(&mut self, n: usize) -> Result<&[u8], String> {
        let taken = self.at.checked_add(n).and_then(|end| Some((self.bytes.get(self.at..end)?, end)));
        let Some((taken, end)) = taken else { return Err(self.problem("it ends inside a value")) };
        self.at = end;
        Ok(taken)
    }

    /// One head, and what it holds if that is no further item: how many items follow inside it.
    fn item(&mut self) -> Result<u64, String> {
        let head = self.take(1)?.first().copied().unwrap_or_default();
        let (major, short) = (head >> 5, head & 31);
        let argument = match short {
            0..=23 => u64::from(short),
            24..=27 => self.take(1 << (short - 24))?.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
            _ => return Err(self.problem("a length that is not stated")),
        };
        let left = self.left() as u64;
        let lies = |what: &str| self.problem(format!("{argument} {what} where {left} bytes are left"));
        match (major, short) {
            (0 | 1, _) | (7, 20..=22) => Ok(0),
            (3, _) if argument > left => Err(lies("bytes of text")),
            (3, _) => {
                let text = self.take(usize::try_from(argument).unwrap_or(usize::MAX))?;
                if std::str::from_utf8(text).is_ok() { Ok(0) } else { Err(self.problem("a text that is not UTF-8")) }
            }
            (4, _) if argument > left => Err(lies("items")),
            (4, _) => Ok(argument),
            (5, _) if argument > left / 2 => Err(lies("entries")),
            (5, _) => Ok(2 * argument),
            (7, 25..=27) if is_finite(short, argument) => Ok(0),
            (7, 25..=27) => Err(self.problem("a number that is not finite")),
            _ => Err(self.problem(format!("a value of a kind that is never written ({head:#04x})"))),
        }
    }
}

/// Whether the bits of a number of half, single or double width are those of a finite one.
fn is_finite(width: u8, bits: u64) -> bool {
    let (exponent, shift) = match width {
        25 => (0x1f, 10),
        26 => (0xff, 23),
        _ => (0x7ff, 52),
    };
    bits >> shift & exponent != exponent
}
