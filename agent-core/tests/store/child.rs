//! A second process: this test binary, run again for one test that does something only when it is asked to.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const FILE: &str = "STORE_TEST_FILE";

/// Kills its process when it goes out of scope.
pub(crate) struct Process(pub(crate) Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs the test `name` in a process of its own, on the database at `file`.
pub(crate) fn run(name: &str, file: &Path) -> Process {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(FILE, file)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    Process(child)
}

/// The database to work on, if this is such a process.
pub(crate) fn file() -> Option<PathBuf> {
    std::env::var_os(FILE).map(PathBuf::from)
}
