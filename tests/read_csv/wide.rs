//! One row a series, one column a year.

use unjuran::Error;
use unjuran::series::{Coverage, Unit, Value, read_csv, read_csv_text};

use super::{exact, one, options, read, refuses, refuses_with, through};

/// Figures of the 2023 statement, put into one table by hand; the `<5` stands for a published 2.
const ANNEX: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/annex_wide.csv");

#[test]
fn an_annex_is_read_as_it_was_published() {
    let panel = read_csv(ANNEX, &options()).unwrap();
    assert_eq!(panel.len(), 5);
    let cases = panel.get("trafficking_cases").unwrap();
    assert_eq!(cases.values(), exact(&[163.0, 463.0, 429.0, 302.0, 286.0, 165.0, 115.0, 139.0, 48.0]));
    assert_eq!(cases.label(), "Trafficking-in-persons cases");
    assert_eq!(cases.last_coverage(), Coverage::Through("2023-05-31".parse().unwrap()));
    assert_eq!(cases.observations().next().unwrap().source.unwrap(), "PDRM; KDN statement of 16 June 2023");
    let ipo = panel.get("victims_ipo").unwrap();
    assert_eq!(ipo.values()[..2], exact(&[1386.0, 3411.0]));
    assert_eq!(ipo.last_coverage().to_string(), "to 2023-05-29");
    let permissions = panel.get("work_permission_total").unwrap();
    let masked = Value::Censored { lower: 0.0, upper: 4.0 };
    assert_eq!(permissions.values()[..4], [Value::Missing, Value::Exact(9.0), masked, Value::Exact(1.0)]);
    assert_eq!(panel.get("ngo_allocation").unwrap().unit(), Unit::Amount);
}

#[test]
fn the_first_column_is_the_name_unless_one_is_called_so() {
    assert_eq!(read("Perkara,2015,2016\nKes,1,2\n").get("Kes").unwrap().values(), exact(&[1.0, 2.0]));
    assert_eq!(read("No.,unique_id,2015\n1,Kes,7\n").get("Kes").unwrap().values(), exact(&[7.0]));
    assert_eq!(read(",2015\nKes,7\n").get("Kes").unwrap().values(), exact(&[7.0]));
    for text in ["2015,2016\n1,2\n", "unit,2015\ncount,2\n"] {
        let error = read_csv_text(text, "f.csv", &options()).unwrap_err();
        assert!(matches!(error, Error::MissingColumn { column, .. } if column == "unique_id"));
    }
}

#[test]
fn a_column_that_numbers_the_rows_names_no_series() {
    let table = "Bil.,Negeri,2020,2021\n1,Johor,3,2\n2,Kedah,4,5\n3,Perlis,7,8\n";
    let problem = "numbers the rows, and \"Negeri\" beside it is text: leave it out, or say which column names the series (id_col=\"Negeri\")";
    refuses(table, (1, "Bil.", "Bil."), problem);
    let named = read_csv_text(table, "f.csv", &options().id_col("Negeri")).unwrap();
    assert_eq!(named.get("Kedah").unwrap().values(), exact(&[4.0, 5.0]));
    assert_eq!(read_csv_text(table, "f.csv", &options().id_col("Bil.")).unwrap().len(), 3);
    // with points, with a total below, and as a data frame numbers its rows
    refuses("No,Negeri,2020\n1.,Johor,3\n2.,Kedah,4\n,Jumlah,7\n", (1, "No", "No"), "numbers the rows");
    refuses(",Negeri,2020\n0,Johor,3\n1,Kedah,4\n", (1, "column 1", "column 1"), "numbers the rows");
    // codes that are not in order, a label, and numbers beside them are what they were
    for text in [
        "code,Negeri,2020\n2,Johor,3\n1,Kedah,4\n",
        "id,label,2020\n1,Johor,3\n2,Kedah,4\n",
        "ward,beds,2020\n1,20,3\n2,30,4\n",
    ] {
        assert_eq!(read(text).get("1").unwrap().values().len(), 1, "{text}");
    }
}

#[test]
fn years_stand_in_any_order_and_gaps_are_missing() {
    let series = one("name,2018,2015\na,3,1\n");
    assert_eq!(series.first_year().get(), 2015);
    assert_eq!(series.values(), [Value::Exact(1.0), Value::Missing, Value::Missing, Value::Exact(3.0)]);
    assert_eq!(one("name,2015.0,2016.0\na,3,1\n").values(), exact(&[3.0, 1.0]));
}

#[test]
fn a_starred_column_needs_a_cut_off_date() {
    let text = "name,2022,2023*\na,9,4\n";
    refuses(text, (2, "2023*", "4"), "give the option through, or a column period_end (a date) or share");
    let panel = read_csv_text(text, "f.csv", &through("2023-05-31")).unwrap();
    assert_eq!(panel.get("a").unwrap().last_coverage().to_string(), "to 2023-05-31");
    refuses_with(text, &through("2024-05-31"), (2, "2023*", "4"), "starred year 2023");
}

#[test]
fn period_end_and_share_speak_of_the_starred_year_or_of_the_last() {
    let panel = read("name,2022,2023*,period_end,share\na,9,4,2023-05-31,\nb,9,4,,0.25\nc,9,4,2023-12-31,\n");
    let covered = panel.iter().map(|s| s.last_coverage().to_string()).collect::<Vec<_>>();
    assert_eq!(covered, ["to 2023-05-31", "25% of the year", "the full year"]);
    let unstarred = one("name,2023,2022,period_end\na,4,9,2023-05-31\n");
    assert_eq!(unstarred.last_coverage().to_string(), "to 2023-05-31");
    refuses("name,2022,2023*,period_end\na,9,4,2022-05-31\n", (2, "period_end", "2022-05-31"), "not lie in 2023");
}

#[test]
fn a_dash_under_the_star_ends_the_series_with_the_year_before() {
    let series = one("name,2021,2022,2023*\na,8,9,-\n");
    assert_eq!((series.last_year().get(), series.last_coverage()), (2022, Coverage::Full));
    refuses("name,2022,2023*,period_end\na,9,-,31 May\n", (2, "period_end", "31 May"), "not a date");
    refuses("name,2023*\na,-\n", (2, "name", "a"), "empty");
    assert_eq!(one("name,2021,2022\na,8,-\n").values(), [Value::Exact(8.0), Value::Missing]);
}

#[test]
fn only_the_last_year_may_carry_a_star() {
    let text = "name,2022*,2023\na,9,4\n";
    refuses_with(text, &through("2022-05-31"), (2, "2022*", "9"), "2022 is partial but 2023 follows");
    refuses("name,2022*,2023*\na,9,4\n", (1, "2023*", "2023*"), "second starred year");
}

#[test]
fn a_year_in_two_columns_is_refused() {
    refuses("name,2015,2015.0\na,1,2\n", (1, "2015.0", "2015.0"), "has a column already, \"2015\"");
    refuses("name,2023,2023*\na,1,2\n", (1, "2023*", "2023*"), "has a column already, \"2023\"");
    refuses("name,2023,2023\na,1,2\n", (1, "2023", "2023"), "two columns");
}

#[test]
fn a_year_in_another_spelling_is_not_left_out_in_silence() {
    for head in ["2017p", "2017/18", "FY2017", "17", "2017**", "0000"] {
        refuses(&format!("name,2016,{head}\na,1,2\n"), (1, head, head), "not written as one");
    }
    // where every year has a footnote too
    refuses("name,2019 (1),2020[2]\na,1,2\n", (1, "2019 (1)", "2019 (1)"), "may be a year");
    // as a spreadsheet keeps days, where all of them are so and where one is
    let day = "not written as one (it looks like Excel's day number for 2020-01-01)";
    refuses("name,43831,44197\na,1,2\n", (1, "43831", "43831"), day);
    refuses("name,2019,43831\na,1,2\n", (1, "43831", "43831"), day);
    refuses("name,2016,\na,1,2\n", (2, "column 3", "2"), "without a name");
    assert_eq!(one("name,region,2016,Total,\na,North,1,x%,\n").values(), exact(&[1.0]));
}

#[test]
fn a_note_under_the_table_is_no_series() {
    let note = "Source: PDRM";
    refuses(&format!("name,2015,2016\na,1,2\n{note},,\n"), (3, "name", note), "without a cell under any year");
    assert_eq!(read("name,2015,2016\na,1,2\nb,-,\n").get("b").unwrap().values(), [Value::Missing, Value::Missing]);
}

#[test]
fn a_name_on_two_rows_is_refused_with_both_lines() {
    refuses("name,2016\na,1\nb,1\na,2\n", (4, "name", "a"), "this one and line 2");
    refuses("name,2016\n,1\n", (2, "name", ""), "every row names its series");
}

#[test]
fn a_cell_is_refused_under_its_year() {
    refuses("name,2015,2016\na,1,2%\n", (2, "2016", "2%"), "percent sign");
    refuses("name,unit,2015,2016\na,count,1,-2\n", (2, "2016", "-2"), "not a count");
    refuses("name,2015,2016\na,1,48*\n", (2, "2016", "48*"), "the star of a partial year stands at the year");
}
