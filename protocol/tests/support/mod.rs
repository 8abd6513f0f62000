//! Where the tests find their files, and what several of them need.

use std::path::PathBuf;

use serde_json::Value;

/// A folder or file of the shared test data, beside the project; `CSM_SHARED_DATA` names another place.
///
/// `None`, said on stderr, when it is not on this machine; under `CI=true` that is a failure.
pub(crate) fn shared_data(relative: &str) -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");
    let root = std::env::var_os("CSM_SHARED_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let path = root.join(relative);
    if path.exists() {
        return Some(path);
    }
    let missing = format!("no shared test data at `{}`; set CSM_SHARED_DATA", path.display());
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{missing}");
    eprintln!("skipped: {missing}");
    None
}

/// A golden line, without its line ending.
pub(crate) fn golden(name: &str) -> String {
    let path = format!("{}/tests/golden/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    text.trim_end().to_owned()
}

/// The names of all golden lines, sorted.
pub(crate) fn golden_names() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> =
        files.map(|name| name.into_string().unwrap().trim_end_matches(".json").to_owned()).collect();
    names.sort();
    names
}

/// The text of a value as the standard writer has it: equal texts mean equal values in equal order.
pub(crate) fn written(line: &str) -> String {
    serde_json::from_str::<Value>(line).unwrap().to_string()
}
