//! What `.gitignore` files leave out.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::sync::Arc;

use cap_std::fs::Dir;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::handle::{open_dir, open_file};

/// Larger ignore files are not read.
const LARGEST: u64 = 1024 * 1024;

/// The ignore file of one directory, and those above it.
pub(super) struct Ignores {
    /// Length of the directory's path, with its `/`.
    prefix: usize,
    rules: Gitignore,
    above: Option<Arc<Ignores>>,
}

impl Ignores {
    /// Reads the ignore file of a directory, which comes before those above it.
    pub(super) fn read(dir: &Dir, prefix: usize, above: Option<Arc<Self>>) -> Option<Arc<Self>> {
        let Ok(Some((file, _))) = open_file(dir, OsStr::new(".gitignore")) else {
            return above;
        };
        let mut text = Vec::new();
        if file.take(LARGEST).read_to_end(&mut text).is_err() {
            return above;
        }
        let mut builder = GitignoreBuilder::new("");
        for line in String::from_utf8_lossy(&text).lines() {
            // A line that git would not understand either ignores nothing.
            let _ = builder.add_line(None, line);
        }
        match builder.build() {
            Ok(rules) if !rules.is_empty() => Some(Arc::new(Self { prefix, rules, above })),
            _ => above,
        }
    }

    /// Reads the ignore files of the directories above where a walk begins.
    pub(super) fn above(root: &Dir, path: &str) -> io::Result<Option<Arc<Self>>> {
        let mut dir = root.try_clone()?;
        let (mut prefix, mut ignores) = (0, None);
        for name in path.split('/') {
            ignores = Self::read(&dir, prefix, ignores);
            dir = open_dir(&dir, OsStr::new(name))?;
            prefix += name.len() + 1;
        }
        Ok(ignores)
    }
}

/// Whether a path is left out. The ignore file nearest to it decides; `.git` always is.
pub(super) fn ignored(path: &str, name: &str, is_dir: bool, nearest: Option<&Arc<Ignores>>) -> bool {
    if name == ".git" {
        return true;
    }
    let mut next = nearest;
    while let Some(ignores) = next {
        let verdict = ignores.rules.matched(&path[ignores.prefix..], is_dir);
        if !verdict.is_none() {
            return verdict.is_ignore();
        }
        next = ignores.above.as_ref();
    }
    false
}
