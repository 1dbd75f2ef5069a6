//! What was stored is read for ever: files of every version, and everything that this release stores.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod answers;
mod hostile;
mod readers;
mod samples;

use std::fs;
use std::path::{Path, PathBuf};

use readers::{Reader, readers};
use samples::samples;
use unjuran::persist::{TYPES, VERSION};

fn reader(kind: &str) -> Reader {
    readers().into_iter().find(|reader| reader.kind == kind).unwrap()
}

fn stored() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stored")
}

/// Whether figures are those that were stored: to the last bit where the files were written, elsewhere nearly (the
/// logarithms and exponentials of other systems round otherwise).
fn same(found: &[f64], expected: &[f64]) -> bool {
    let exactly = cfg!(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"));
    let near = |a: f64, b: f64| a.to_bits() == b.to_bits() || (!exactly && (a - b).abs() <= 1e-9 * b.abs().max(1.0));
    found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| near(*a, *b))
}

#[test]
fn files_of_every_version_answer_as_they_did() {
    for version in 1..=VERSION {
        let mut read = 0;
        for entry in fs::read_dir(stored().join(format!("v{version}"))).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|end| end != "figures") {
                continue;
            }
            let figures: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            let reader = reader(figures["type"].as_str().unwrap());
            let expected: Vec<f64> =
                figures["figures"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
            let text = (reader.text)(&fs::read_to_string(path.with_extension("json")).unwrap());
            let bytes = (reader.bytes)(&fs::read(path.with_extension("bin")).unwrap());
            // why not of this one: it has no prior of its own, and is fitted anew by the one that ships then.
            let by_shipped_prior = path.file_stem().unwrap() == "model-BayesETS";
            for found in [text, bytes] {
                let found = found.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                if by_shipped_prior {
                    assert_eq!(found.len(), expected.len(), "{}", path.display());
                    continue;
                }
                assert!(same(&found, &expected), "{}: {found:?} is not {expected:?}", path.display());
            }
            read += 1;
        }
        assert!(read >= TYPES.len(), "version {version} has {read} files");
    }
}

#[test]
fn everything_answers_bit_for_bit_after_text_and_bytes() {
    for sample in samples().unwrap() {
        let reader = reader(sample.kind);
        let bits = |figures: Vec<f64>| figures.into_iter().map(f64::to_bits).collect::<Vec<_>>();
        let expected = bits(sample.figures.clone());
        assert_eq!(bits((reader.text)(&sample.text).unwrap()), expected, "{} as text", sample.name);
        assert_eq!(bits((reader.bytes)(&sample.bytes).unwrap()), expected, "{} as bytes", sample.name);
        assert_eq!((reader.again)(&sample.text).unwrap(), (sample.text, sample.bytes), "{}", sample.name);
    }
}

#[test]
fn there_is_a_sample_of_every_type() {
    let found: Vec<&str> = samples().unwrap().iter().map(|sample| sample.kind).collect();
    for kind in TYPES {
        assert!(found.contains(kind), "{kind}");
    }
}
