//! From a published table to a fan chart, in Rust.
//!
//! ```sh
//! cargo run --example forecast                          # the Malaysian cases below
//! cargo run --example forecast -- TABLE.csv SERIES 5    # your own table
//! ```
//!
//! Prints the forecast and writes the fan chart beside it as `fan.svg`.

use std::error::Error;

use unjuran::forecast::SvgStyle;
use unjuran::series::{CsvOptions, Horizon, Series, read_csv, read_csv_text};

/// As published: a row a series, a column a year; the starred year goes to its cut-off date.
const TABLE: &str = "\
unique_id,label,2015,2016,2017,2018,2019,2020,2021,2022,2023*,period_end
trafficking_cases,Trafficking-in-persons cases,163,463,429,302,286,165,115,139,48,2023-05-31
";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let panel = match arguments.first() {
        Some(path) => read_csv(path, &CsvOptions::default())?,
        None => read_csv_text(TABLE, "example", &CsvOptions::default())?,
    };
    let series: &Series = match arguments.get(1) {
        Some(name) => panel.get(name)?,
        None => panel.iter().next().ok_or("the table has no series")?,
    };
    let horizon = Horizon::years(arguments.get(2).map_or(Ok(5), |h| h.parse())?)?;

    let forecast = unjuran::forecast(series, horizon)?;
    let band = forecast.interval(80.0)?;
    let mut lines = vec![
        format!("{} by {}", series.label(), forecast.model()),
        format!("{:>6} {:>10} {:>10} {:>10}", "year", "median", "80% from", "to"),
    ];
    for (i, year) in forecast.years().iter().enumerate() {
        let median = forecast.median()[i];
        lines.push(format!("{year:>6} {median:>10.0} {:>10.0} {:>10.0}", band.lower[i], band.upper[i]));
    }
    lines.push(format!("total {:>28.0} (median)", unjuran::dist::Predictive::quantile(&forecast.total()?, 0.5)));
    lines.extend(forecast.notes().iter().map(|note| format!("note: {note}")));
    std::io::Write::write_all(&mut std::io::stdout(), (lines.join("\n") + "\n").as_bytes())?;

    let svg = forecast.fan(&[50.0, 80.0, 95.0])?.to_svg(&SvgStyle::default());
    std::fs::write("fan.svg", svg)?;
    Ok(())
}
