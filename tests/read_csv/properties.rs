//! What holds for every table.

use std::collections::BTreeMap;

use proptest::prelude::*;
use unjuran::Error;
use unjuran::series::{Coverage, Date, Observation, Panel, Series, Unit, Value, Year, read_csv_text};

use super::{options, through};

/// A series as it is written down.
#[derive(Clone, Debug)]
struct Row {
    label: Option<String>,
    source: Option<String>,
    unit: Option<Unit>,
    values: Vec<Value>,
    coverage: Coverage,
}

impl Row {
    fn series(&self, name: &str, start: i32) -> Option<Series> {
        let last = self.values.len() - 1;
        let observations = self.values.iter().enumerate().map(|(i, &value)| Observation {
            year: Year::new(i64::from(start) + i64::try_from(i).unwrap()).unwrap(),
            value,
            coverage: if i == last { self.coverage } else { Coverage::Full },
            source: self.source.clone(),
        });
        let series = Series::from_observations(name, observations.collect()).ok()?;
        let series = if let Some(unit) = self.unit { series.with_unit(unit).ok()? } else { series };
        Some(if let Some(label) = &self.label { series.with_label(label.as_str()) } else { series })
    }

    /// Coverage as the two columns `period_end` and `share`; a full year says its last day.
    fn covered(&self, year: i32) -> [String; 2] {
        match self.coverage {
            Coverage::Full => [format!("{year:04}-12-31"), String::new()],
            Coverage::Through(date) => [date.to_string(), String::new()],
            Coverage::Share(share) => [String::new(), share.to_string()],
        }
    }
}

fn text() -> impl Strategy<Value = String> {
    "[a-z,;\t\"'\r\n é<*-]{1,8}".prop_map(|t| t.trim().to_owned()).prop_filter("blank", |t| !t.is_empty())
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => (0_u32..5000).prop_map(|y| Value::Exact(f64::from(y))),
        1 => (-1e9..1e9_f64).prop_map(Value::Exact),
        1 => any::<f64>().prop_filter("too large", |y| y.abs() <= 1e150).prop_map(|y| Value::Exact(y + 0.0)),
        1 => (0_u32..50, 0_u32..50).prop_map(|(a, b)| Value::Censored { lower: f64::from(a), upper: f64::from(a + b) }),
        1 => Just(Value::Missing),
    ]
}

fn coverage(year: i32) -> impl Strategy<Value = Coverage> {
    prop_oneof![
        2 => Just(Coverage::Full),
        1 => (1..=12, 1..=28).prop_map(move |(m, d)| {
            Coverage::Through(format!("{year:04}-{m:02}-{d:02}").parse::<Date>().unwrap())
        }),
        1 => (0.01..1.0).prop_map(Coverage::Share),
    ]
}

/// The first year and named rows over the same years, every one a series.
fn panels() -> impl Strategy<Value = (i32, BTreeMap<String, Row>)> {
    let unit = prop::option::of(prop::sample::select(vec![Unit::Count, Unit::Amount, Unit::Rate]));
    (1_i32..9900, 1_usize..6).prop_flat_map(move |(start, years)| {
        let last = start + i32::try_from(years).unwrap() - 1;
        let values = prop::collection::vec(value(), years);
        let row = (prop::option::of(text()), prop::option::of(text()), unit.clone(), values, coverage(last))
            .prop_map(|(label, source, unit, values, coverage)| Row { label, source, unit, values, coverage })
            .prop_map(move |row| {
                // A row that is no series is made one: its last year full, its unit unsaid.
                if row.series("s", start).is_some() { row } else { Row { unit: None, coverage: Coverage::Full, ..row } }
            });
        prop::collection::btree_map(text(), row, 1..5).prop_map(move |rows| (start, rows))
    })
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n', ';', '\t']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

fn line(cells: &[String], delimiter: &str) -> String {
    cells.iter().map(|c| quoted(c)).collect::<Vec<_>>().join(delimiter) + "\n"
}

fn or_empty(unit: Option<Unit>) -> String {
    unit.map_or_else(String::new, |u| u.to_string())
}

/// Thousands parted by commas, where the number is whole and short.
fn spelled(y: f64) -> String {
    let plain = y.to_string();
    if (1000.0..1e6).contains(&y) && !plain.contains('.') {
        let cut = plain.len() - 3;
        return format!("{},{}", &plain[..cut], &plain[cut..]);
    }
    plain
}

fn tidy(start: i32, rows: &BTreeMap<String, Row>, delimiter: &str) -> String {
    let head = ["unique_id", "ds", "y", "y_lo", "y_hi", "period_end", "share", "unit", "label", "source"];
    let mut out = line(&head.map(str::to_owned), delimiter);
    for (name, row) in rows {
        for (year, value) in (start..).zip(&row.values) {
            let [y, lower, upper] = match *value {
                Value::Exact(y) => [spelled(y), String::new(), String::new()],
                Value::Censored { lower, upper } => [String::new(), lower.to_string(), upper.to_string()],
                Value::Missing => [String::new(), String::new(), String::new()],
            };
            let last = year - start + 1 == i32::try_from(row.values.len()).unwrap();
            let [end, share] = if last { row.covered(year) } else { [String::new(), String::new()] };
            let about =
                [or_empty(row.unit), row.label.clone().unwrap_or_default(), row.source.clone().unwrap_or_default()];
            let cells = [name.clone(), year.to_string(), y, lower, upper, end, share].into_iter().chain(about);
            out += &line(&cells.collect::<Vec<_>>(), delimiter);
        }
    }
    out
}

fn wide(start: i32, rows: &BTreeMap<String, Row>, delimiter: &str, starred: bool) -> String {
    let count = rows.values().next().map_or(0, |row| row.values.len());
    let years: Vec<i32> = (start..).take(count).collect();
    let mut head = ["unique_id", "unit", "label", "source"].map(str::to_owned).to_vec();
    head.extend(years.iter().map(|y| format!("{y:04}")));
    if starred {
        *head.last_mut().unwrap() += "*";
    }
    head.extend(["period_end", "share"].map(str::to_owned));
    let mut out = line(&head, delimiter);
    for (name, row) in rows {
        let about = [or_empty(row.unit), row.label.clone().unwrap_or_default(), row.source.clone().unwrap_or_default()];
        let cells = row.values.iter().map(|value| match *value {
            Value::Exact(y) => spelled(y),
            Value::Censored { lower, upper } => format!("{lower}–{upper}"),
            Value::Missing => "-".to_owned(),
        });
        let covered = row.covered(*years.last().unwrap());
        let all = [name.clone()].into_iter().chain(about).chain(cells).chain(covered);
        out += &line(&all.collect::<Vec<_>>(), delimiter);
    }
    out
}

/// Text made of the pieces that tables are made of: random bytes alone seldom get past the header.
fn scraps() -> impl Strategy<Value = String> {
    let pieces = [
        "unique_id",
        "ds",
        "y",
        "y_lo",
        "y_hi",
        "period_end",
        "share",
        "unit",
        "label",
        "source",
        "2015",
        "2016",
        "2023*",
        "a",
        "b",
        "-",
        "",
        "1,386",
        "<5",
        "<",
        "≤4",
        "1–4",
        "0..4",
        "5%",
        "(5)",
        "inf",
        "NaN",
        "1e999",
        "-0",
        "count",
        "rate",
        "2023-05-31",
        "\"",
        "\u{a0}",
        "\u{feff}",
        ",",
        ",",
        ",",
        ",",
        ";",
        "\t",
        "\n",
        "\n",
        "\r\n",
        "é",
        "9999",
        "0.5",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..60).prop_map(|parts| parts.concat())
}

fn is_typed(result: &Result<Panel, Error>) -> bool {
    matches!(result, Ok(_) | Err(Error::Csv { .. } | Error::MissingColumn { .. }))
}

proptest! {
    #[test]
    fn any_bytes_give_a_panel_or_a_typed_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(is_typed(&read_csv_text(&bytes, "f.csv", &options())));
    }

    #[test]
    fn any_scraps_of_tables_give_a_panel_or_a_typed_error(
        head in prop::sample::select(vec!["", "unique_id,ds,y,y_lo,y_hi\n", "unique_id,ds,y,period_end,unit\n", "name,2022,2023*,unit\n"]),
        scraps in scraps(),
    ) {
        let text = format!("{head}{scraps}");
        prop_assert!(is_typed(&read_csv_text(&text, "f.csv", &options())));
        prop_assert!(is_typed(&read_csv_text(&text, "f.csv", &through("2023-05-31"))));
    }

    #[test]
    fn any_cell_is_read_or_refused_where_it_stands(cell in "[-+0-9<>=.,eE%() *–≤a-z\u{a0}]{0,9}") {
        let text = format!("unique_id;ds;y\na;2015;\"{cell}\"\n");
        match read_csv_text(&text, "f.csv", &options()) {
            Ok(panel) => prop_assert_eq!(panel.len(), 1),
            Err(Error::Csv { line, column, value, .. }) => {
                prop_assert_eq!((line, column.as_str(), value.as_str()), (2, "y", cell.trim()));
            }
            Err(other) => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn a_panel_written_in_either_shape_reads_back_equal(
        (start, rows) in panels(),
        delimiter in prop::sample::select(vec![",", ";", "\t"]),
        starred in any::<bool>(),
    ) {
        let panel: Vec<Series> = rows.iter().map(|(name, row)| row.series(name, start).unwrap()).collect();
        let read = |text: String| -> Vec<Series> {
            let panel = read_csv_text(&text, "f.csv", &options()).unwrap_or_else(|error| panic!("{error}\n{text}"));
            panel.as_slice().to_vec()
        };
        prop_assert_eq!(&read(tidy(start, &rows, delimiter)), &panel);
        prop_assert_eq!(&read(wide(start, &rows, delimiter, starred)), &panel);
    }
}
