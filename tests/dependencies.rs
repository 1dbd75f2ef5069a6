//! What the lock file must hold: linfa pins ndarray 0.16, and a second ndarray would split every matrix type in two.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::fs;
use std::path::Path;

#[test]
fn ndarray_is_in_the_tree_once_whatever_the_bindings_bring() {
    let lock = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    let packages: Vec<&str> = lock.lines().filter_map(|l| l.strip_prefix("name = ")).collect();
    assert_eq!(packages.iter().filter(|p| **p == "\"ndarray\"").count(), 1, "cargo tree -d shows who brings the other");
}

#[test]
fn the_crates_we_are_compared_with_are_in_a_lock_of_their_own() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = |lock: &str| -> Vec<String> {
        let text = fs::read_to_string(root.join(lock)).unwrap();
        let names =
            text.lines().filter_map(|l| l.strip_prefix("name = \"")).map(|l| l.trim_end_matches('"').to_owned());
        names.filter(|name| name.starts_with("augurs") || name.starts_with("anofox")).collect()
    };
    assert!(names("benches/peers/Cargo.lock").contains(&"anofox-forecast".to_owned()));
    assert_eq!(names("Cargo.lock"), Vec::<String>::new());
}
