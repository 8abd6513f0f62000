//! Visits the files below a directory, in the byte order of their paths, through open handles.
//!
//! Links are not followed: what they lead to inside the workspace is found at its own place.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use cap_std::fs::Dir;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rustix::fs::FileType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::adapter::ToolContext;
use super::error::{Refusal, ToolError};
use super::guard::Guard;
use super::handle::{kind, look, open_dir, open_file};
use super::resolve::Intent;

/// Deeper directories are skipped: each level holds a handle open.
const DEEPEST: usize = 200;
/// Larger ignore files are not read.
const LARGEST_IGNORE_FILE: u64 = 1024 * 1024;
/// Only so many skipped places are named; all are counted.
const MOST_NAMED: usize = 20;

/// A place that a search could not look into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Skipped {
    /// Path from the workspace's root.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// The places that were skipped: the first few by name, all by count.
#[derive(Debug, Default)]
pub(super) struct Skips {
    pub(super) named: Vec<Skipped>,
    pub(super) count: usize,
}

impl Skips {
    pub(super) fn add(&mut self, path: &str, reason: impl ToString) {
        self.count += 1;
        if self.named.len() < MOST_NAMED {
            self.named.push(Skipped { path: path.to_owned(), reason: reason.to_string() });
        }
    }
}

/// A regular file met on the way.
pub(super) struct Entry<'a> {
    dir: &'a Dir,
    name: &'a OsStr,
    /// Path from the workspace's root.
    pub(super) path: &'a str,
    /// Path from where the walk began.
    pub(super) below: &'a str,
}

impl Entry<'_> {
    /// Opens the file; `None` when it is no longer a regular file.
    pub(super) fn open(&self) -> io::Result<Option<(File, u64)>> {
        let opened = open_file(self.dir, self.name)?;
        Ok(opened.map(|(file, stat)| (file, u64::try_from(stat.st_size).unwrap_or(0))))
    }
}

/// One walk.
pub(super) struct Walk<'a> {
    cx: &'a ToolContext,
    guard: Guard,
    gitignore: bool,
    /// Directories that are not on the way to this one, or below it, are left out.
    toward: &'a str,
    /// What could not be looked into.
    pub(super) skips: Skips,
    ignores: Vec<Ignores>,
    start: usize,
}

/// The ignore file of one directory.
struct Ignores {
    /// Length of the directory's path, with its `/`.
    prefix: usize,
    rules: Gitignore,
}

type Visit<'v> = dyn FnMut(&Entry<'_>, &mut Skips) -> ControlFlow<()> + 'v;

impl<'a> Walk<'a> {
    pub(super) fn new(cx: &'a ToolContext, gitignore: bool, toward: &'a str) -> Self {
        let guard = cx.workspace.guard();
        let skips = Skips::default();
        Self { cx, guard, gitignore, toward, skips, ignores: Vec::new(), start: 0 }
    }

    /// Visits every regular file below `base`, or `base` itself when it is one.
    pub(super) fn run(&mut self, base: &str, visit: &mut Visit<'_>) -> Result<(), ToolError> {
        let failed = |source| ToolError::io("search", base, source);
        let root = self.cx.workspace.root();
        let Some(spot) = self.cx.workspace.follow(base, Intent::Look)? else {
            let dir = root.try_clone().map_err(failed)?;
            return self.below(&dir, &mut String::new(), 0, visit).map(|_| ());
        };
        match spot.stat.as_ref().map(kind) {
            None => Err(ToolError::NotFound { path: base.to_owned() }),
            Some(FileType::Directory) => {
                if self.gitignore {
                    self.ignores_above(&spot.path).map_err(failed)?;
                }
                let dir = open_dir(&spot.dir, &spot.name).map_err(failed)?;
                let mut path = spot.path + "/";
                self.start = path.len();
                self.below(&dir, &mut path, 0, visit).map(|_| ())
            }
            Some(FileType::RegularFile) => {
                let below = spot.name.to_string_lossy();
                let entry = Entry { dir: &spot.dir, name: &spot.name, path: &spot.path, below: &below };
                let _ = visit(&entry, &mut self.skips);
                Ok(())
            }
            Some(_) => Err(ToolError::Refused { path: base.to_owned(), reason: Refusal::Special }),
        }
    }

    /// `path` is the directory's own path with its `/`; empty for the root.
    fn below(
        &mut self,
        dir: &Dir,
        path: &mut String,
        depth: usize,
        visit: &mut Visit<'_>,
    ) -> Result<ControlFlow<()>, ToolError> {
        if self.cx.cancel.is_cancelled() {
            return Err(ToolError::Stopped);
        }
        if depth > DEEPEST {
            self.skips.add(path, "too deep");
            return Ok(ControlFlow::Continue(()));
        }
        let names = match self.names(dir, path) {
            Ok(names) => names,
            Err(source) => {
                self.skips.add(path, source);
                return Ok(ControlFlow::Continue(()));
            }
        };
        let ignores = self.ignores.len();
        if self.gitignore {
            self.ignore_file(dir, path.len());
        }
        let length = path.len();
        let mut flow = ControlFlow::Continue(());
        for (name, is_dir) in names {
            let Some(text) = name.to_str() else {
                self.skips.add(&format!("{path}{}", name.to_string_lossy()), "its name is not UTF-8");
                continue;
            };
            path.push_str(text);
            if !self.ignored(path, text, is_dir) {
                flow = if is_dir {
                    path.push('/');
                    match open_dir(dir, &name) {
                        Ok(next) => self.below(&next, path, depth + 1, visit)?,
                        Err(source) => {
                            self.skips.add(path, source);
                            ControlFlow::Continue(())
                        }
                    }
                } else {
                    let below = &path[self.start..];
                    visit(&Entry { dir, name: &name, path, below }, &mut self.skips)
                };
            }
            path.truncate(length);
            if flow.is_break() {
                break;
            }
        }
        self.ignores.truncate(ignores);
        Ok(flow)
    }

    /// The files and directories in one directory, in the order of their full paths: a directory
    /// sorts as its name with a `/`.
    fn names(&self, dir: &Dir, path: &str) -> io::Result<Vec<(OsString, bool)>> {
        let device = rustix::fs::fstat(dir)?.st_dev;
        let mut names = Vec::new();
        let mut full = path.to_owned();
        for entry in rustix::fs::Dir::read_from(dir)? {
            let entry = entry?;
            let bytes = entry.file_name().to_bytes();
            if matches!(bytes, b"." | b"..") {
                continue;
            }
            let name = OsStr::from_bytes(bytes);
            let kind = match entry.file_type() {
                FileType::Unknown => look(dir, name)?.map_or(FileType::Unknown, |stat| kind(&stat)),
                known => known,
            };
            let is_dir = match kind {
                FileType::Directory => true,
                FileType::RegularFile => false,
                _ => continue,
            };
            full.truncate(path.len());
            full.push_str(&name.to_string_lossy());
            if self.guard.hides(&full, device, entry.ino()) || (is_dir && self.aside(&full)) {
                continue;
            }
            let mut key = bytes.to_vec();
            if is_dir {
                key.push(b'/');
            }
            names.push((key, is_dir));
        }
        names.sort_unstable();
        let plain = names.into_iter().map(|(mut key, is_dir)| {
            if is_dir {
                key.pop();
            }
            (OsString::from_vec(key), is_dir)
        });
        Ok(plain.collect())
    }

    /// Whether a directory is neither on the way to `toward` nor below it.
    fn aside(&self, path: &str) -> bool {
        let leads = |whole: &str, part: &str| {
            whole.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let below = &path[self.start..];
        !self.toward.is_empty() && !leads(self.toward, below) && !leads(below, self.toward)
    }

    fn ignored(&self, path: &str, name: &str, is_dir: bool) -> bool {
        if !self.gitignore {
            return false;
        }
        if name == ".git" {
            return true;
        }
        // The ignore file nearest to the path decides.
        for ignores in self.ignores.iter().rev() {
            let verdict = ignores.rules.matched(&path[ignores.prefix..], is_dir);
            if !verdict.is_none() {
                return verdict.is_ignore();
            }
        }
        false
    }

    /// Reads the ignore files of the directories above where the walk begins.
    fn ignores_above(&mut self, path: &str) -> io::Result<()> {
        let mut dir = self.cx.workspace.root().try_clone()?;
        let mut prefix = 0;
        for name in path.split('/') {
            self.ignore_file(&dir, prefix);
            dir = open_dir(&dir, OsStr::new(name))?;
            prefix += name.len() + 1;
        }
        Ok(())
    }

    fn ignore_file(&mut self, dir: &Dir, prefix: usize) {
        let Ok(Some((file, _))) = open_file(dir, OsStr::new(".gitignore")) else {
            return;
        };
        let mut text = Vec::new();
        if file.take(LARGEST_IGNORE_FILE).read_to_end(&mut text).is_err() {
            return;
        }
        let mut builder = GitignoreBuilder::new("");
        for line in String::from_utf8_lossy(&text).lines() {
            // A line that git would not understand either ignores nothing.
            let _ = builder.add_line(None, line);
        }
        if let Ok(rules) = builder.build()
            && !rules.is_empty()
        {
            self.ignores.push(Ignores { prefix, rules });
        }
    }
}
