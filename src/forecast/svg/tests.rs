use std::fs;

use proptest::prelude::*;
use roxmltree::{Document, Node};

use super::super::fan::{Band, Mark, Past};
use super::*;
use crate::series::Year;

fn year(y: i64) -> Year {
    Year::new(y).unwrap()
}

fn past(first: i64, values: &[f64]) -> Vec<Past> {
    values
        .iter()
        .enumerate()
        .map(|(i, &y)| Past {
            year: year(first).plus(i).unwrap(),
            mark: if y.is_nan() { Mark::Missing } else { Mark::Full(y) },
        })
        .collect()
}

fn years(first: i64, count: usize) -> Vec<Year> {
    (0..count).map(|i| year(first).plus(i).unwrap()).collect()
}

fn band(level: f64, bounds: &[(f64, f64)]) -> Band {
    Band { level, lower: bounds.iter().map(|b| b.0).collect(), upper: bounds.iter().map(|b| b.1).collect() }
}

/// The published series of the user, with a partial last year; the bands are made up.
fn malaysia() -> Fan {
    let mut history = past(2015, &[163.0, 463.0, 429.0, 302.0, 286.0, 165.0, 115.0, 139.0]);
    history.push(Past { year: year(2023), mark: Mark::Partial { counted: 48.0, covered: "to 2023-05-31".into() } });
    Fan::new("trafficking_cases", Unit::Count, years(2023, 5), vec![145.0, 140.0, 144.0, 142.0, 144.0])
        .with_label("Trafficking cases")
        .with_model("Ets(A,N,N)")
        .with_history(history)
        .with_bands(vec![
            band(50.0, &[(106.0, 198.0), (94.0, 214.0), (88.0, 232.0), (81.0, 246.0), (77.0, 262.0)]),
            band(80.0, &[(67.0, 280.0), (52.0, 340.0), (42.0, 396.0), (34.0, 446.0), (27.0, 493.0)]),
            band(95.0, &[(24.0, 408.0), (18.0, 520.0), (14.0, 640.0), (11.0, 760.0), (8.0, 880.0)]),
        ])
}

fn gallery() -> Vec<(&'static str, Fan)> {
    let spread = |first: i64, median: &[f64], factor: f64, growth: f64| {
        let bands = [(50.0, 0.35), (80.0, 0.75), (95.0, 1.4)].map(|(level, size)| {
            let bounds: Vec<(f64, f64)> = median
                .iter()
                .enumerate()
                .map(|(i, m)| {
                    let s = size * factor * (1.0 + growth * i as f64);
                    ((m * (-s).exp()).floor(), (m * s.exp()).ceil())
                })
                .collect();
            band(level, &bounds)
        });
        Fan::new("s", Unit::Count, years(first, median.len()), median.to_vec()).with_bands(bands.to_vec())
    };
    let zeros = Fan::new("zeros", Unit::Count, years(2023, 5), vec![0.0; 5])
        .with_label("Convictions, Perlis")
        .with_history(past(2015, &[0.0; 8]))
        .with_bands(vec![band(50.0, &[(0.0, 0.0); 5]), band(80.0, &[(0.0, 0.0); 5]), band(95.0, &[(0.0, 1.0); 5])]);
    let one = spread(2023, &[61.0, 61.0, 61.0], 0.6, 0.3).with_label("One year").with_history(past(2022, &[61.0]));
    let mut tail = spread(2023, &[41.0, 60.0, 88.0, 130.0, 190.0], 1.0, 0.9)
        .with_label("Online fraud cases")
        .with_model("LogLinearTrend")
        .with_history(past(2016, &[3.0, 4.0, 5.0, 9.0, 11.0, 17.0, 28.0]));
    tail.bands[0].upper = vec![420.0, 1300.0, 3100.0, 6900.0, 12_400.0];
    let mut masked = past(2014, &[12.0, f64::NAN, 9.0, f64::NAN, 7.0, 8.0, f64::NAN, 14.0, 6.0]);
    masked[1].mark = Mark::Masked { lower: 0.0, upper: 4.0 };
    masked[6].mark = Mark::Masked { lower: 1.0, upper: 4.0 };
    let masked =
        spread(2023, &[7.0, 7.0, 7.0, 7.0], 0.7, 0.2).with_label("Child victims, Kelantan").with_history(masked);
    let forty: Vec<f64> =
        (0..40).map(|i| (2000.0 + 900.0 * (f64::from(i) / 4.0).sin() + 37.0 * f64::from(i % 7)).round()).collect();
    let forty = spread(2023, &[2400.0, 2500.0, 2450.0, 2420.0, 2410.0], 0.2, 0.3)
        .with_label("Victims detected")
        .with_model("Theta")
        .with_history(past(1983, &forty));
    let long = malaysia()
        .with_label("Persons identified as victims of trafficking in persons & smuggling of migrants <18 years by the Royal \"Malaysia\" Police, all states and federal territories")
        .with_model("mean of Ets(A,N,N), Ets(A,Ad,N), Theta, NegativeBinomialTrend and PoissonTrend, weights by backtest");
    let signed = Fan::new("s", Unit::Amount, years(2023, 3), vec![-0.4, -0.3, 0.2])
        .with_label("Net change, million ringgit")
        .with_history(past(2018, &[1.2, -0.7, 0.4, -1.6, -0.5]))
        .with_bands(vec![
            band(80.0, &[(-1.6, 0.8), (-1.9, 1.3), (-2.2, 2.4)]),
            band(95.0, &[(-2.6, 1.8), (-2.9, 2.3), (-32.2, 24.4)]),
        ]);
    let scaled = |by: f64| {
        let mut fan = malaysia();
        fan.unit = Unit::Amount;
        fan.label = format!("Scaled by {by:e}");
        for past in &mut fan.history {
            match &mut past.mark {
                Mark::Full(y) | Mark::Partial { counted: y, .. } => *y *= by,
                _ => {}
            }
        }
        fan.median.iter_mut().for_each(|y| *y *= by);
        fan.bands.iter_mut().for_each(|b| b.lower.iter_mut().chain(&mut b.upper).for_each(|y| *y *= by));
        fan
    };
    let hundred = spread(2023, &[100.0; 100], 0.3, 0.05).with_label("A century").with_history(past(2015, &[120.0; 8]));
    let millennium: Vec<f64> = (0..1000).map(|i| (500.0 + 300.0 * (f64::from(i) / 60.0).sin()).round()).collect();
    let millennium =
        spread(2023, &[600.0; 10], 0.3, 0.2).with_label("A millennium").with_history(past(1023, &millennium));
    let blank = Fan::new("all missing", Unit::Rate, years(2023, 2), vec![1.5, 1.25])
        .with_history(past(2019, &[f64::NAN; 4]))
        .with_bands(vec![band(80.0, &[(0.5, 2.5), (0.25, 3.0)])]);
    let single = malaysia();
    let single = Fan {
        years: vec![year(2023)],
        median: vec![145.0],
        bands: vec![band(80.0, &[(67.0, 280.0)]), band(95.0, &[(24.0, 408.0)])],
        label: "One year ahead".into(),
        ..single
    };
    let mut heavy = malaysia().with_label("A heavy tail");
    heavy.bands[0].upper = vec![900.0, 2100.0, 4300.0, 7900.0, 12_400.0];
    vec![
        ("malaysia", malaysia()),
        ("zeros", zeros),
        ("one", one),
        ("tail", tail),
        ("masked", masked),
        ("forty", forty),
        ("long", long),
        ("signed", signed),
        ("tiny", scaled(1e-12)),
        ("huge", scaled(1e10)),
        ("hundred", hundred),
        ("millennium", millennium),
        ("blank", blank),
        ("single", single),
        ("heavy", heavy),
    ]
}

/// Where `UNJURAN_GALLERY` names a folder, the charts are also written there to be looked at.
#[test]
fn every_chart_of_the_gallery_is_well_formed_in_both_sizes() {
    let folder = std::env::var_os("UNJURAN_GALLERY").map(std::path::PathBuf::from);
    for (name, style) in [("large", SvgStyle::default()), ("small", SvgStyle::small())] {
        let mut page = String::from("<body style='background:#222;display:flex;flex-wrap:wrap;gap:8px'>");
        for (_, fan) in gallery() {
            let svg = fan.to_svg(&style);
            checked(&svg);
            page.push_str(&svg);
        }
        if let Some(folder) = &folder {
            fs::create_dir_all(folder).unwrap();
            fs::write(folder.join(format!("{name}.html")), &page).unwrap();
        }
    }
}

/// The document, after checks that hold for every chart: it parses, every coordinate is a finite number, the references
/// of its description lead somewhere.
fn checked(svg: &str) -> Document<'_> {
    let document = Document::parse(svg).unwrap();
    for node in document.descendants().filter(Node::is_element) {
        for attribute in node.attributes() {
            if matches!(attribute.name(), "x" | "y" | "cx" | "cy" | "r" | "points" | "height" | "width" | "viewBox") {
                let numbers = attribute.value().split([' ', ',']).filter(|n| *n != "100%");
                for number in numbers {
                    assert!(number.parse::<f64>().unwrap().is_finite(), "{}", node.tag_name().name());
                }
            }
        }
    }
    let root = document.root_element();
    assert_eq!(root.attribute("role"), Some("img"));
    for id in root.attribute("aria-labelledby").unwrap().split(' ') {
        assert!(document.descendants().any(|n| n.attribute("id") == Some(id)));
    }
    document
}

fn part<'a, 'b>(document: &'a Document<'b>, name: &str) -> Node<'a, 'b> {
    document.descendants().find(|n| n.attribute("data-part") == Some(name)).unwrap()
}

fn elements<'a, 'b>(node: Node<'a, 'b>, name: &'static str) -> Vec<Node<'a, 'b>> {
    node.descendants().filter(|n| n.has_tag_name(name)).collect()
}

fn words<'a>(node: Node<'a, '_>) -> Vec<&'a str> {
    elements(node, "text").into_iter().filter_map(|n| n.text()).collect()
}

#[test]
fn an_ordinary_chart_is_below_six_thousand_bytes() {
    let svg = malaysia().to_svg(&SvgStyle::default());
    assert!(svg.len() < 6000, "{}", svg.len());
}

#[test]
fn the_same_fan_gives_the_same_bytes_and_another_fan_other_identifiers() {
    let svg = malaysia().to_svg(&SvgStyle::default());
    assert_eq!(svg, malaysia().to_svg(&SvgStyle::default()));
    let other = malaysia().with_label("Other cases").to_svg(&SvgStyle::default());
    let id = |svg: &str| Document::parse(svg).unwrap().root_element().attribute("aria-labelledby").unwrap().to_owned();
    assert_ne!(id(&svg), id(&other));
}

#[test]
fn the_order_in_which_bands_were_stored_does_not_matter() {
    let mut turned = malaysia();
    turned.bands.reverse();
    assert_eq!(turned.to_svg(&SvgStyle::default()), malaysia().to_svg(&SvgStyle::default()));
}

#[test]
fn title_and_description_say_the_forecast() {
    let svg = malaysia().to_svg(&SvgStyle::default());
    let document = checked(&svg);
    let text = |name| elements(document.root_element(), name)[0].text().unwrap();
    assert_eq!(text("title"), "Trafficking cases");
    assert_eq!(
        text("desc"),
        "Trafficking cases, 2015 to 2022, and projection to 2027: median 145, 80% between 67 and 280 in 2023; \
         median 144, 80% between 27 and 493 in 2027; of 2023 so far 48 to 2023-05-31"
    );
}

#[test]
fn the_partial_year_is_hollow_and_not_on_the_line() {
    let svg = malaysia().to_svg(&SvgStyle::default());
    let document = checked(&svg);
    let partial = part(&document, "partial");
    let dot = elements(partial, "circle")[0];
    assert_eq!(dot.attribute("fill"), Some("#fff"));
    assert_eq!(words(partial), ["48 to 2023-05-31"]);
    let history = part(&document, "history");
    let line = elements(history, "polyline")[0].attribute("points").unwrap();
    assert_eq!(line.split(' ').count(), 8);
    assert_eq!(elements(history, "circle").len(), 8);
    let end = format!("{},{}", dot.attribute("cx").unwrap(), dot.attribute("cy").unwrap());
    assert!(!svg.split("points=\"").skip(1).any(|rest| rest.split('"').next().unwrap().contains(&end)));
}

#[test]
fn the_fan_starts_at_the_last_full_year() {
    let svg = malaysia().to_svg(&SvgStyle::default());
    let document = checked(&svg);
    let line = |name| elements(part(&document, name), "polyline")[0].attribute("points").unwrap();
    let last = line("history").split(' ').next_back().unwrap();
    assert_eq!(line("median").split(' ').next(), Some(last));
    for band in elements(part(&document, "bands"), "polygon") {
        assert!(band.attribute("points").unwrap().starts_with(last));
    }
}

#[test]
fn gaps_break_the_line_and_masked_cells_are_bars() {
    let (_, fan) = gallery().swap_remove(4);
    let svg = fan.to_svg(&SvgStyle::default());
    let document = checked(&svg);
    // 12 . 9 . 7 8 . 14 6: two lines of two years, six points; two masked cells of three strokes.
    assert_eq!(elements(part(&document, "history"), "polyline").len(), 2);
    assert_eq!(elements(part(&document, "history"), "circle").len(), 6);
    assert_eq!(elements(part(&document, "masked"), "polyline").len(), 2 * 3);
}

#[test]
fn a_forecast_after_years_without_a_number_is_not_joined_to_the_line() {
    let mut fan = malaysia();
    fan.history[7].mark = Mark::Missing;
    let svg = fan.to_svg(&SvgStyle::default());
    let document = checked(&svg);
    let median = elements(part(&document, "median"), "polyline")[0].attribute("points").unwrap();
    assert_eq!(median.split(' ').count(), 5);
}

#[test]
fn the_axis_names_whole_years() {
    for (name, fan) in gallery() {
        let svg = fan.to_svg(&SvgStyle::small());
        let document = checked(&svg);
        let years: Vec<i32> = words(part(&document, "years")).iter().map(|w| w.parse().unwrap()).collect();
        assert!(years.is_sorted() && years.len() < 12, "{name}: {years:?}");
        assert_eq!(years.last().copied(), fan.years.last().map(|y| y.get()), "{name}");
    }
}

#[test]
fn a_heavy_tail_is_cut_and_the_chart_says_how_far_it_goes() {
    let (_, fan) = gallery().pop().unwrap();
    let svg = fan.to_svg(&SvgStyle::default());
    let all = checked(&svg);
    let texts = words(all.root_element());
    assert!(texts.contains(&"95% to 12,400"), "{texts:?}");
    assert!(texts.contains(&"600") && !texts.contains(&"12,000"), "{texts:?}");
}

#[test]
fn a_cut_band_leaves_the_plot_at_its_own_slope() {
    let (_, fan) = gallery().pop().unwrap();
    let svg = fan.to_svg(&SvgStyle::default());
    let document = checked(&svg);
    let spots: Vec<(f64, f64)> = elements(part(&document, "bands"), "polygon")[0]
        .attribute("points")
        .unwrap()
        .split(' ')
        .map(|spot| spot.split_once(',').unwrap())
        .map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()))
        .collect();
    let (from, corner, next) = (spots[0], spots[1], spots[2]);
    // From 139 to 900 the edge passes 600 after 461/761 of the year.
    assert!(((corner.0 - from.0) / (next.0 - from.0) - 461.0 / 761.0).abs() < 0.01, "{spots:?}");
    assert!((corner.1 - next.1).abs() < 0.05, "{spots:?}");
}

#[test]
fn one_case_beside_zeros_does_not_fill_the_plot() {
    let (_, fan) = gallery().swap_remove(1);
    let svg = fan.to_svg(&SvgStyle::default());
    let all = checked(&svg);
    let texts = words(all.root_element());
    assert!(["0", "1", "2", "3", "4"].iter().all(|tick| texts.contains(tick)), "{texts:?}");
}

#[test]
fn numbers_that_are_not_finite_leave_no_mark() {
    let mut fan = malaysia();
    fan.history[2].mark = Mark::Full(f64::NAN);
    fan.history[3].mark = Mark::Masked { lower: 0.0, upper: f64::INFINITY };
    fan.median[1] = f64::NAN;
    fan.bands[0].upper[4] = f64::INFINITY;
    fan.bands[1].level = f64::NAN;
    let svg = fan.to_svg(&SvgStyle::default());
    checked(&svg);
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
}

#[test]
fn an_empty_fan_is_an_empty_chart() {
    let svg = Fan::new("", Unit::Count, Vec::new(), Vec::new()).to_svg(&SvgStyle::new(0, 0));
    checked(&svg);
}

#[test]
fn labels_are_escaped_and_the_whole_label_stays_in_the_title() {
    let label = format!("Cases <5 & \"more\" \u{1}'x' {}", "very ".repeat(50));
    let svg = malaysia().with_label(&label).to_svg(&SvgStyle::default());
    let document = checked(&svg);
    let title = elements(document.root_element(), "title")[0].text().unwrap();
    assert_eq!(title, label.replace('\u{1}', " "));
    assert!(words(document.root_element())[0].ends_with('…'));
}

fn any_value() -> impl Strategy<Value = f64> {
    prop_oneof![4 => 0.0..1000.0_f64, 2 => any::<f64>(), 1 => Just(f64::NAN), 1 => Just(0.0), 1 => -1e12..1e12_f64]
}

fn any_mark() -> impl Strategy<Value = Mark> {
    prop_oneof![
        4 => any_value().prop_map(Mark::Full),
        1 => (any_value(), any::<String>()).prop_map(|(counted, covered)| Mark::Partial { counted, covered }),
        1 => (any_value(), any_value()).prop_map(|(lower, upper)| Mark::Masked { lower, upper }),
        1 => Just(Mark::Missing),
    ]
}

prop_compose! {
    fn any_fan()(
        label in any::<String>(),
        model in any::<String>(),
        unit in prop_oneof![Just(Unit::Count), Just(Unit::Amount), Just(Unit::Rate)],
        history in prop::collection::vec((1_i64..=9999, any_mark()), 0..12),
        first in 1_i64..9000,
        count in 0_usize..12,
        scattered in prop::collection::vec(1_i64..=9999, 0..4),
        median in prop::collection::vec(any_value(), 0..14),
        bands in prop::collection::vec(
            (any_value(), prop::collection::vec(any_value(), 0..14), prop::collection::vec(any_value(), 0..14)), 0..6),
    ) -> Fan {
        let history = history.into_iter().map(|(y, mark)| Past { year: year(y), mark }).collect();
        let mut ahead = years(first, count);
        ahead.extend(scattered.into_iter().map(year));
        let bands = bands.into_iter().map(|(level, lower, upper)| Band { level, lower, upper }).collect();
        Fan::new("s", unit, ahead, median).with_label(label).with_model(model).with_history(history).with_bands(bands)
    }
}

proptest! {
    #[test]
    fn any_fan_gives_a_well_formed_chart(fan in any_fan(), width in 0_u32..5000, height in 0_u32..5000) {
        checked(&fan.to_svg(&SvgStyle::new(width, height)));
    }
}
