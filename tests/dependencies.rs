//! What is linked, and what is not: one ndarray, no network, and nothing that a program may have once only and should choose
//! itself (allocator, logger, thread pool, panic hook). What the workflows run is pinned.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files below a folder with one of these endings.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, endings));
        } else if path.extension().is_some_and(|e| endings.iter().any(|ending| e == *ending)) {
            found.push(path);
        }
    }
    found
}

#[test]
fn ndarray_is_in_the_tree_once_whatever_the_bindings_bring() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let packages: Vec<&str> = lock.lines().filter_map(|l| l.strip_prefix("name = ")).collect();
    assert_eq!(packages.iter().filter(|p| **p == "\"ndarray\"").count(), 1, "cargo tree -d shows who brings the other");
}

#[test]
fn the_crates_we_are_compared_with_are_in_a_lock_of_their_own() {
    let names = |lock: &str| -> Vec<String> {
        let text = fs::read_to_string(root().join(lock)).unwrap();
        let names =
            text.lines().filter_map(|l| l.strip_prefix("name = \"")).map(|l| l.trim_end_matches('"').to_owned());
        names.filter(|name| name.starts_with("augurs") || name.starts_with("anofox")).collect()
    };
    assert!(names("benches/peers/Cargo.lock").contains(&"anofox-forecast".to_owned()));
    assert_eq!(names("Cargo.lock"), Vec::<String>::new());
}

/// Everything that is linked into a program that uses the package with all its features; what only tests and builds use is not.
fn linked(package: &str) -> BTreeSet<String> {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--package", package, "--all-features"])
        .args(["--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let text = String::from_utf8(tree.stdout).unwrap();
    text.lines().filter_map(|line| line.split(' ').next()).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[test]
fn nothing_that_is_linked_talks_to_a_network_allocates_logs_or_runs_an_event_loop() {
    const NOT: [&str; 24] = [
        "axum",
        "curl",
        "hyper",
        "isahc",
        "mio",
        "native-tls",
        "openssl-sys",
        "quinn",
        "reqwest",
        "rustls",
        "socket2",
        "tokio",
        "async-std",
        "smol",
        "ureq",
        "jemallocator",
        "tikv-jemallocator",
        "mimalloc",
        "env_logger",
        "fern",
        "log4rs",
        "simplelog",
        "tracing-subscriber",
        "color-eyre",
    ];
    for package in ["unjuran", "unjuran-python"] {
        let linked = linked(package);
        assert!(linked.contains("unjuran") && linked.contains("rayon"), "cargo tree answers otherwise now: {linked:?}");
        let found: Vec<_> = NOT.iter().filter(|name| linked.contains(**name)).collect();
        assert!(found.is_empty(), "{package} links {found:?}");
    }
}

/// Lines of the sources that hold one of these words outside of comments, with where they stand.
fn lines_with(folder: &str, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for path in files(&root().join(folder), &["rs"]) {
        for (i, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if words.iter().any(|word| code.contains(word)) {
                found.push(format!("{}:{}: {}", path.strip_prefix(root()).unwrap().display(), i + 1, code.trim()));
            }
        }
    }
    found
}

#[test]
fn the_crate_opens_no_connection_starts_no_process_and_has_no_allocator_logger_pool_or_panic_hook_of_its_own() {
    let words = [
        "std::net",
        "std::os::unix::net",
        "TcpStream",
        "UdpSocket",
        "std::process",
        "Command::new",
        "global_allocator",
        "GlobalAlloc",
        "set_logger",
        "set_boxed_logger",
        "ThreadPoolBuilder",
        "build_global",
        "thread::spawn",
        "set_hook",
    ];
    assert_eq!(lines_with("src", &words), Vec::<String>::new());
    // the words are found where they are: the load test connects
    assert!(!lines_with("tests/", &["TcpStream"]).is_empty());
}

#[test]
fn the_bindings_open_no_connection_and_make_a_pool_for_one_call_only() {
    let words = ["std::net", "TcpStream", "std::process", "global_allocator", "set_logger", "build_global", "set_hook"];
    assert_eq!(lines_with("python/src", &words), Vec::<String>::new());
    let pools = lines_with("python/src", &["ThreadPoolBuilder"]);
    assert!(pools.iter().all(|line| line.starts_with("python/src/run.rs")), "{pools:?}");
}

#[test]
fn every_feature_is_documented_where_users_of_the_crate_look() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let features = manifest.split("[features]").nth(1).and_then(|rest| rest.split("\n[").next()).unwrap();
    let names: Vec<&str> = features
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name)
        .filter(|n| *n != "default")
        .collect();
    assert!(names.contains(&"svg"), "{names:?}");
    for page in ["src/lib.rs", "docs/how-to/services.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        for name in &names {
            assert!(text.contains(&format!("| `{name}` |")), "{page} says nothing of the feature {name}");
        }
    }
}

#[test]
fn every_action_of_the_workflows_is_pinned_by_its_commit() {
    let mut pinned = 0;
    for path in files(&root().join(".github/workflows"), &["yml", "yaml"]) {
        for line in fs::read_to_string(&path).unwrap().lines() {
            let Some((_, action)) = line.split_once("uses: ") else { continue };
            let commit = action.split(' ').next().and_then(|a| a.split_once('@')).map_or("", |(_, commit)| commit);
            let whole = commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit());
            assert!(whole, "{}: {action}", path.display());
            pinned += 1;
        }
    }
    assert!(pinned > 0, "no workflow uses an action any more");
}
