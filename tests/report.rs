//! What a report says, and that it says it in both languages, with numbers that its JSON holds, and nothing that is masked.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use unjuran::hierarchy::{Relation, Tree};
use unjuran::language::Language;
use unjuran::persist::Persist as _;
use unjuran::report::{Direction, Finding, Refusal, Report, ReportOptions, SeriesReport};
use unjuran::series::{Coverage, Event, EventKind, Panel, Series, Unit, Year};

fn year(y: i64) -> Year {
    Year::new(y).unwrap()
}

fn series(name: &str, start: i64, values: &[f64]) -> Series {
    Series::new(name, year(start), values).unwrap()
}

/// A panel with everything that a published table may hold.
fn panel() -> Panel {
    let cases = series("cases", 2015, &[163.0, 463.0, 429.0, 302.0, 286.0, 165.0, 115.0, 139.0]);
    let cases = cases.with_label("Trafficking cases <all & \"suspected\">");
    let cases = cases.with_partial(year(2023), 48.0, Coverage::Through("2023-05-31".parse().unwrap())).unwrap();
    let masked = series("permits", 2015, &[9.0, f64::NAN, 1.0, 0.0, 1.0, 4.0, 31.0, 3.0]);
    let masked = masked.with_censored(year(2017), 0.0, 4.0).unwrap().with_censored(year(2018), 2.0, 7.0).unwrap();
    let rising: Vec<f64> = (0..14).map(|t| f64::from(1_000 + 400 * t)).collect();
    let falling: Vec<f64> = (0..14).map(|t| f64::from(9_000 - 600 * t)).collect();
    let money = series("money", 2015, &[1_234.567, 1_300.25, 1_250.5, 1_410.75, 1_399.125, 1_500.5]);
    let money = money.with_unit(Unit::Amount).unwrap().with_label("Money | spent_on *care*");
    let short = series("short", 2021, &[0.0, 12.0]);
    let none = series("none", 2021, &[f64::NAN, f64::NAN]).with_label("Nothing known");
    let all = series("all", 2022, &[29.0, 81.0]);
    let (men, women) = (series("men", 2022, &[17.0, 29.0]), series("women", 2022, &[12.0, 51.0]));
    let (rising, falling) = (series("rising", 2009, &rising), series("falling", 2009, &falling));
    Panel::new(vec![cases, masked, rising, falling, money, short, none, all, men, women]).unwrap()
}

fn options() -> ReportOptions {
    let tree = Tree::new(["men", "women"].map(|part| ("all", part, Relation::Sum))).unwrap();
    let law = |y, name| Event::new(year(y), EventKind::Step, Some(name));
    let late = law(2016, "Act 600");
    ReportOptions::default().tree(tree).event_of("cases", law(2021, "Act 670")).event_of("cases", late)
}

fn report() -> Report {
    Report::new(&panel(), &options()).unwrap()
}

/// A number as it stands in a text: its value, how many decimals it shows, and what it may be off by.
#[derive(Debug)]
struct Shown {
    text: String,
    value: f64,
    slack: f64,
    after_less: bool,
}

/// All numbers of a text: digits, perhaps in groups of thousands, with decimals and a power of ten.
fn numbers(text: &str) -> Vec<Shown> {
    let chars: Vec<char> = text.chars().collect();
    let digit = |i: usize| chars.get(i).is_some_and(char::is_ascii_digit);
    let (mut found, mut i) = (Vec::new(), 0);
    while i < chars.len() {
        if !digit(i) {
            i += 1;
            continue;
        }
        let (start, mut digits, mut decimals) = (i, String::new(), 0_i32);
        while digit(i) || (chars.get(i) == Some(&',') && (1..=3).all(|k| digit(i + k)) && !digit(i + 4)) {
            digits.extend(chars[i].is_ascii_digit().then_some(chars[i]));
            i += 1;
        }
        if chars.get(i) == Some(&'.') && digit(i + 1) {
            digits.push('.');
            i += 1;
            while digit(i) {
                digits.push(chars[i]);
                decimals += 1;
                i += 1;
            }
        }
        let mut power = 0_i32;
        let signed = usize::from(matches!(chars.get(i + 1), Some('-' | '−')));
        if chars.get(i) == Some(&'e') && digit(i + 1 + signed) {
            let begin = i + 1 + signed;
            i = begin;
            while digit(i) {
                i += 1;
            }
            power = chars[begin..i].iter().collect::<String>().parse().unwrap_or(0);
            power = if signed == 1 { -power } else { power };
        }
        let value: f64 = format!("{digits}e{power}").parse().unwrap();
        let after_less = start > 0 && chars[start - 1] == '<';
        let text = chars[start..i].iter().collect();
        found.push(Shown { text, value, slack: 0.500_000_1 * 10_f64.powi(power - decimals), after_less });
    }
    found
}

/// All numbers of a JSON value, those inside of texts too.
fn held(value: &serde_json::Value, found: &mut Vec<f64>) {
    match value {
        serde_json::Value::Number(number) => found.push(number.as_f64().unwrap().abs()),
        serde_json::Value::String(text) => found.extend(numbers(text).iter().map(|shown| shown.value)),
        serde_json::Value::Array(items) => items.iter().for_each(|item| held(item, found)),
        serde_json::Value::Object(items) => items.values().for_each(|item| held(item, found)),
        _ => {}
    }
}

/// Numbers that a text shows and a JSON value does not hold: neither as they are, rounded to what is shown, nor as a share
/// that is shown in percent, nor, behind a "<", as the largest value of a masked cell.
fn unfounded(text: &str, json: &serde_json::Value) -> Vec<String> {
    let mut known = Vec::new();
    held(json, &mut known);
    let is = |shown: &Shown, x: f64| (x - shown.value).abs() <= shown.slack;
    let founded = |shown: &Shown| {
        known.iter().any(|&x| is(shown, x) || is(shown, 100.0 * x) || (shown.after_less && is(shown, x + 1.0)))
    };
    numbers(text).into_iter().filter(|shown| !founded(shown)).map(|shown| shown.text).collect()
}

/// The text of a page without charts, style and marks.
fn text_of(page: &str) -> String {
    let document = roxmltree::Document::parse(page.strip_prefix("<!doctype html>\n").unwrap()).unwrap();
    let drawn =
        |node: &roxmltree::Node<'_, '_>| node.ancestors().any(|a| ["svg", "style"].contains(&a.tag_name().name()));
    let texts = document.descendants().filter(|node| node.is_text() && !drawn(node));
    texts.filter_map(|node| node.text()).collect::<Vec<_>>().join(" ")
}

/// Markdown with its escapes undone.
fn plain(markdown: &str) -> String {
    markdown.replace('\\', "")
}

#[test]
fn the_search_for_numbers_finds_them_as_people_write_them() {
    let found = |text: &str| numbers(text).into_iter().map(|shown| shown.value).collect::<Vec<_>>();
    assert_eq!(
        found("In 2015, 1,234.5 (−4%) of 12,345,678; 1.5e-9, <5."),
        [2015.0, 1234.5, 4.0, 12_345_678.0, 1.5e-9, 5.0]
    );
    let json = serde_json::json!({"p": 0.4187, "y": 1234.46, "until": "2023-05-31"});
    assert_eq!(unfounded("42%, 1,234.5, 31 May", &json), Vec::<String>::new());
    assert_eq!(unfounded("43%, 1,234.4, 30 May", &json), ["43", "1,234.4", "30"]);
}

#[test]
fn every_number_of_a_sentence_is_one_of_its_finding() {
    let report = report();
    let rules = serde_json::to_value(report.rules()).unwrap();
    let findings = report.series().iter().flat_map(SeriesReport::findings);
    let mut sentences = 0;
    for finding in findings {
        let json = serde_json::json!([finding, rules]);
        for language in Language::ALL {
            let sentence = finding.sentence(language);
            assert_eq!(unfounded(&sentence, &json), Vec::<String>::new(), "{sentence}\n{json}");
            sentences += 1;
        }
    }
    assert!(sentences > 100, "{sentences}");
}

#[test]
fn every_number_of_the_page_is_in_the_json() {
    for report in [report(), Report::new(&panel(), &options().mask_below(5.0)).unwrap()] {
        let json = serde_json::from_str(&report.to_json().unwrap()).unwrap();
        for language in Language::ALL {
            let page = text_of(&report.to_html(language));
            assert_eq!(unfounded(&page, &json), Vec::<String>::new(), "{page}");
            let text = plain(&report.to_markdown(language));
            assert_eq!(unfounded(&text, &json), Vec::<String>::new(), "{text}");
            assert!(numbers(&text).len() > 500);
        }
    }
}

#[test]
fn html_and_markdown_say_the_same() {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for language in Language::ALL {
        let page = words(&text_of(&report().to_html(language)));
        for line in plain(&report().to_markdown(language)).lines() {
            if let Some(sentence) = line.strip_prefix("- ") {
                assert!(page.contains(&words(sentence)), "{sentence}");
            }
        }
    }
}

#[test]
fn both_languages_say_every_finding_and_leave_no_place_open() {
    let report = report();
    for finding in report.series().iter().flat_map(SeriesReport::findings) {
        let [english, malay] = Language::ALL.map(|language| finding.sentence(language));
        assert_ne!(english, malay);
        assert!(!matches!(finding, Finding::Remark { .. }), "a note without a message: {english}");
    }
    for language in Language::ALL {
        let text = text_of(&report.to_html(language));
        assert!(!text.contains(['{', '}']), "{text}");
        // a key of the table that found no message would stand there as it is
        assert!(!text.split_whitespace().any(|word| word.contains('.') && word.contains('_')), "{text}");
    }
    // to its end: the collections behind a prior are told in Malay too
    let said = report.to_html(Language::Malay);
    for english in [" the ", " and ", ">observed", " of ", "Yearly", "interval", "projection", "median of"] {
        assert!(!said.contains(english), "{english}");
    }
}

#[test]
fn why_an_event_is_not_judged_and_why_counts_are_amounts_is_said_in_malay_too() {
    // net flows have a number below zero; one fraction makes amounts of what could be counts
    let flows = series("flows", 2014, &[5.0, 3.0, -2.0, 4.0, 6.0, 5.0, 7.0, 6.0, 5.0]);
    let odd = series("odd", 2014, &[5.0, 3.0, 2.0, 4.5, 6.0, 5.0, 7.0, 6.0, 5.0]);
    let options = ReportOptions::default().event(Event::new(year(2020), EventKind::Step, Some("akta")));
    let report = Report::new(&Panel::new(vec![flows, odd]).unwrap(), &options).unwrap();
    let findings: Vec<Finding> = report.series().iter().flat_map(SeriesReport::findings).cloned().collect();
    let below = Finding::EventBelowZero { event: "akta".to_owned(), year: year(2020), below: year(2016), value: -2.0 };
    let odd = Finding::TakenAsAmounts { year: year(2017), value: 4.5 };
    let apart = Finding::EventTooFarApart { event: "akta".to_owned(), year: year(2020) };
    assert!(findings.contains(&below) && findings.contains(&odd), "{findings:?}");
    let untold = |f: &Finding| matches!(f, Finding::Remark { .. } | Finding::EventNotJudged { .. });
    assert!(!findings.iter().any(untold), "{findings:?}");
    for (finding, english, malay) in [
        (
            &below,
            "the number of 2016 is \u{2212}2, below nought",
            "angka bagi 2016 ialah \u{2212}2, iaitu kurang daripada sifar",
        ),
        (&odd, "because of 4.5 in 2017", "kerana nilai 4.5 pada 2017"),
        (&apart, "too large or too far apart", "terlalu besar atau terlalu jauh berbeza"),
    ] {
        for (language, part) in [(Language::English, english), (Language::Malay, malay)] {
            let said = finding.sentence(language);
            assert!(said.contains(part), "{said}");
        }
    }
}

#[test]
fn a_page_is_complete_in_itself_and_safe() {
    let hostile = series("x", 2020, &[3.0, 4.0]).with_label("<script>alert('1')</script>\u{0}\n- [a](http://b)");
    let panel = Panel::new(vec![hostile]).unwrap();
    let report = Report::new(&panel, &ReportOptions::default().title("<b>&\"'")).unwrap();
    for language in Language::ALL {
        let page = report.to_html(language);
        assert!(page.contains(&format!("<html lang=\"{language}\">")));
        let xml = roxmltree::Document::parse(page.strip_prefix("<!doctype html>\n").unwrap()).unwrap();
        for node in xml.descendants().filter(roxmltree::Node::is_element) {
            assert!(!["script", "link", "img", "iframe", "object", "b"].contains(&node.tag_name().name()));
            assert!(node.attributes().all(|a| !["src", "onload"].contains(&a.name())));
        }
        assert!(!page.contains("@import") && !page.contains("url("));
    }
    let markdown = report.to_markdown(Language::English);
    assert!(markdown.starts_with("# \\<b\\>\\&\"'\n"), "{markdown}");
    assert!(!markdown.replace("\\<", "").contains('<') && !markdown.contains("\n- ["), "{markdown}");
}

#[test]
fn a_page_can_be_read_by_a_screen_reader() {
    let page = report().to_html(Language::English);
    let xml = roxmltree::Document::parse(page.strip_prefix("<!doctype html>\n").unwrap()).unwrap();
    let named = |name: &'static str| xml.descendants().filter(move |node| node.has_tag_name(name));
    let levels: Vec<u32> =
        xml.descendants().filter_map(|node| node.tag_name().name().strip_prefix('h')?.parse().ok()).collect();
    assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "no level is left out");
    for table in named("table") {
        assert!(table.children().any(|node| node.has_tag_name("caption")));
        assert!(table.descendants().filter(|n| n.has_tag_name("th")).all(|n| n.attribute("scope").is_some()));
        let columns = table.descendants().filter(|n| n.attribute("scope") == Some("col")).count();
        for row in table.descendants().filter(|n| n.has_tag_name("tr")) {
            assert_eq!(row.children().filter(roxmltree::Node::is_element).count(), columns);
        }
    }
    for link in named("a") {
        let target = link.attribute("href").unwrap().strip_prefix('#').unwrap();
        assert_eq!(xml.descendants().filter(|n| n.attribute("id") == Some(target)).count(), 1);
    }
}

#[test]
fn a_series_that_ends_before_the_others_is_told_of() {
    let steady = [30.0, 31.0, 29.0, 28.0, 33.0];
    let (old, new) = (series("Penang", 2004, &steady), series("Pulau Pinang", 2018, &steady));
    let under_way = series("Johor", 2018, &steady).with_partial(year(2023), 12.0, Coverage::Share(0.4)).unwrap();
    let nothing = Series::new("Perlis", year(2030), &[f64::NAN]).unwrap();
    let panel = Panel::new(vec![old, new, under_way, nothing]).unwrap();
    let report = Report::new(&panel, &ReportOptions::default()).unwrap();
    let early: Vec<&Finding> =
        report.series().iter().flat_map(|s| s.findings().filter(|f| matches!(f, Finding::EndsEarly { .. }))).collect();
    assert_eq!(early, [&Finding::EndsEarly { first: year(2009), others: year(2023) }]);
    let text = report.to_markdown(Language::English);
    assert!(text.contains("here it begins in 2009, and holds years that have passed"), "{text}");
}

#[test]
fn a_direction_is_named_only_where_it_is_probable() {
    let report = report();
    let trend = |name: &str| {
        let one = report.series().iter().find(|one| one.fan.series == name).unwrap();
        one.findings().find_map(|f| match f {
            Finding::Trend { above, below, needed, direction, .. } => Some((*above, *below, *needed, *direction)),
            _ => None,
        })
    };
    assert_eq!(trend("rising").unwrap().3, Direction::Rise);
    assert_eq!(trend("falling").unwrap().3, Direction::Fall);
    assert_eq!(trend("cases").unwrap().3, Direction::Open);
    for one in report.series() {
        let (above, below, needed, direction) = trend(&one.fan.series).unwrap();
        assert!(above >= 0.0 && below >= 0.0 && above + below <= 1.0 + 1e-12);
        assert_eq!(direction == Direction::Rise, above >= needed);
        assert_eq!(direction == Direction::Fall, below >= needed);
    }
    let summary = report.summary();
    assert_eq!((summary.series, summary.projected, summary.refused), (10, 9, 1));
    assert_eq!(summary.rising + summary.falling + summary.unclear, summary.projected);
}

#[test]
fn problems_of_the_data_are_said() {
    let report = report();
    let english = plain(&report.to_markdown(Language::English));
    for sentence in [
        "all, 2023: published as 81, but the parts add up to 80 (men 29; women 51).",
        "Nothing known could not be projected: none of its 2 years has a full number.",
        "2023 is under way: 48 counted to 31 May 2023.",
        "The 48 of 2023 are no number of a full year: they cannot be compared with the 139 of 2022.",
        "There is no number for 2016.",
        "The numbers of 2017–2018 are masked.",
        "From 2021 to 2022 the number went from 0 to 12: from zero there is no change in percent.",
        "With 2 observed years, the width of the intervals rests mostly on other series, not on this one.",
        "What Act 600 (2016) did cannot be judged: 5 observed years before it are needed, and there are 1.",
    ] {
        assert!(english.contains(sentence), "{sentence}\n{english}");
    }
    let malay = plain(&report.to_markdown(Language::Malay));
    assert!(malay.contains("all, 2023: diterbitkan sebagai 81, tetapi bahagian-bahagiannya berjumlah 80"), "{malay}");
    assert_eq!(report.refused()[0].refusal, Refusal::NoNumbers);
    assert_eq!(report.discrepancies().len(), 1);
}

/// What is said of the problems of a panel in which `all` is the sum of the others.
fn problems(panel: Vec<Series>, said: Language, mask_below: Option<f64>) -> Vec<String> {
    let parts: Vec<String> = panel.iter().map(|s| s.name().to_owned()).filter(|name| name != "all").collect();
    let tree = Tree::new(parts.iter().map(|part| ("all", part.as_str(), Relation::Sum))).unwrap();
    let options = mask_below.into_iter().fold(ReportOptions::default().tree(tree), ReportOptions::mask_below);
    let text = Report::new(&Panel::new(panel).unwrap(), &options).unwrap().to_markdown(said);
    let from = text.find(if said == Language::Malay { "## Masalah" } else { "## Problems" }).unwrap();
    let section = text[from + 2..].split("\n## ").next().unwrap().to_owned();
    section.lines().filter_map(|line| line.strip_prefix("- ")).map(plain).collect()
}

#[test]
fn a_total_that_was_compared_in_no_year_is_not_said_to_agree() {
    let renamed = || {
        let (before, after) = (series("Penang", 2015, &[40.0, 44.0]), series("Pulau Pinang", 2017, &[42.0]));
        vec![series("all", 2015, &[700.0, 750.0, 700.0]), series("Johor", 2015, &[30.0, 31.0, 29.0]), before, after]
    };
    assert_eq!(
        problems(renamed(), Language::English, None),
        [
            "all, 2015–2016: the total could not be held against its parts, because no number is shown for Pulau Pinang.",
            "all, 2017: the total could not be held against its parts, because no number is shown for Penang.",
            "Yearly comparisons of totals with their parts that could be made: 0 of 3.",
        ]
    );
    let malay = problems(renamed(), Language::Malay, None);
    assert!(malay[1].ends_with("kerana tiada angka ditunjukkan bagi Penang."), "{malay:?}");
    assert!(malay[2].ends_with("dapat dibuat: 0 daripada 3."), "{malay:?}");
    // in 2015 the parts are 70, and the dash of the other name was none
    let mut right = renamed();
    right[0] = series("all", 2015, &[70.0, 75.0, 700.0]);
    let said = problems(right, Language::English, None);
    assert_eq!(said[1], "Yearly comparisons of totals with their parts that could be made: 2 of 3.");
    assert_eq!(said[2], "Those that could be made show no disagreement.");
}

#[test]
fn totals_of_masked_cells_are_not_said_to_agree() {
    let wrong = || {
        let (a, b) = (series("a", 2020, &[10.0, 20.0, 30.0]), series("b", 2020, &[5.0, 6.0, 7.0]));
        vec![a, b, series("all", 2020, &[16.0, 28.0, 99.0])]
    };
    assert_eq!(problems(wrong(), Language::English, None).len(), 3);
    let masked = problems(wrong(), Language::English, Some(8.0));
    assert!(masked.iter().all(|line| !line.contains("agree with")), "{masked:?}");
    let within = "checked only within the range of masked cells, which may hide a disagreement:";
    assert!(masked.iter().any(|line| line.contains(within)), "{masked:?}");
    let malay = problems(wrong(), Language::Malay, Some(8.0));
    assert!(malay.iter().any(|line| line.contains("hanya dalam julat sel yang disembunyikan")), "{malay:?}");
}

#[test]
fn an_event_is_judged_where_enough_years_come_before_it() {
    let cases = [160.0, 148.0, 171.0, 155.0, 166.0, 150.0, 158.0, 163.0, 62.0, 66.0, 60.0, 65.0];
    let panel = Panel::new(vec![series("cases", 2010, &cases)]).unwrap();
    let event = |y, name| Event::new(year(y), EventKind::Step, Some(name));
    let options = ReportOptions::default().event(event(2018, "the act")).event(event(2024, "the next act"));
    let text = Report::new(&panel, &options).unwrap().to_markdown(Language::English);
    assert!(text.contains("From the act (2018) on the figures are lower than they would have been: −"), "{text}");
    assert!(text.contains("What the next act (2024) did cannot be judged: events from 2015 to 2021 can"), "{text}");
    assert!(text.contains("does not show that the event changed them"), "{text}");
}

#[test]
fn events_made_for_other_series_are_told_of_once() {
    let long = series("long", 2010, &[160.0, 148.0, 171.0, 155.0, 166.0, 150.0, 158.0, 163.0]);
    let panel = Panel::new(vec![long, series("short", 2020, &[5.0])]).unwrap();
    let event = |y, name| Event::new(year(y), EventKind::Step, Some(name));
    let options = ReportOptions::default().event(event(2012, "the act")).event(event(2024, "the next act"));
    let report = Report::new(&panel, &options).unwrap();
    let sentences: Vec<String> = report
        .series()
        .iter()
        .flat_map(|one| one.unsaid.iter().map(|finding| finding.sentence(Language::English)))
        .filter(|sentence| sentence.contains("the act"))
        .collect();
    let told = "Events cannot be judged without 5 observed years before them and one from then on: \
                the act (2012); the next act (2024).";
    assert_eq!(sentences, [told, told]);
}

#[test]
fn an_event_that_cannot_be_judged_leaves_the_projection() {
    let cases = series("cases", 2010, &[160.0, 148.0, 171.0, 155.0, 166.0, 150.0, f64::NAN, 158.0, 163.0]);
    let panel = Panel::new(vec![cases]).unwrap();
    let pulse = |y, name| Event::new(year(y), EventKind::Pulse, Some(name));
    let options = ReportOptions::default().event(pulse(2016, "campaign")).event(pulse(2015, "inquiry"));
    let report = Report::new(&panel, &options).unwrap();
    let [one] = report.series() else { panic!("{:?}", report.refused()) };
    let judged = |finding: &&Finding| matches!(finding, Finding::Effect { event, .. } if event == "inquiry");
    assert_eq!(one.said.iter().chain(&one.unsaid).filter(judged).count(), 1);
    let open = one.unsaid.iter().find(|f| matches!(f, Finding::EventWithoutNumber { .. })).unwrap();
    let [english, malay] = Language::ALL.map(|said| open.sentence(said));
    assert_eq!(english, "What campaign (2016) did cannot be judged: 2016 has no full number.");
    assert_eq!(malay, "Kesan campaign (2016) tidak dapat dinilai: tahun 2016 tiada angka penuh.");
}

#[test]
fn what_an_event_did_is_told_by_how_it_acts() {
    // about 100 a year, and 40 in 2018 alone: later years are as before
    let y = [103.0, 98.0, 101.0, 97.0, 104.0, 99.0, 102.0, 96.0, 40.0, 100.0, 103.0, 98.0, 101.0];
    let panel = Panel::new(vec![series("cases", 2010, &y)]).unwrap();
    let told = |kind, said: Language| -> Vec<String> {
        let options = ReportOptions::default().event(Event::new(year(2018), kind, Some("lockdown")));
        let report = Report::new(&panel, &options).unwrap();
        let effects = report.series()[0].findings().filter(|f| matches!(f, Finding::Effect { .. }));
        effects.map(|finding| finding.sentence(said)).collect()
    };
    let pulse = told(EventKind::Pulse, Language::English).concat();
    assert!(pulse.starts_with("In 2018 (lockdown) the figures were lower than they would have been: −"), "{pulse}");
    assert!(pulse.ends_with("This is the effect in that year alone."), "{pulse}");
    let malay = told(EventKind::Pulse, Language::Malay).concat();
    assert!(
        malay.starts_with("Pada 2018 (lockdown), angka lebih rendah daripada yang dijangka tanpanya: −"),
        "{malay}"
    );
    let fading = told(EventKind::Transient, Language::English).concat();
    assert!(!fading.contains("From lockdown (2018) on"), "{fading}");
    // a third more each year from 2018 on
    let grown: Vec<f64> =
        y.iter().enumerate().map(|(i, _)| if i < 8 { y[i] } else { 100.0 * 1.33_f64.powf(i as f64 - 7.0) }).collect();
    let panel = Panel::new(vec![series("cases", 2010, &grown.iter().map(|x| x.round()).collect::<Vec<_>>())]).unwrap();
    let options = ReportOptions::default().event(Event::new(year(2018), EventKind::Ramp, Some("campaign")));
    let report = Report::new(&panel, &options).unwrap();
    let effect = report.series()[0].findings().find(|f| matches!(f, Finding::Effect { .. })).unwrap();
    let english = effect.sentence(Language::English);
    assert!(english.starts_with("From campaign (2018) on the figures move ever further above what they"), "{english}");
    assert!(english.contains("% each year (95% interval: "), "{english}");
}

#[test]
fn readers_of_a_language_see_its_labels_and_one_prior_once() {
    let amounts = series("cost", 2016, &[10.5, 12.5, 11.5, 13.5, 12.0]).with_unit(Unit::Amount).unwrap();
    let rates = series("rate", 2016, &[1.5, 2.5, 1.8, 2.2, 2.0]).with_unit(Unit::Rate).unwrap();
    let empty = series("none", 2016, &[f64::NAN, f64::NAN]).with_label("Nothing");
    let panel = Panel::new(vec![amounts.with_label("Cost"), rates, empty]).unwrap();
    let options = ReportOptions::default().label_in(Language::Malay, "cost", "Kos");
    let report = Report::new(&panel, &options.label_in(Language::Malay, "none", "Kosong")).unwrap();
    let [english, malay] = Language::ALL.map(|said| report.to_markdown(said));
    assert!(english.contains("## Cost") && english.contains("Nothing") && !english.contains("Kos"), "{english}");
    assert!(malay.contains("## Kos\n") && malay.contains("Kosong") && !malay.contains("Cost"), "{malay}");
    // of counts (the empty series), and of amounts and rates together
    assert_eq!(english.matches("Collections behind the prior").count(), 2);
    assert!(malay.contains("siri dalam") && !malay.contains(" series in "), "{malay}");
    assert_eq!(Report::from_json(&report.to_json().unwrap()).unwrap(), report);
}

#[test]
fn what_is_masked_changes_nothing_in_the_report() {
    let tree = Tree::new(["men", "women"].map(|part| ("all", part, Relation::Sum))).unwrap();
    let hidden = |small: f64, second: f64, so_far: f64| {
        let begun = Coverage::Through("2023-05-31".parse().unwrap());
        let permits = series("permits", 2018, &[9.0, small, 8.0, 12.0, 31.0]);
        let permits = permits.with_partial(year(2023), so_far, begun).unwrap();
        let men = series("men", 2020, &[30.0, 25.0, 20.0 - second]);
        let women = series("women", 2020, &[20.0, 22.0, second]);
        let panel = Panel::new(vec![permits, series("all", 2020, &[50.0, 47.0, 20.0]), men, women]).unwrap();
        Report::new(&panel, &ReportOptions::default().tree(tree.clone()).mask_below(5.0)).unwrap()
    };
    let (one, other) = (hidden(0.0, 3.0, 1.0), hidden(4.0, 1.0, 4.0));
    assert_eq!(one, other);
    assert_eq!(one.to_json().unwrap(), other.to_json().unwrap());
    let page = text_of(&one.to_html(Language::English));
    assert!(page.contains("<5") && page.contains("masked"), "{page}");
    assert_ne!(hidden(0.0, 3.0, 1.0), hidden(5.0, 3.0, 1.0), "5 is shown");
}

#[test]
fn a_complement_of_which_nothing_may_be_said_is_masked_and_not_missing() {
    // in 2021 the total is below a part, which therefore has no bounds that would be true
    let all = series("all", 2018, &[50.0, 52.0, 61.0, 9.0, 47.0]);
    let men = series("men", 2018, &[30.0, f64::NAN, 39.0, 20.0, 25.0]);
    let women = series("women", 2018, &[20.0, 22.0, 22.0, 2.0, 22.0]);
    let tree = Tree::new(["men", "women"].map(|part| ("all", part, Relation::Sum))).unwrap();
    let panel = Panel::new(vec![all, men, women]).unwrap();
    let report = Report::new(&panel, &ReportOptions::default().tree(tree).mask_below(5.0)).unwrap();
    let men = &report.series()[1];
    assert_eq!(men.complements, [year(2021)]);
    let unsaid = |wanted: &Finding| men.unsaid.contains(wanted);
    assert!(unsaid(&Finding::Masked { years: vec![year(2021)] }), "{:?}", men.unsaid);
    assert!(unsaid(&Finding::Missing { years: vec![year(2019)] }), "{:?}", men.unsaid);
    let text = report.to_markdown(Language::English);
    assert!(text.contains("2021 | masked |") && text.contains("2019 | – |"), "{text}");
}

#[test]
fn a_report_comes_back_from_json_as_it_was() {
    let report = report();
    let again = Report::from_json(&report.to_json().unwrap()).unwrap();
    assert_eq!(again, report);
    assert_eq!(again.to_html(Language::Malay), report.to_html(Language::Malay));
    let broken = report.to_json().unwrap().replace("\"rules\":{", "\"rules\":{\"more\":1,");
    assert!(Report::from_json(&broken).is_err());
}

#[test]
fn a_panel_without_a_projection_has_a_report_too() {
    let nothing = Panel::new(vec![series("none", 2021, &[f64::NAN])]).unwrap();
    for panel in [nothing, Panel::default()] {
        let report = Report::new(&panel, &ReportOptions::default()).unwrap();
        assert_eq!(report.summary().projected, 0);
        assert!(report.to_markdown(Language::English).contains("none could be projected"));
        assert!(text_of(&report.to_html(Language::Malay)).contains("tiada satu pun dapat diunjurkan"));
    }
}

#[test]
fn whatever_a_series_holds_its_report_is_written_and_read_back() {
    let values: [&[f64]; 9] = [
        &[0.0; 6],
        &[7.0],
        &[5.0; 8],
        &[0.0, 1e15, 3.0, 0.0, 9e15],
        &[1e-300, 2e-300, 1.5e-300],
        &[-5.0, -3.5, 2.25, -1.0],
        &[1e149, 2e149, -1e149],
        &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0],
        &[f64::NAN, 3.0, f64::NAN, f64::NAN, 0.5],
    ];
    let series = values.iter().enumerate().map(|(i, y)| series(&format!("s{i}"), 2010, y)).collect();
    let panel = Panel::new(series).unwrap();
    let event = Event::new(year(2015), EventKind::Pulse, None);
    for options in [ReportOptions::default().event(event), ReportOptions::default().mask_below(5.0)] {
        let report = Report::new(&panel, &options).unwrap();
        let json = report.to_json().unwrap();
        assert!(!json.contains("null,\"upper\"") && !json.contains("\"upper\":null"), "{json}");
        assert_eq!(Report::from_json(&json).unwrap(), report);
        for language in Language::ALL {
            let text = plain(&report.to_markdown(language));
            assert!(!text.contains("NaN") && !text.contains("inf "), "{text}");
            let json = serde_json::from_str(&json).unwrap();
            assert_eq!(unfounded(&text, &json), Vec::<String>::new(), "{text}");
        }
    }
}

#[test]
fn names_that_are_not_in_the_panel_are_refused() {
    let event = Event::new(year(2020), EventKind::Step, None);
    assert!(Report::new(&panel(), &ReportOptions::default().event_of("nobody", event)).is_err());
    let tree = Tree::new([("all", "nobody", Relation::Sum)]).unwrap();
    assert!(Report::new(&panel(), &ReportOptions::default().tree(tree)).is_err());
    assert!(Report::new(&panel(), &ReportOptions::default().mask_below(2.5)).is_err());
}

#[test]
fn nothing_is_said_of_less_than_a_count_of_nought() {
    let (year, since) = (year(2023), year(2022));
    let trend = |value, below| Finding::Trend {
        year,
        since,
        value,
        above: 0.4,
        below,
        needed: 0.8,
        direction: unjuran::report::Direction::Open,
    };
    assert!(trend(3.0, 0.3).sentence(Language::English).contains("below one of 30%"));
    assert_eq!(
        trend(0.0, 0.0).sentence(Language::English),
        "Whether 2023 will be above the 0 of 2022 cannot be told: the probability is 40%, and a direction is named from 80% on."
    );
}
