//! Visits the files below a directory, through open handles, with as many threads as are of use.
//!
//! Links are not followed: what they lead to inside the workspace is found at its own place. A
//! directory is opened from the handle of the one above it, and what was opened is judged, not its
//! name only. Directories are listed in the byte order of their paths, but threads overtake each
//! other: a visitor that wants order sorts what it kept.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;

use cap_std::fs::Dir;
use rustix::fs::FileType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::adapter::ToolContext;
use super::error::{Refusal, ToolError};
use super::guard::Guard;
use super::handle::{kind, open_dir, open_file};
use super::ignores::{Ignores, ignored};
use super::listing::Listing;
use super::resolve::Intent;
use super::workers::{self, Jobs};

/// Deeper directories are skipped: each level holds a handle open.
const DEEPEST: usize = 200;
/// Only so many skipped places are named; all are counted.
const MOST_NAMED: usize = 20;
/// Files of one directory that one thread visits before others may help.
const SHARE: usize = 64;

/// A place that a search could not look into.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Skipped {
    /// Path from the workspace's root.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// The places that were skipped.
#[derive(Debug, Default)]
pub(super) struct Skips(Vec<Skipped>);

impl Skips {
    pub(super) fn add(&mut self, path: &str, reason: impl ToString) {
        self.0.push(Skipped { path: path.to_owned(), reason: reason.to_string() });
    }

    /// The first few, and how many there are. What lies behind `last` is left out: whether a thread
    /// came that far is chance.
    pub(super) fn named(mut self, last: Option<&str>) -> (Vec<Skipped>, usize) {
        self.0.retain(|skipped| last.is_none_or(|last| skipped.path.as_str() <= last));
        let count = self.0.len();
        self.0.sort_unstable();
        self.0.truncate(MOST_NAMED);
        (self.0, count)
    }
}

/// A regular file met on the way.
pub(super) struct Entry<'a> {
    dir: &'a Dir,
    guard: &'a Guard,
    name: &'a str,
    /// Path from the workspace's root.
    pub(super) path: &'a str,
    /// Path from where the walk began.
    pub(super) below: &'a str,
}

impl Entry<'_> {
    /// Opens the file; `None` when it is no longer a regular file, or no longer this one.
    pub(super) fn open(&self) -> io::Result<Option<(File, u64)>> {
        let opened = open_file(self.dir, OsStr::new(self.name))?;
        let open = opened.filter(|(_, stat)| !self.guard.hides(stat.st_ino, || Some(stat.st_dev)));
        Ok(open.map(|(file, stat)| (file, u64::try_from(stat.st_size).unwrap_or(0))))
    }
}

/// What a walk is made for. Each thread has its own.
pub(super) trait Visitor: Send {
    /// Whether other threads may visit files of the same directory: worth it where a visit is work.
    const SHARED: bool;

    /// Whether anything at this path, or behind it in byte order, is still wanted.
    fn wants(&mut self, _path: &str) -> bool {
        true
    }

    /// A regular file.
    fn visit(&mut self, entry: &Entry<'_>, skips: &mut Skips) -> ControlFlow<()>;
}

/// One walk.
pub(super) struct Walk<'a> {
    cx: &'a ToolContext,
    guard: Guard,
    gitignore: bool,
    /// Directories that are not on the way to this one, or below it, are left out.
    toward: &'a str,
    start: usize,
}

/// Something left to do, for whichever thread comes first.
enum Job {
    /// A directory that has been opened: where the walk begins.
    Base(Arc<Dir>, Place),
    /// A directory to be opened from the one above it.
    Below(Arc<Dir>, Place),
    /// Some files of a directory: their names, each followed by `/`.
    Files(Arc<Dir>, String, String),
}

/// Where a directory is.
struct Place {
    /// Its path with a `/` at the end; empty for the root.
    path: String,
    /// Length of the path of the directory above.
    above: usize,
    depth: usize,
    ignores: Option<Arc<Ignores>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(cx: &'a ToolContext, gitignore: bool, toward: &'a str) -> Self {
        Self { cx, guard: cx.workspace.guard(), gitignore, toward, start: 0 }
    }

    /// Visits every regular file below `base`, or `base` itself when it is one.
    pub(super) fn run<V: Visitor>(
        mut self,
        base: &str,
        visitor: impl Fn() -> V + Sync,
    ) -> Result<(Vec<V>, Skips), ToolError> {
        let failed = |source| ToolError::io("search", base, source);
        let root = self.cx.workspace.root();
        let (dir, path, ignores) = match self.cx.workspace.follow(base, Intent::Look)? {
            // Opened anew: a copy of the handle would share its place in the listing.
            None => (open_dir(root, OsStr::new(".")).map_err(failed)?, String::new(), None),
            Some(spot) => match spot.stat.as_ref().map(kind) {
                None => return Err(ToolError::NotFound { path: base.to_owned() }),
                Some(FileType::Directory) => {
                    let ignores = if self.gitignore { Ignores::above(root, &spot.path) } else { Ok(None) };
                    let dir = open_dir(&spot.dir, &spot.name).map_err(failed)?;
                    (dir, spot.path + "/", ignores.map_err(failed)?)
                }
                Some(FileType::RegularFile) => {
                    let (name, dir, guard) = (spot.name.to_string_lossy(), &spot.dir, &self.guard);
                    let entry = Entry { dir, guard, name: &name, path: &spot.path, below: &name };
                    let (mut visitor, mut skips) = (visitor(), Skips::default());
                    let _ = visitor.visit(&entry, &mut skips);
                    return Ok((vec![visitor], skips));
                }
                Some(_) => {
                    return Err(ToolError::Refused { path: base.to_owned(), reason: Refusal::Special });
                }
            },
        };
        self.start = path.len();
        let place = Place { path, above: 0, depth: 0, ignores };
        let walk = &self;
        let threads = workers::run(Job::Base(Arc::new(dir), place), |jobs| {
            let (visitor, skips) = (visitor(), Skips::default());
            let mut thread = Thread { walk, visitor, skips, listing: Listing::default() };
            while let Some(job) = jobs.next() {
                if walk.cx.cancel.is_cancelled() || thread.job(job, jobs).is_break() {
                    jobs.stop();
                }
            }
            (thread.visitor, thread.skips)
        });
        if self.cx.cancel.is_cancelled() {
            return Err(ToolError::Stopped);
        }
        let mut all = (Vec::new(), Skips::default());
        for (visitor, skips) in threads {
            all.0.push(visitor);
            all.1.0.extend(skips.0);
        }
        Ok(all)
    }

    /// Whether a directory is neither on the way to `toward` nor below it.
    fn aside(&self, path: &str) -> bool {
        let leads = |whole: &str, part: &str| {
            whole.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let below = &path[self.start..];
        !self.toward.is_empty() && !leads(self.toward, below) && !leads(below, self.toward)
    }
}

/// One thread of a walk.
struct Thread<'w, 'a, V> {
    walk: &'w Walk<'a>,
    visitor: V,
    skips: Skips,
    listing: Listing,
}

impl<V: Visitor> Thread<'_, '_, V> {
    fn job(&mut self, job: Job, jobs: &Jobs<'_, Job>) -> ControlFlow<()> {
        match job {
            Job::Base(dir, place) => self.directory(&dir, place, jobs),
            Job::Below(above, place) => {
                if !self.visitor.wants(&place.path) {
                    return ControlFlow::Continue(());
                }
                let name = &place.path[place.above..place.path.len() - 1];
                match open_dir(&above, OsStr::new(name)) {
                    Ok(dir) => self.directory(&Arc::new(dir), place, jobs),
                    Err(source) => {
                        self.skips.add(&place.path, source);
                        ControlFlow::Continue(())
                    }
                }
            }
            Job::Files(dir, path, names) => self.files(&dir, path, names.split_terminator('/')),
        }
    }

    fn directory(&mut self, dir: &Arc<Dir>, mut place: Place, jobs: &Jobs<'_, Job>) -> ControlFlow<()> {
        if place.depth > DEEPEST {
            self.skips.add(&place.path, "too deep");
            return ControlFlow::Continue(());
        }
        let mut listing = std::mem::take(&mut self.listing);
        let walk = self.walk;
        let left_out = |path: &str| !walk.toward.is_empty() && walk.aside(path);
        if let Err(source) = listing.read(dir, &place.path, &walk.guard, &left_out) {
            self.skips.add(&place.path, source);
        }
        if self.walk.gitignore && listing.has_ignores {
            place.ignores = Ignores::read(dir, place.path.len(), place.ignores.take());
        }
        let flow = self.entries(dir, &place, &listing, jobs);
        self.listing = listing;
        flow
    }

    fn entries(
        &mut self,
        dir: &Arc<Dir>,
        place: &Place,
        listing: &Listing,
        jobs: &Jobs<'_, Job>,
    ) -> ControlFlow<()> {
        let mut path = place.path.clone();
        let (mut below, mut names, mut shares) = (Vec::new(), Vec::new(), Vec::new());
        for (bytes, is_dir) in listing.entries() {
            let Ok(name) = std::str::from_utf8(bytes) else {
                let name = String::from_utf8_lossy(bytes);
                self.skips.add(&format!("{}{name}", place.path), "its name is not UTF-8");
                continue;
            };
            path.truncate(place.path.len());
            path.push_str(name);
            if self.walk.gitignore && ignored(&path, name, is_dir, place.ignores.as_ref()) {
                continue;
            }
            if is_dir {
                let path = format!("{path}/");
                let ignores = place.ignores.clone();
                let place = Place { path, above: place.path.len(), depth: place.depth + 1, ignores };
                below.push(Job::Below(Arc::clone(dir), place));
            } else {
                names.push(name);
            }
        }
        let own = if V::SHARED { names.len().min(SHARE) } else { names.len() };
        for share in names[own..].chunks(SHARE) {
            let mut text = share.join("/");
            text.push('/');
            shares.push(Job::Files(Arc::clone(dir), place.path.clone(), text));
        }
        // The first in order is taken first.
        jobs.add(below.into_iter().rev().chain(shares.into_iter().rev()));
        path.truncate(place.path.len());
        self.files(dir, path, names[..own].iter().copied())
    }

    /// `path` begins with the directory's path.
    fn files<'n>(
        &mut self,
        dir: &Dir,
        mut path: String,
        names: impl Iterator<Item = &'n str>,
    ) -> ControlFlow<()> {
        let (walk, length) = (self.walk, path.rfind('/').map_or(0, |slash| slash + 1));
        for name in names {
            path.truncate(length);
            path.push_str(name);
            if walk.cx.cancel.is_cancelled() {
                return ControlFlow::Break(());
            }
            if !self.visitor.wants(&path) {
                continue;
            }
            let entry = Entry { dir, guard: &walk.guard, name, path: &path, below: &path[walk.start..] };
            self.visitor.visit(&entry, &mut self.skips)?;
        }
        ControlFlow::Continue(())
    }
}
