//! One row a year of a series.

use unjuran::series::{Coverage, Unit, Value};

use super::{exact, one, options, read, refuses, refuses_with, through};

/// A tidy table of these rows, with all the columns there are.
fn full(rows: &str) -> String {
    format!("unique_id,ds,y,y_lo,y_hi,period_end,share,unit,label,source\n{rows}")
}

#[test]
fn rows_of_a_series_come_in_any_order_and_mixed_with_others() {
    let panel = read("unique_id,ds,y\na,2017,3\nb,2015,9\na,2015,1\n");
    let names: Vec<&str> = panel.iter().map(unjuran::series::Series::name).collect();
    assert_eq!(names, ["a", "b"]);
    let a = panel.get("a").unwrap();
    assert_eq!(a.values(), [Value::Exact(1.0), Value::Missing, Value::Exact(3.0)]);
}

#[test]
fn other_columns_are_left_alone() {
    assert_eq!(one(",unique_id,region,ds,y,population 2015\n0,a,North,2015,1,7%\n").values(), exact(&[1.0]));
}

#[test]
fn years_may_be_dates_at_either_end_of_the_year_or_whole_floats() {
    let series = one("unique_id,ds,y\na,2015-01-01,1\na,2016-12-31,2\na,2017.0,3\n");
    assert_eq!(series.first_year().get(), 2015);
    assert_eq!(series.values(), exact(&[1.0, 2.0, 3.0]));
    refuses("unique_id,ds,y\na,2016-05-31,1\n", (2, "ds", "2016-05-31"), "period_end");
    refuses("unique_id,ds,y\na,43831,1\n", (2, "ds", "43831"), "Excel's day number for 2020-01-01");
    refuses("unique_id,ds,y\na,,1\n", (2, "ds", ""), "not a year");
}

#[test]
fn a_year_that_occurs_twice_is_refused_with_both_lines() {
    let text = "unique_id,ds,y\na,2015,1\nb,2015,1\na,2016,1\na,2015-12-31,1\n";
    refuses(text, (5, "ds", "2015-12-31"), "series \"a\" has already, on line 2");
}

#[test]
fn a_row_without_a_name_is_refused() {
    refuses("unique_id,ds,y\n ,2015,1\n", (2, "unique_id", ""), "every row names its series");
}

#[test]
fn a_period_end_before_the_years_end_makes_the_last_year_partial() {
    let series = one(&full("a,2022,9,,,,,,,\na,2023,4,,,2023-05-31,,,,\n"));
    assert_eq!(series.last_coverage(), Coverage::Through("2023-05-31".parse().unwrap()));
}

#[test]
fn a_period_end_on_the_last_day_is_a_full_year() {
    let series = one(&full("a,2022,9,,,2022-12-31,,,,\na,2023,4,,,2023-12-31,,,,\n"));
    assert_eq!(series.last_coverage(), Coverage::Full);
}

#[test]
fn a_partial_year_before_the_last_is_refused_where_its_end_is_said() {
    let text = full("a,2023,4,,,,,,,\na,2022,9,,,2022-05-31,,,,\n");
    refuses(&text, (3, "period_end", "2022-05-31"), "only the last year may be partial");
    refuses(&full("a,2022,9,,,,0.5,,,\na,2023,4,,,,,,,\n"), (2, "share", "0.5"), "2022 is partial but 2023 follows");
}

#[test]
fn a_period_end_in_another_year_is_refused() {
    refuses(&full("a,2022,9,,,2023-05-31,,,,\n"), (2, "period_end", "2023-05-31"), "does not lie in 2022");
    refuses(&full("a,2022,9,,,31/05/2023,,,,\n"), (2, "period_end", "31/05/2023"), "does not lie in 2022");
    refuses(&full("a,2023,9,,,2023-02-30,,,,\n"), (2, "period_end", "2023-02-30"), "not a date");
}

#[test]
fn a_period_end_may_be_written_day_month_year_where_it_is_one_day() {
    for day in ["31/05/2022", "31/5/2022", "31/05/2022 00:00:00"] {
        let series = one(&full(&format!("a,2021,7,,,,,,,\na,2022,9,,,{day},,,,\n")));
        assert_eq!(series.last_coverage().to_string(), "to 2022-05-31", "{day}");
    }
    let both = "may be 2022-06-05 or 2022-05-06: write the one that is meant";
    refuses(&full("a,2022,9,,,05/06/2022,,,,\n"), (2, "period_end", "05/06/2022"), both);
    refuses(&full("a,2022,9,,,31 May,,,,\n"), (2, "period_end", "31 May"), "YYYY-MM-DD");
}

#[test]
fn a_share_makes_the_year_partial_too() {
    assert_eq!(one(&full("a,2023,4,,,,0.41,,,\n")).last_coverage(), Coverage::Share(0.41));
    assert_eq!(one(&full("a,2023,4,,,,1,,,\n")).last_coverage(), Coverage::Full);
    refuses(&full("a,2023,4,,,,41,,,\n"), (2, "share", "41"), "not a share");
    refuses(&full("a,2023,4,,,2023-05-31,0.41,,,\n"), (2, "share", "0.41"), "once");
}

#[test]
fn a_star_needs_a_cut_off_date_and_the_error_says_how_to_give_one() {
    let text = "unique_id,ds,y\na,2022,9\na,2023*,4\n";
    refuses(text, (3, "ds", "2023*"), "give the option through, or a column period_end (a date) or share");
    let panel = unjuran::series::read_csv_text(text, "f.csv", &through("2023-05-31")).unwrap();
    assert_eq!(panel.get("a").unwrap().last_coverage().to_string(), "to 2023-05-31");
    refuses_with(text, &through("2022-05-31"), (3, "ds", "2023*"), "through = 2022-05-31 does not");
}

#[test]
fn what_the_row_says_of_its_star_goes_before_the_option() {
    let text = full("a,2023*,4,,,2023-04-10,,,,\nb,2023*,4,,,,,,,\n");
    let panel = unjuran::series::read_csv_text(text, "f.csv", &through("2023-05-31")).unwrap();
    assert_eq!(panel.get("a").unwrap().last_coverage().to_string(), "to 2023-04-10");
    assert_eq!(panel.get("b").unwrap().last_coverage().to_string(), "to 2023-05-31");
}

#[test]
fn a_cut_off_date_without_a_starred_year_is_not_forgotten_in_silence() {
    let text = "unique_id,ds,y\na,2023,4\n";
    refuses_with(text, &through("2023-05-31"), (1, "ds", "2023-05-31"), "write 2023* for the partial year");
}

#[test]
fn a_partial_year_needs_a_number() {
    refuses(&full("a,2023,,,,2023-05-31,,,,\n"), (2, "y", ""), "got - (");
    refuses(&full("a,2023,<5,,,2023-05-31,,,,\n"), (2, "y", "<5"), "partial year needs");
    refuses(&full("a,2023,-4,,,2023-05-31,,,,\n"), (2, "y", "-4"), "finite number from 0");
    refuses(&full("a,2023,4,,,2023-05-31,,rate,,\n"), (2, "period_end", "2023-05-31"), "rate of part of a year");
}

#[test]
fn bounds_in_place_of_a_value_are_a_masked_cell() {
    let series = one(&full("a,2022,,0,4,,,,,\na,2023,NA,3,3,,,,,\n"));
    assert_eq!(series.values(), [Value::Censored { lower: 0.0, upper: 4.0 }, Value::Exact(3.0)]);
}

#[test]
fn bounds_come_in_pairs_in_order_and_without_a_value() {
    refuses(&full("a,2022,,0,,,,,,\n"), (2, "y_lo", "0"), "needs both bounds");
    refuses(&full("a,2022,,,4,,,,,\n"), (2, "y_hi", "4"), "needs both bounds");
    refuses("unique_id,ds,y,y_lo\na,2022,,0\n", (2, "y_lo", "0"), "needs both bounds");
    refuses(&full("a,2022,3,0,4,,,,,\n"), (2, "y", "3"), "stands beside y_lo and y_hi");
    refuses(&full("a,2022,<5,0,4,,,,,\n"), (2, "y", "<5"), "stands beside y_lo and y_hi");
    refuses(&full("a,2022,,4,0,,,,,\n"), (2, "y_lo", "4"), "bounds 4..0");
    refuses(&full("a,2022,,<1,4,,,,,\n"), (2, "y_lo", "<1"), "not a number");
}

#[test]
fn below_five_is_for_whole_numbers() {
    let below = "unique_id,ds,y,unit\na,2022,<5,\na,2023,7,\n";
    assert_eq!(one(below).values()[0], Value::Censored { lower: 0.0, upper: 4.0 });
    refuses(&below.replace('7', "7.5"), (2, "y", "<5"), "the unit is amount");
    refuses(&below.replace("7,", "7,rate"), (2, "y", "<5"), "the unit is rate");
    assert_eq!(one("unique_id,ds,y\na,2022,<1\n").values(), exact(&[0.0]));
    refuses("unique_id,ds,y\na,2022,<0\n", (2, "y", "<0"), "whole number from 1");
}

#[test]
fn what_a_unit_forbids_is_refused_where_it_stands() {
    refuses("unique_id,ds,y,unit\na,2022,1,count\na,2023,-5,\n", (3, "y", "-5"), "-5 is not a count");
    refuses("unique_id,ds,y,unit\na,2022,1,count\na,2020,1.5,\n", (3, "y", "1.5"), "1.5 is not a count");
    refuses_with("unique_id,ds,y\na,2022,1.5\n", &options().unit(Unit::Count), (2, "y", "1.5"), "not a count");
    refuses("unique_id,ds,y\na,2022,1e200\n", (2, "y", "1e200"), "at most 1e150");
    refuses("unique_id,ds,y\na,2022,inf\n", (2, "y", "inf"), "finite");
}

#[test]
fn a_unit_is_said_once_a_series_or_more_often_alike() {
    let series = one(&full("a,2022,1,,,,,,,\na,2023,2,,,,,Rate,,\n"));
    assert_eq!(series.unit(), Unit::Rate);
    refuses(&full("a,2022,1,,,,,rate,,\na,2023,2,,,,,count,,\n"), (3, "unit", "count"), "the first is rate");
    refuses(&full("a,2022,1,,,,,persons,,\n"), (2, "unit", "persons"), "count, amount or rate");
    let said = options().unit(Unit::Count);
    refuses_with(&full("a,2022,1,,,,,rate,,\n"), &said, (2, "unit", "rate"), "contradicts the option unit = count");
}

#[test]
fn labels_and_sources_travel_with_the_series() {
    let series = one(&full("a,2022,1,,,,,,Cases,annex 1\na,2023,2,,,,,,,\n"));
    assert_eq!(series.label(), "Cases");
    let sources: Vec<Option<String>> = series.observations().map(|o| o.source).collect();
    assert_eq!(sources, [Some("annex 1".to_owned()), None]);
    let two = full("a,2022,1,,,,,,Cases,\na,2023,2,,,,,,Arrests,\n");
    refuses(&two, (3, "label", "Arrests"), "the first is \"Cases\"");
}
