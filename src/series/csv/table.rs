//! From bytes to a header and rows, each with the line it begins on. What a cell means is not decided here.

use std::collections::HashSet;

use ::csv::{ByteRecord, ReaderBuilder, StringRecord};

use crate::error::{Error, Result};

/// The longest piece of a cell that an error repeats.
const SHOWN: usize = 80;

/// A table of trimmed cells: as many in every row as in the header.
#[derive(Debug)]
pub(super) struct Table {
    file: String,
    delimiter: u8,
    header_line: u64,
    header: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    line: u64,
    cells: StringRecord,
}

/// A cell below the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The row, from 0.
    pub(super) row: usize,
    /// The column, from 0.
    pub(super) column: usize,
}

impl Table {
    /// The table in `text`; `file` is how errors call it. Blank lines, and rows of nothing but delimiters, are no rows.
    pub(super) fn parse(text: &[u8], file: &str) -> Result<Self> {
        if text.starts_with(b"PK\x03\x04") {
            let problem =
                "this is an Excel workbook (or another zip archive) and no text: save the sheet as \"CSV UTF-8\"";
            return Err(Error::File { path: file.to_owned(), problem: problem.to_owned() });
        }
        let mut text = text;
        while let Some(rest) = text.strip_prefix(b"\xef\xbb\xbf") {
            text = rest;
        }
        let delimiter = delimiter(text);
        let lines = survey(text, delimiter).map_err(|slip| slip.into_error(file))?;
        let mut reader = ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text);
        let mut table = Self { file: file.to_owned(), delimiter, header_line: 1, header: Vec::new(), rows: Vec::new() };
        for (i, record) in reader.byte_records().enumerate() {
            let line = lines.get(i).or(lines.last()).copied().unwrap_or(1);
            let record = record.map_err(|e| Error::File { path: file.to_owned(), problem: e.to_string() })?;
            table.take(record, line)?;
        }
        if table.header.is_empty() {
            let column = "unique_id".to_owned();
            return Err(Error::MissingColumn { file: table.file, column, known: Vec::new() });
        }
        if table.rows.is_empty() {
            return Err(table.refuse_header(0, "is in the header, and no row follows it: a table has at least one row"));
        }
        Ok(table)
    }

    /// One record: the header if it is the first, a row otherwise.
    fn take(&mut self, record: ByteRecord, line: u64) -> Result<()> {
        let mut cells = StringRecord::from_byte_record(record).map_err(|error| {
            let at = error.utf8_error().field();
            let cell = error.into_byte_record().get(at).map(|c| String::from_utf8_lossy(c).into_owned());
            let problem = "is not UTF-8 text: save the table as \"CSV UTF-8\"";
            self.refusal(line, self.column_name(at), &cell.unwrap_or_default(), problem)
        })?;
        cells.trim();
        if cells.iter().all(str::is_empty) {
            return Ok(());
        }
        if self.header.is_empty() {
            self.header = cells.iter().map(str::to_owned).collect();
            self.header_line = line;
            return self.check_header();
        }
        let (got, needed) = (cells.len(), self.header.len());
        if got != needed {
            if self.rows.is_empty() {
                self.refuse_title()?;
            }
            let problem = format!("breaks the table: cells in this row {got}, in the header {needed}");
            let at = got.min(needed);
            return Err(self.refusal(line, self.column_name(at), cells.get(at).unwrap_or_default(), problem));
        }
        self.rows.push(Row { line, cells });
        Ok(())
    }

    fn check_header(&self) -> Result<()> {
        let mut seen = HashSet::new();
        for (column, name) in self.header.iter().enumerate() {
            if !name.is_empty() && !seen.insert(name) {
                return Err(self.refuse_header(column, "names two columns: every column has its own name"));
            }
        }
        Ok(())
    }

    /// A line that names no columns where the header should be: a title, or a spreadsheet's `sep=;`.
    pub(super) fn refuse_title(&self) -> Result<()> {
        let alone = self.header.iter().skip(1).all(String::is_empty);
        match self.header.first() {
            Some(first) if alone && !first.is_empty() => Err(self.refuse_header(
                0,
                "stands where the header should: it is the first line that is not blank and names the columns; leave out the lines above it",
            )),
            _ => Ok(()),
        }
    }

    /// Whether commas part the cells.
    pub(super) fn by_commas(&self) -> bool {
        self.delimiter == b','
    }

    /// Names of the columns; a column may lack one.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// The column of this name.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|h| h == name)
    }

    /// How many rows stand below the header.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The text of a cell.
    pub(super) fn cell(&self, at: Place) -> &str {
        self.rows.get(at.row).and_then(|row| row.cells.get(at.column)).unwrap_or_default()
    }

    /// The text of a cell that says something.
    pub(super) fn text(&self, row: usize, column: Option<usize>) -> Option<String> {
        let cell = self.cell(Place { row, column: column? });
        (!cell.is_empty()).then(|| cell.to_owned())
    }

    /// The line a row begins on, from 1.
    pub(super) fn line(&self, at: Place) -> u64 {
        self.rows.get(at.row).map_or(self.header_line, |row| row.line)
    }

    // why cold and never inlined: a table has some thirty refusals, and the wheel is to stay below 3 MB.
    /// An error about a cell.
    #[cold]
    #[inline(never)]
    pub(super) fn refuse(&self, at: Place, problem: impl Into<String>) -> Error {
        self.refusal(self.line(at), self.column_name(at.column), self.cell(at), problem)
    }

    /// An error about the head of a column.
    #[cold]
    #[inline(never)]
    pub(super) fn refuse_header(&self, column: usize, problem: impl Into<String>) -> Error {
        let name = self.column_name(column);
        self.refusal(self.header_line, name.clone(), &name, problem)
    }

    /// An error about an option that fits no cell.
    #[cold]
    #[inline(never)]
    pub(super) fn refuse_option(&self, column: usize, value: &str, problem: impl Into<String>) -> Error {
        self.refusal(self.header_line, self.column_name(column), value, problem)
    }

    /// A table that lacks this column.
    #[cold]
    #[inline(never)]
    pub(super) fn lacks(&self, column: &str) -> Error {
        Error::MissingColumn { file: self.file.clone(), column: column.to_owned(), known: self.header.clone() }
    }

    fn column_name(&self, column: usize) -> String {
        match self.header.get(column) {
            Some(name) if !name.is_empty() => name.clone(),
            _ => format!("column {}", column + 1),
        }
    }

    #[cold]
    #[inline(never)]
    fn refusal(&self, line: u64, column: String, value: &str, problem: impl Into<String>) -> Error {
        Error::Csv { file: self.file.clone(), line, column, value: shortened(value), problem: problem.into() }
    }
}

fn shortened(value: &str) -> String {
    match value.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}

/// Comma, semicolon or tab: the most frequent in the first line that is not blank, quoted parts aside; comma if none.
fn delimiter(text: &[u8]) -> u8 {
    const CANDIDATES: [u8; 3] = [b',', b';', b'\t'];
    let mut counts = [0_usize; 3];
    let mut quoted = false;
    for &byte in text.iter().skip_while(|b| matches!(b, b'\n' | b'\r')) {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if !quoted => CANDIDATES.iter().zip(&mut counts).for_each(|(&c, n)| *n += usize::from(c == byte)),
            _ => {}
        }
    }
    // why in reverse: of equals the last is the greatest, and the comma comes first.
    let best = CANDIDATES.into_iter().zip(counts).rev().max_by_key(|(_, count)| *count);
    best.map_or(b',', |(candidate, _)| candidate)
}

/// A slip in the quotes.
struct Slip {
    line: u64,
    column: usize,
    problem: &'static str,
}

impl Slip {
    fn into_error(self, file: &str) -> Error {
        let column = format!("column {}", self.column);
        Error::Csv {
            file: file.to_owned(),
            line: self.line,
            column,
            value: "\"".to_owned(),
            problem: self.problem.into(),
        }
    }
}

/// The line each record begins on.
///
// why not the reader's own position: it is taken before blank lines are skipped, so the line after one is named wrongly.
// why judge the quotes: the reader takes an open quote to the end of the file as one cell, and `"5"3` as 53.
fn survey(text: &[u8], delimiter: u8) -> std::result::Result<Vec<u64>, Slip> {
    #[derive(Clone, Copy, PartialEq)]
    enum At {
        Record,
        Cell,
        Plain,
        Quoted,
        Closed,
    }
    let (mut at, mut line, mut column, mut opened) = (At::Record, 1, 1, (1, 1));
    let mut lines = Vec::new();
    let mut previous = 0;
    for &byte in text {
        let ends_line = matches!(byte, b'\n' | b'\r');
        if at == At::Record && !ends_line {
            lines.push(line);
            column = 1;
            at = At::Cell;
        }
        at = match at {
            At::Quoted if byte == b'"' => At::Closed,
            At::Quoted => At::Quoted,
            At::Closed if byte == b'"' => At::Quoted,
            _ if ends_line => At::Record,
            _ if byte == delimiter => {
                column += 1;
                At::Cell
            }
            At::Closed => {
                let problem = "closes a quoted cell, and text follows it: double the quotes inside a quoted cell";
                return Err(Slip { line, column, problem });
            }
            At::Cell if byte == b'"' => {
                opened = (line, column);
                At::Quoted
            }
            _ => At::Plain,
        };
        line += u64::from(byte == b'\r' || (byte == b'\n' && previous != b'\r'));
        previous = byte;
    }
    if at == At::Quoted {
        let (line, column) = opened;
        return Err(Slip { line, column, problem: "opens a quoted cell that is never closed" });
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_most_frequent_one_of_the_first_line() {
        assert_eq!(delimiter(b"a,b;c,d\n;;;;"), b',');
        assert_eq!(delimiter(b"\r\n\"a, b, c\";2015;2016\n"), b';');
        assert_eq!(delimiter(b"a\tb\n"), b'\t');
        assert_eq!(delimiter(b"a\n"), b',');
        assert_eq!(delimiter(b""), b',');
    }

    #[test]
    fn lines_are_counted_past_blank_lines_and_quoted_line_ends() {
        let lines = survey(b"a,b\r\n\r\n\n1,\"x\ny\"\n3,4\r5,6", b',');
        assert_eq!(lines.ok(), Some(vec![1, 4, 6, 7]));
    }

    proptest::proptest! {
        #[test]
        fn the_survey_and_the_reader_see_the_same_records(text in "[ab,\"\r\n ]{0,40}") {
            if let Ok(lines) = survey(text.as_bytes(), b',') {
                let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
                assert_eq!(lines.len(), reader.byte_records().count());
            }
        }
    }

    #[test]
    fn a_row_of_delimiters_is_blank() {
        let table = Table::parse(b"a,b\n,\n1,2\n \n , \n", "f").unwrap();
        assert_eq!((table.len(), table.line(Place { row: 0, column: 0 })), (1, 3));
    }
}
