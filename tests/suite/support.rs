//! A workspace to work in, and the binary to work with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The request the published agent sends, word for word.
pub(crate) const SEED_QUERY: &str = r#"{"requesting_agent":"customer-success-manager","request_type":"get_customer_context","payload":{"query":"Customer context needed: account segments, product usage, health metrics, churn risks, growth opportunities, and success goals."}}"#;

/// A folder of its own, gone when dropped.
pub(crate) struct Scratch {
    dir: TempDir,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A fresh copy of the sample workspace, without anything a session has written.
    pub(crate) fn lumen(&self, name: &str) -> PathBuf {
        let to = self.dir.path().join(name);
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/lumen"), &to);
        to
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file, and the folders above it.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.dir.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, text).expect("a file");
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("the sample workspace") {
        let entry = entry.expect("an entry");
        let name = entry.file_name();
        if [".csm", "out", "plans"].iter().any(|generated| name == *generated) {
            continue;
        }
        let target = to.join(&name);
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

pub(crate) fn csm(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_csm"));
    command.args(arguments).stdin(Stdio::null()).env_remove("CSM_LOG");
    command
}

/// Runs to the end and demands success.
pub(crate) fn done(arguments: &[&str]) -> Output {
    let output = csm(arguments).output().expect("the binary starts");
    assert!(
        output.status.success(),
        "`csm {}` ended with {:?}\nstdout: {}\nstderr: {}",
        arguments.join(" "),
        output.status.code(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8 on stdout")
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8 on stderr")
}

/// `csm stdio` on `workspace`, its pipes ours.
pub(crate) fn stdio(workspace: &Path) -> Child {
    csm(&["stdio", text(workspace)])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts")
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("a UTF-8 path")
}

/// Every line of `text` as JSON.
pub(crate) fn messages(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON object per line")).collect()
}

/// Every file under `out/` and `plans/`, with its bytes.
pub(crate) fn deliverables(workspace: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for part in ["out", "plans"] {
        gather(workspace, &workspace.join(part), &mut found);
    }
    found.sort();
    found
}

fn gather(root: &Path, folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            gather(root, &path, found);
        } else {
            let name = path.strip_prefix(root).expect("under the root").to_string_lossy().into_owned();
            found.push((name, fs::read(&path).expect("a file")));
        }
    }
}

/// The shared data sets, or `None` where they may be missing; `CI=true` demands them.
pub(crate) fn shared_data(set: &str) -> Option<PathBuf> {
    let root = std::env::var_os("CSM_SHARED_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let path = root.join(set);
    if path.is_dir() {
        return Some(path);
    }
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "shared data set `{set}` not found at {}",
        root.display()
    );
    eprintln!("skipped: shared data set `{set}` not found at {}", root.display());
    None
}
