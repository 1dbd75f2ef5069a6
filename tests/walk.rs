//! One observation's way from a CSV row to the fan: every hop is a value that can be held and looked at.

#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test may stop at the first surprise and ask for the very number"
)]

use unjuran::dist::Predictive as _;
use unjuran::forecast::{Fan, Forecast, Mark};
use unjuran::persist::Persist as _;
use unjuran::select::AutoEts;
use unjuran::series::{Coverage, CsvOptions, Horizon, Note, Training, Unit, Value, Year, read_csv_text};

const TABLE: &str = "\
unique_id,ds,y,period_end,label,source
victims,2017,\"1,386\",,Victims identified,\"annual report, table 3\"
victims,2018,1360,,Victims identified,\"annual report, table 3\"
victims,2019,1349,,Victims identified,\"annual report, table 3\"
victims,2020,-,,Victims identified,\"annual report, table 3\"
victims,2021,499,,Victims identified,\"annual report, table 3\"
victims,2022,420,,Victims identified,\"annual report, table 3\"
victims,2023,274,2023-05-29,Victims identified,\"statement of 16 June 2023\"
";

#[test]
fn one_observation_goes_from_the_csv_row_to_the_fan() {
    // 1. the row becomes an observation that says what it covers and who said it
    let panel = read_csv_text(TABLE, "victims.csv", &CsvOptions::default()).unwrap();
    let series = panel.get("victims").unwrap();
    let observations: Vec<_> = series.observations().collect();
    assert_eq!(observations[0].value, Value::Exact(1386.0));
    assert_eq!(observations[0].source.as_deref(), Some("annual report, table 3"));
    assert_eq!(observations[3].value, Value::Missing);
    let last = &observations[6];
    assert_eq!((last.year, last.value), (Year::new(2023).unwrap(), Value::Exact(274.0)));
    assert_eq!(last.coverage, Coverage::Through("2023-05-29".parse().unwrap()));

    // 2. the series knows its unit and its span
    assert_eq!(series.unit(), Unit::Count);
    assert_eq!((series.first_year().get(), series.last_year().get()), (2017, 2023));

    // 3. a model sees full years only, and the rulings are written down
    let training = Training::new(series).unwrap();
    assert_eq!(training.y, [Some(1386.0), Some(1360.0), Some(1349.0), None, Some(499.0), Some(420.0)]);
    assert_eq!(training.next.get(), 2023);
    assert!(matches!(training.notes[0], Note::YearUnderWay { counted: 274.0, .. }));
    assert!(matches!(training.notes[1], Note::MissingYears { .. }));

    // 4. fitting gives another type; the gap has no residual
    let fitted = AutoEts::default().fit(series).unwrap();
    assert_eq!(fitted.report().residuals[3], None);
    assert_eq!(fitted.report().observed(), 5);

    // 5. looking ahead gives distributions: whole, not below what was counted, and the unknown year is the first
    let forecast = fitted.forecast(Horizon::years(3).unwrap()).unwrap();
    assert_eq!(forecast.years()[0].get(), 2023);
    let first = forecast.at(2023).unwrap();
    assert!(first.quantile(0.001) >= 274.0);
    assert!(first.cdf(273.0) < 1e-12);
    assert_eq!(first.quantile(0.9).fract(), 0.0);

    // 6. stored and read back, it is the same forecast
    let back = Forecast::from_json(&forecast.to_json().unwrap()).unwrap();
    assert_eq!(back, forecast);

    // 7. the fan is the table of the plot: the partial year is its own mark, the notes travel along
    let fan: Fan = back.fan(&[80.0, 95.0]).unwrap();
    assert_eq!(fan.label, "Victims identified");
    assert_eq!(fan.history.len(), 7);
    assert_eq!(fan.history[3].mark, Mark::Missing);
    assert_eq!(fan.history[6].mark, Mark::Partial { counted: 274.0, covered: "to 2023-05-29".into() });
    let band = forecast.interval(80.0).unwrap();
    let drawn = fan.bands.iter().find(|b| b.level == 80.0).unwrap();
    assert_eq!((&drawn.lower, &drawn.upper), (&band.lower, &band.upper));
    assert!(fan.notes.iter().any(|note| note.starts_with("2023 is under way: 274 counted to 2023-05-29")));
}

#[test]
fn values_go_between_threads() {
    fn goes<T: Send + Sync + 'static>() {}
    goes::<unjuran::series::Series>();
    goes::<unjuran::series::Panel>();
    goes::<unjuran::forecast::Forecast>();
    goes::<unjuran::smoothing::FittedBayesEts>();
    goes::<unjuran::smoothing::FittedEts>();
    goes::<unjuran::regression::FittedTrend>();
    goes::<unjuran::smoothing::Prior>();
    goes::<unjuran::plan::Impact>();
    goes::<unjuran::Error>();
    goes::<Box<dyn unjuran::model::Forecaster>>();
    goes::<Box<dyn unjuran::model::Fitted>>();
}
