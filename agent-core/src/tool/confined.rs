//! A directory that tools cannot leave.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use rustix::fs::{FileType, Stat};

use super::commit::{Expect, commit};
use super::error::{Refusal, ToolError};
use super::guard::Guard;
use super::handle::{kind, open_dir, open_file};
use super::resolve::{Intent, Spot, resolve};

/// What in the workspace is closed to tools. Paths are relative to its root; an entry covers
/// everything below it, in any spelling, and also before it exists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rules {
    /// Never read, listed or written.
    pub denied: Vec<String>,
    /// Read, but never written: the agent's own configuration and grants.
    pub read_only: Vec<String>,
}

impl Rules {
    /// Closes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Closes a path to reading and writing.
    #[must_use]
    pub fn deny(mut self, path: &str) -> Self {
        self.denied.extend(clean(path));
        self
    }

    /// Closes a path to writing.
    #[must_use]
    pub fn read_only(mut self, path: &str) -> Self {
        self.read_only.extend(clean(path));
        self
    }
}

/// `./a//b/` is `a/b`; the root itself cannot be an entry.
fn clean(path: &str) -> Option<String> {
    let names: Vec<&str> = path.split('/').filter(|name| !matches!(*name, "" | ".")).collect();
    (!names.is_empty()).then(|| names.join("/"))
}

/// A directory that tools cannot leave, with its [`Rules`]. Cheap to clone.
///
/// The directory is held open: renaming it, or putting another in its place, changes nothing for
/// the tools.
#[derive(Debug, Clone)]
pub struct Confined {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    root: Dir,
    path: PathBuf,
    rules: Rules,
}

impl Confined {
    /// Opens a directory under rules.
    pub fn open(root: &Path, rules: Rules) -> Result<Self, ToolError> {
        // Opened a second time because a path-only handle can be neither listed nor synced.
        let opened =
            Dir::open_ambient_dir(root, ambient_authority()).and_then(|dir| open_dir(&dir, OsStr::new(".")));
        let dir = opened.map_err(|source| ToolError::io("open", &root.to_string_lossy(), source))?;
        let clean_all = |paths: &[String]| paths.iter().filter_map(|path| clean(path)).collect();
        let rules = Rules { denied: clean_all(&rules.denied), read_only: clean_all(&rules.read_only) };
        Ok(Self { inner: Arc::new(Inner { root: dir, path: root.to_owned(), rules }) })
    }

    /// Where the directory was opened; for messages, not for opening files.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// The rules.
    pub fn rules(&self) -> &Rules {
        &self.inner.rules
    }

    pub(super) fn root(&self) -> &Dir {
        &self.inner.root
    }

    /// The rules as they hold now.
    pub(super) fn guard(&self) -> Guard {
        Guard::new(&self.inner.root, &self.inner.rules)
    }

    /// Follows a path under the rules; `None` is the root itself.
    pub(super) fn follow(&self, path: &str, intent: Intent) -> Result<Option<Spot>, ToolError> {
        resolve(&self.inner.root, Some(&self.guard()), path, intent)
    }

    /// Opens a regular file for reading. Blocking.
    pub(super) fn open_read(&self, path: &str) -> Result<(File, Stat, Spot), ToolError> {
        let refused = |reason| ToolError::Refused { path: path.to_owned(), reason };
        let spot = self.spot(path, Intent::Look)?;
        let Some(stat) = &spot.stat else {
            return Err(ToolError::NotFound { path: path.to_owned() });
        };
        regular(stat).map_err(refused)?;
        let opened = open_file(&spot.dir, &spot.name);
        match opened.map_err(|source| ToolError::io("open", path, source))? {
            Some((file, stat)) => Ok((file, stat, spot)),
            None => Err(refused(Refusal::Restless)),
        }
    }

    /// Puts content at a path, whole or not at all. Blocking. Returns whether the file is new, and
    /// its real path.
    pub(super) fn put(
        &self,
        path: &str,
        content: &[u8],
        expect: &Expect,
    ) -> Result<(bool, String), ToolError> {
        // A file that must be there already needs no directories made for it.
        let intent = if matches!(expect, Expect::Sha256(_)) { Intent::Change } else { Intent::Make };
        let spot = match self.spot(path, intent) {
            Err(ToolError::NotFound { path }) if intent == Intent::Change => {
                return Err(expect.conflict(&path, None));
            }
            spot => spot?,
        };
        let created = commit(&spot, path, content, expect)?;
        Ok((created, spot.path))
    }

    /// Follows a path that has to name a file.
    fn spot(&self, path: &str, intent: Intent) -> Result<Spot, ToolError> {
        let directory = || ToolError::Refused { path: path.to_owned(), reason: Refusal::Directory };
        if path.ends_with('/') && path.len() > 1 {
            return Err(directory());
        }
        self.follow(path, intent)?.ok_or_else(directory)
    }
}

/// Only regular files are opened.
pub(super) fn regular(stat: &Stat) -> Result<(), Refusal> {
    match kind(stat) {
        FileType::RegularFile => Ok(()),
        FileType::Directory => Err(Refusal::Directory),
        FileType::Symlink => Err(Refusal::Restless),
        _ => Err(Refusal::Special),
    }
}
