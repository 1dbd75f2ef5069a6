//! The Malaysian figures that ship with the package, read as a user would read them.

// why here: the lints know test functions, not the helpers beside them.
#![allow(clippy::unwrap_used)]

use unjuran::series::{Coverage, CsvOptions, Panel, Series, Unit, Value, read_csv};

/// One file for the package and for this test: the crate itself does not carry it.
const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python/unjuran/datasets/malaysia.csv");

fn panel() -> Panel {
    read_csv(TABLE, &CsvOptions::default()).unwrap()
}

#[test]
fn every_series_and_row_is_there() {
    let panel = panel();
    assert_eq!(panel.len(), 75);
    let rows = std::fs::read_to_string(TABLE).unwrap().lines().count() - 1;
    assert_eq!(rows, 244);
    // One year is not in the table: the recommendations of 2023 and 2025 leave 2024 out.
    let years: usize = panel.iter().map(|s| s.values().len()).sum();
    assert_eq!(years, rows + 1);
    let sourced = panel.iter().flat_map(Series::observations).filter(|o| o.source.is_some()).count();
    assert_eq!(sourced, rows);
}

#[test]
fn trafficking_cases_are_the_published_ones() {
    let panel = panel();
    let cases = panel.get("trafficking_cases").unwrap();
    let published = [163.0, 463.0, 429.0, 302.0, 286.0, 165.0, 115.0, 139.0, 48.0].map(Value::Exact);
    assert_eq!((cases.first_year().get(), cases.values()), (2015, published.as_slice()));
    assert_eq!((cases.unit(), cases.label()), (Unit::Count, "Trafficking-in-persons cases"));
    let last = cases.observations().last().unwrap();
    assert_eq!(last.coverage.to_string(), "to 2023-05-31");
    let source = "D3 ATIPSOM, JSJ, Bukit Aman, PDRM; KDN statement of 16 June 2023 (001_35b5a14a43f8c518.txt); published as 2023*: up to 31 May 2023";
    assert_eq!(last.source.as_deref(), Some(source));
}

#[test]
fn the_twenty_long_series_end_in_2023_on_the_day_their_agency_counted_to() {
    let panel = panel();
    let long: Vec<_> = panel.iter().filter(|s| s.values().len() >= 8).collect();
    assert_eq!(long.len(), 20);
    for series in long {
        let day = match series.name() {
            name if name.starts_with("convictions_") => "2023-04-10",
            "victims_ipo" | "victims_po" => "2023-05-29",
            _ => "2023-05-31",
        };
        assert_eq!(series.last_coverage(), Coverage::Through(day.parse().unwrap()), "{}", series.name());
    }
}

#[test]
fn the_first_halves_of_2021_are_one_partial_row_each() {
    let panel = panel();
    let halves: Vec<_> = panel.iter().filter(|s| s.name().ends_with("_h1")).collect();
    assert_eq!(halves.len(), 5);
    for series in halves {
        assert_eq!((series.values().len(), series.last_coverage().to_string()), (1, "to 2021-06-30".to_owned()));
    }
    let partial = panel.iter().filter(|s| s.last_coverage().is_partial()).count();
    assert_eq!(partial, 25);
}

#[test]
fn april_to_march_years_are_full_and_say_so() {
    let panel = panel();
    let ipo = panel.get("ustip_victims_ipo").unwrap();
    assert_eq!((ipo.first_year().get(), ipo.values()), (2021, [373.0, 510.0].map(Value::Exact).as_slice()));
    for series in panel.iter().filter(|s| s.name().starts_with("ustip_")) {
        assert_eq!(series.last_coverage(), Coverage::Full);
        assert!(series.label().ends_with(", April-March"), "{}", series.label());
    }
}

#[test]
fn money_is_an_amount_changes_and_tiers_are_rates_and_the_rest_counts() {
    let panel = panel();
    let of = |unit| panel.iter().filter(|s| s.unit() == unit).count();
    // 12 published percent changes and the tier; 5 allocations by calendar year and 2 by reporting period.
    assert_eq!((of(Unit::Rate), of(Unit::Amount), of(Unit::Count)), (13, 7, 55));
    assert_eq!(panel.get("tip_report_malaysia_tier").unwrap().values()[4], Value::Missing);
    let shut = panel.get("ngo_allocation_shut").unwrap();
    assert_eq!(shut.values(), [Value::Missing, Value::Exact(96800.0)]);
}
