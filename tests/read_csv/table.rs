//! Bytes, lines, delimiters, headers.

use unjuran::Error;
use unjuran::series::{CsvOptions, Unit, read_csv, read_csv_text};

use super::{exact, one, options, read, refuses, refuses_with};

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_no_data() {
    let series = one("\u{feff}unique_id,ds,y\r\na,2015,1\r\na,2016,2\r\n");
    assert_eq!(series.values(), exact(&[1.0, 2.0]));
}

#[test]
fn old_line_ends_are_line_ends() {
    assert_eq!(one("unique_id,ds,y\ra,2015,1\ra,2016,2").values(), exact(&[1.0, 2.0]));
    refuses("unique_id,ds,y\ra,2015,1\ra,2016,x", (3, "y", "x"), "not a number");
}

#[test]
fn blank_lines_are_no_rows_and_are_counted() {
    let text = "\n\nunique_id,ds,y\n\na,2015,1\n,,\n   \na,2016,x\n";
    refuses(text, (8, "y", "x"), "not a number");
    assert_eq!(one(&text.replace('x', "2")).values(), exact(&[1.0, 2.0]));
}

#[test]
fn a_quoted_line_end_does_not_shift_the_lines() {
    refuses("unique_id,ds,y,note\na,2015,1,\"two\nlines\"\na,2016,x,\n", (4, "y", "x"), "not a number");
}

#[test]
fn quoted_cells_hold_delimiters_and_quotes() {
    let panel = read("unique_id,ds,y\n\"a, \"\"b\"\"\",2015,\"1,386\"\n");
    assert_eq!(panel.get("a, \"b\"").unwrap().values(), exact(&[1386.0]));
}

#[test]
fn semicolons_and_tabs_are_recognised_from_the_header() {
    for mark in [";", "\t"] {
        let text = format!("unique_id{mark}ds{mark}y\na{mark}2015{mark}1,386\n");
        assert_eq!(one(&text).values(), exact(&[1386.0]));
    }
}

#[test]
fn a_decimal_comma_is_refused_and_not_read_as_thousands() {
    refuses("unique_id;ds;y\na;2015;13,86\n", (2, "y", "13,86"), "the decimal sign is a point");
}

#[test]
fn a_row_of_another_length_is_refused_with_its_line() {
    let header = "unique_id,ds,y";
    refuses(&format!("{header}\na,2015,1\na,2016\n"), (3, "y", ""), "cells in this row 2, in the header 3");
    refuses(&format!("{header}\na,2015,1,386\n"), (2, "column 4", "386"), "cells in this row 4, in the header 3");
    refuses(&format!("{header}\na,2015,1\n* to 31 May\n"), (3, "ds", ""), "breaks the table");
}

#[test]
fn a_line_above_the_header_is_told_from_the_header() {
    let problem = "stands where the header should";
    for mark in [",", ";", "\t"] {
        let table = format!("name{mark}2015{mark}2016\na{mark}1{mark}2\n");
        refuses(&format!("Table 3\n{table}"), (1, "Table 3", "Table 3"), problem);
        refuses(&format!("\nTable 3{mark}{mark}\n{table}"), (2, "Table 3", "Table 3"), problem);
    }
    refuses("sep=;\nunique_id;ds;y\na;2015;1\n", (1, "sep=", "sep="), problem);
}

#[test]
fn points_that_may_part_thousands_are_refused_unless_the_unit_is_said() {
    let problem = "may be 1115 with a point between groups of three digits";
    refuses("name;2015;2016;2017\na;1.115;2.300;165\n", (2, "2015", "1.115"), problem);
    refuses("unique_id;ds;y\na;2015;165\na;2016;1.115\n", (3, "y", "1.115"), problem);
    for text in
        ["name;unit;2015;2016\na;amount;1.115;165\n", "name;2015;2016\na;1.11;165\n", "name;2015;2016\na;0.115;1\n"]
    {
        assert!(one(text).values()[0].exact().unwrap() < 2.0, "{text}");
    }
    // a whole number of four digits shows that thousands are not parted, and commas part cells where points are decimal
    for text in ["name;2015;2016\na;1.115;1650\n", "name,2015,2016\na,1.115,165\n", "name,2015,2016\na,1.115,2.300\n"] {
        assert_eq!(one(text).values()[0].exact(), Some(1.115), "{text}");
    }
}

#[test]
fn points_that_may_part_thousands_are_looked_for_in_the_whole_file() {
    let problem = "may be 1204 with a point between groups of three digits";
    let table = "Negeri;2018;2019\nPulau Pinang;1.204;1.115\nPerlis;98;120\nJumlah;1.302;1.235\n";
    refuses(table, (2, "2018", "1.204"), problem);
    refuses_with(table, &options().id_col("Negeri"), (2, "2018", "1.204"), "say the unit (amount or rate)");
    let amounts = read_csv_text(table, "f.csv", &options().unit(Unit::Amount)).unwrap();
    assert_eq!(amounts.get("Jumlah").unwrap().values(), exact(&[1.302, 1.235]));
    // all with three digits after the point, and with no short number beside them
    refuses("name\t2018\t2019\na\t1.204\t-\nb\t-\t12.115\n", (2, "2018", "1.204"), problem);
    refuses("name;2018;2019\na;1.204;1.115\nb;1650;2000\n", (2, "2018", "1.204"), problem);
    // a number with fewer digits after its point shows the decimal sign, in whichever row; a row with a unit says its own
    assert_eq!(read("name;2018;2019\na;1.204;1.115\nb;0.98;12\n").len(), 2);
    assert_eq!(read("name;unit;2018;2019\na;rate;1.204;1.115\nb;;98;120\n").len(), 2);
}

#[test]
fn two_columns_of_one_name_are_refused() {
    refuses("unique_id,ds,y,y\na,2015,1,2\n", (1, "y", "y"), "two columns");
}

#[test]
fn an_empty_file_lacks_every_column() {
    for text in ["", "\n\n", "\u{feff}", ",,\n"] {
        let error = read_csv_text(text, "f.csv", &options()).unwrap_err();
        let column = "unique_id".to_owned();
        assert_eq!(error, Error::MissingColumn { file: "f.csv".into(), column, known: vec![] });
    }
}

#[test]
fn a_header_without_rows_is_refused() {
    refuses("unique_id,ds,y\n", (1, "unique_id", "unique_id"), "no row follows");
    refuses("name,2015,2016\n,,\n", (1, "name", "name"), "no row follows");
}

#[test]
fn columns_of_neither_shape_are_listed() {
    let error = read_csv_text("unique_id,year,y\na,2015,1\n", "f.csv", &options()).unwrap_err();
    let known = ["unique_id", "year", "y"].map(str::to_owned).to_vec();
    assert_eq!(error, Error::MissingColumn { file: "f.csv".into(), column: "ds".into(), known });
}

#[test]
fn both_shapes_at_once_are_refused() {
    refuses("unique_id,ds,y,2016\na,2015,1,2\n", (1, "2016", "2016"), "tidy");
}

#[test]
fn text_in_another_encoding_is_refused_where_it_stands() {
    let error = read_csv_text(b"unique_id,ds,y\na,2015,1\xa0386\n", "f.csv", &options()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "f.csv, line 2, column \"y\": \"1\u{fffd}386\" is not UTF-8 text: save the table as \"CSV UTF-8\""
    );
    assert!(read_csv_text(b"\xff\xfeu\0n\0i\0", "f.csv", &options()).is_err());
}

#[test]
fn a_workbook_is_told_from_text() {
    let error = read_csv_text(b"PK\x03\x04\x14\0\x06\0", "annex.xlsx", &options()).unwrap_err();
    let told =
        "annex.xlsx: this is an Excel workbook (or another zip archive) and no text: save the sheet as \"CSV UTF-8\"";
    assert_eq!(error.to_string(), told);
}

#[test]
fn a_quote_that_is_never_closed_swallows_no_rows() {
    refuses("unique_id,ds,y,note\na,2015,1,\"open\na,2016,2,\n", (2, "column 4", "\""), "never closed");
    refuses("unique_id,ds,y\na,2015,\"5\"3\n", (2, "column 3", "\""), "text follows");
}

#[test]
fn a_long_cell_is_cut_in_the_error() {
    let text = format!("unique_id,ds,y\na,2015,{}\n", "é".repeat(500));
    let error = read_csv_text(text, "f.csv", &options()).unwrap_err();
    assert!(matches!(error, Error::Csv { value, .. } if value.chars().count() == 81));
}

#[test]
fn columns_have_the_names_that_the_options_say() {
    let options = CsvOptions::default().id_col("country").time_col("year").target_col("share");
    let text = "country,year,share\nMY,2015,3\nMY,2016,4\n";
    let panel = read_csv_text(text, "f.csv", &options).unwrap();
    assert_eq!(panel.get("MY").unwrap().values(), exact(&[3.0, 4.0]));
    let twice = CsvOptions::default().time_col("y");
    assert!(matches!(read_csv_text(text, "f.csv", &twice), Err(Error::BadParameter { .. })));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = read_csv("no/such/file.csv", &options()).unwrap_err();
    assert!(matches!(error, Error::File { path, .. } if path == "no/such/file.csv"));
}
