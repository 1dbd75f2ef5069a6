//! Files that are well-formed and wrong: numbers, lengths and names changed at random. Each is read and answers, or is
//! refused by a typed error; none panics, none answers with a number that is not finite.

use std::fs;
use std::panic::catch_unwind;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::samples::{Sample, samples};

/// What a place in a file becomes.
fn strange() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(0)),
        Just(json!(-1)),
        Just(json!(0.5)),
        Just(json!(1e-300)),
        Just(json!(1e300)),
        Just(json!(-1e300)),
        Just(json!(4_294_967_295_u64)),
        Just(json!(u64::MAX)),
        Just(json!(i64::MIN)),
        Just(json!(2015)),
        Just(json!(9999)),
        Just(json!(null)),
        Just(json!([])),
        Just(json!({})),
        Just(json!("")),
        Just(json!("2015-02-30")),
        (-50.0..50.0_f64).prop_map(|x| json!(x)),
    ]
}

/// One change at a place chosen by `pick` among all places.
fn changed(value: &mut Value, pick: usize, how: u8, new: &Value) {
    let places = count(value);
    let mut left = pick % places;
    at(value, &mut left, &mut |place| match (how % 5, place) {
        // one row among others that is much longer: what fills the others up would be as long as all of them together
        (4, Value::Array(rows)) if rows.first().is_some_and(Value::is_array) => {
            rows[0].as_array_mut().unwrap().extend(std::iter::repeat_n(json!(0.0), 1000));
        }
        (1, Value::Array(items)) if !items.is_empty() => drop(items.pop()),
        (2, Value::Array(items)) if !items.is_empty() => items.push(items[0].clone()),
        (3, place) if place.is_f64() => *place = json!(-place.as_f64().unwrap_or_default()),
        (_, place) => *place = new.clone(),
    });
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(entries) => entries.values().map(count).sum(),
        _ => 0,
    }
}

fn at(value: &mut Value, left: &mut usize, change: &mut dyn FnMut(&mut Value)) -> bool {
    if *left == 0 {
        change(value);
        return true;
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|item| at(item, left, change)),
        Value::Object(entries) => entries.values_mut().any(|item| at(item, left, change)),
        _ => false,
    }
}

/// The sample of this name as data that can be changed.
fn sample(name: &str) -> Value {
    let samples = samples().unwrap();
    serde_json::from_str(&samples.iter().find(|sample| sample.name == name).unwrap().text).unwrap()
}

/// Why the file is refused.
fn refusal(file: &Value) -> String {
    let kind = file["type"].as_str().unwrap();
    (crate::reader(kind).text)(&file.to_string()).unwrap_err().to_string()
}

#[test]
fn rows_of_unequal_lengths_are_refused_before_they_are_filled_up() {
    let mut file = sample("forecast");
    // 100 kB; filled up to the longest row they would be 20,000 x 20,000 numbers, 3 GB
    let rows = std::iter::once(json!(vec![0; 20_000])).chain(std::iter::repeat_n(json!([]), 20_000));
    file["data"]["joint"]["members"][0]["latent"]["shared"] = rows.collect();
    assert!(refusal(&file).contains("rows of unequal lengths"), "{}", refusal(&file));
}

#[test]
fn a_forecast_of_more_years_than_a_horizon_has_is_refused() {
    let mut file = sample("forecast-widened");
    let latent = &mut file["data"]["joint"]["members"][0]["latent"];
    for (part, one) in [("location", json!(1.0)), ("shared", json!([1.0])), ("ripple", json!(1.0))] {
        latent[part] = std::iter::repeat_n(one, 1_000_000).collect();
    }
    assert!(refusal(&file).contains("horizon 1000000 is not allowed"), "{}", refusal(&file));
}

#[test]
fn a_law_that_shares_more_than_years_and_parameters_is_refused_before_anything_is_drawn() {
    for (name, law) in [
        ("forecast-widened", "/data/joint/members/0/latent"),
        ("forecast-pooled", "/data/joint/averaged/parts/0/1/members/0/latent"),
    ] {
        for (columns, allowed) in [(2000, true), (2001, false), (1_000_000, false)] {
            let mut file = sample(name);
            let latent = file.pointer_mut(law).unwrap();
            let years = latent["location"].as_array().unwrap().len();
            latent["shared"] = vec![vec![0.1; columns]; years].into();
            let kind = file["type"].as_str().unwrap();
            match (crate::reader(kind).text)(&file.to_string()) {
                Ok(_) => assert!(allowed, "{name}: {columns}"),
                Err(problem) => {
                    let said = format!("shared = rows of {columns} numbers is not allowed: at most 2000");
                    assert!(!allowed && problem.to_string().contains(&said), "{name}: {problem}");
                }
            }
        }
    }
}

#[test]
fn a_combination_with_a_part_of_another_series_is_refused() {
    let file = sample("fit-Combination");
    for (place, other) in [("name", json!("another country")), ("start", json!(2014))] {
        let mut file = file.clone();
        let parts = file["data"]["fitted"]["fit"]["parts"].as_array_mut().unwrap();
        // the one that is stored by its series alone
        let part = parts.iter_mut().find(|part| part[1]["kind"] == "ETS").unwrap();
        part[1]["fit"]["series"][place] = other.clone();
        if let Some(rivals) = part[1]["fit"]["rivals"].as_array_mut() {
            for rival in rivals.iter_mut() {
                rival[1]["series"][place] = other.clone();
            }
        }
        assert!(refusal(&file).contains("a part fitted to"), "{}", refusal(&file));
    }
    let mut file = file;
    file["data"]["fitted"]["fit"]["parts"][0][0] = json!(0.9);
    assert!(refusal(&file).contains("add up to 1"), "{}", refusal(&file));
}

#[test]
fn a_fit_beside_a_model_that_did_not_make_it_is_refused() {
    let model = |name: &str| sample(name)["data"].clone();
    let pairs = [
        ("fit-Naive", "model-Mean"),
        ("fit-Naive", "model-Drift"),
        ("fit-ETS-A-N-N", "model-ETS-A-A-N"),
        ("fit-ETS-M-M-N", "model-AutoETS"),
        ("fit-LinearTrend", "model-HuberTrend"),
        ("fit-Theta", "model-BayesETS"),
    ];
    for (fit, other) in pairs {
        let mut file = sample(fit);
        assert!((crate::reader("fit").text)(&file.to_string()).is_ok());
        file["data"]["model"] = model(other);
        assert!(refusal(&file).contains("a fit of this model"), "{fit} {other}: {}", refusal(&file));
    }
}

#[test]
fn classes_beside_a_chosen_one_are_of_its_series_and_leave_it_weight() {
    let file = sample("fit-AutoETS");
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut file = file.clone();
        change(&mut file["data"]["fitted"]["fit"]["rivals"]);
        refusal(&file)
    };
    let refused = changed(&|rivals| rivals[0][0] = json!(1.0));
    assert!(refused.contains("add up to less than 1"), "{refused}");
    let refused = changed(&|rivals| rivals[0][0] = json!(-0.1));
    assert!(refused.contains("weights above 0"), "{refused}");
    let refused = changed(&|rivals| rivals[0][1]["series"]["name"] = json!("another country"));
    assert!(refused.contains("one fitted to"), "{refused}");
    let refused = changed(&|rivals| {
        let again = rivals[0].clone();
        *rivals = json!([again]);
        rivals[0][0] = json!(0.1);
        let twice = rivals[0].clone();
        rivals.as_array_mut().unwrap().push(twice);
    });
    assert!(refused.contains("twice"), "{refused}");
}

#[test]
fn emptied_tables_and_probabilities_outside_0_to_1_are_refused() {
    for (name, place, wrong) in [
        ("capacity", "/data/asked/pattern", json!([])),
        ("capacity", "/data/asked/pattern", json!(vec![1.0; 12])),
        ("capacity", "/data/asked/service_level", json!(7.5)),
        ("capacity", "/data/asked/group", json!(0.0)),
        ("capacity", "/data/asked/stay", json!({ "observed": [] })),
        ("capacity", "/data/asked/stay", json!({ "mean": -3.0 })),
        ("converted-series", "/data/years", json!([])),
        ("converted-series", "/data/laws", json!([])),
        ("impact", "/data/relative", json!([])),
        ("impact", "/data/probability", json!(7.5)),
        ("impact", "/data/meaningful", json!(0.0)),
        ("target", "/data/probability", json!(7.5)),
        ("target", "/data/probability", json!(-3.0)),
        ("target", "/data/thresholds/on", json!(0.1)),
        ("required-change", "/data/probability", json!(-3.0)),
        ("required-change", "/data/asked", json!(7.5)),
        ("merged-sources", "/data/scatter", json!(-1.0)),
        ("merged-sources", "/data/effects/0/ratio", json!(-1.0)),
        ("merged-sources", "/data/years/0/given/0/1", json!(-1.0)),
    ] {
        let text = fs::read_to_string(crate::stored().join(format!("v1/{name}.json"))).unwrap();
        let mut file: Value = serde_json::from_str(&text).unwrap();
        let reader = crate::reader(file["type"].as_str().unwrap());
        assert!((reader.text)(&text).is_ok(), "{name}");
        *file.pointer_mut(place).unwrap() = wrong.clone();
        let refused = (reader.text)(&file.to_string());
        assert!(refused.is_err(), "{name} with {place} of {wrong}: {refused:?}");
    }
}

#[test]
fn a_file_with_strange_numbers_lengths_and_names_answers_or_is_refused() {
    let samples: Vec<(Sample, Value)> = samples()
        .unwrap()
        .into_iter()
        .map(|sample| {
            let data = serde_json::from_str(&sample.text).unwrap();
            (sample, data)
        })
        .collect();
    let Config { cases, .. } = Config::default();
    let mut runner = TestRunner::new(Config { failure_persistence: None, cases: 10 * cases, ..Config::default() });
    let change = (any::<usize>(), any::<u8>(), strange());
    let strategy = (0..samples.len(), proptest::collection::vec(change, 1..3));
    runner
        .run(&strategy, |(which, changes)| {
            let (sample, data) = &samples[which];
            let mut file = data.clone();
            for (pick, how, new) in &changes {
                changed(&mut file["data"], *pick, *how, new);
            }
            let text = file.to_string();
            let answer = catch_unwind(|| (crate::reader(sample.kind).asked)(&text));
            let Ok(answer) = answer else {
                return Err(TestCaseError::fail(format!("{} panicked on {text}", sample.name)));
            };
            if let Ok(figures) = answer {
                let finite = figures.iter().all(|x| x.is_finite());
                prop_assert!(finite, "{}: {figures:?} of {text}", sample.name);
            }
            Ok(())
        })
        .unwrap();
}
