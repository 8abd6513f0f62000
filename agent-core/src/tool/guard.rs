//! Which parts of the workspace tools may not see, and which they may not change.
//!
//! An entry holds for its path in any spelling and, because links can give a place further names,
//! for the thing that stands there now.

use cap_std::fs::Dir;
use rustix::fs::Stat;

use super::confined::Rules;
use super::error::Refusal;
use super::resolve::{Intent, resolve};

/// The rules as they hold at the moment of one call.
pub(super) struct Guard {
    denied: Closed,
    read_only: Closed,
}

impl Guard {
    /// Looks the entries up, so that a link in their way is seen through.
    pub(super) fn new(root: &Dir, rules: &Rules) -> Self {
        Self { denied: Closed::new(root, &rules.denied), read_only: Closed::new(root, &rules.read_only) }
    }

    /// Whether a real path (no links, no `..`) is closed to reading, or to writing.
    pub(super) fn check(&self, path: &str, stat: Option<&Stat>, writing: bool) -> Result<(), Refusal> {
        let id = stat.map(|stat| (stat.st_dev, stat.st_ino));
        if self.denied.covers(path, id) {
            return Err(Refusal::Denied);
        }
        if writing && self.read_only.covers(path, id) {
            return Err(Refusal::ReadOnly);
        }
        Ok(())
    }

    /// Whether a thing is closed to reading whatever its path is. The device is asked for only when
    /// the inode is one of a closed place.
    pub(super) fn hides(&self, inode: u64, device: impl Fn() -> Option<u64>) -> bool {
        self.denied.ids.iter().any(|id| id.1 == inode && device() == Some(id.0))
    }

    /// Whether a closed place may be directly or further below a directory, given with its `/`. Where
    /// it is not, the paths of a walk need no look.
    pub(super) fn watches(&self, directory: &str) -> bool {
        let directory = fold(directory);
        self.denied.paths.iter().any(|entry| entry.starts_with(&directory))
    }

    /// Whether a real path is closed to reading.
    pub(super) fn hides_path(&self, path: &str) -> bool {
        self.denied.covers(path, None)
    }
}

/// A set of closed places.
struct Closed {
    /// Folded paths; everything below is closed too.
    paths: Vec<String>,
    /// Device and inode of what stands there now.
    ids: Vec<(u64, u64)>,
}

impl Closed {
    fn new(root: &Dir, entries: &[String]) -> Self {
        let mut closed = Self { paths: Vec::new(), ids: Vec::new() };
        for entry in entries {
            closed.paths.push(fold(entry));
            // An entry that cannot be followed (absent, a circle of links) is closed by its path.
            if let Ok(Some(spot)) = resolve(root, None, entry, Intent::Look) {
                let real = fold(&spot.path);
                if !closed.paths.contains(&real) {
                    closed.paths.push(real);
                }
                closed.ids.extend(spot.stat.map(|stat| (stat.st_dev, stat.st_ino)));
            }
        }
        closed
    }

    fn covers(&self, path: &str, id: Option<(u64, u64)>) -> bool {
        if id.is_some_and(|id| self.ids.contains(&id)) {
            return true;
        }
        if path.is_ascii() {
            return self.paths.iter().any(|entry| under(path, entry, str::eq_ignore_ascii_case));
        }
        let path = fold(path);
        self.paths.iter().any(|entry| under(&path, entry, |a, b| a == b))
    }
}

fn under(path: &str, entry: &str, same: impl Fn(&str, &str) -> bool) -> bool {
    match path.as_bytes().get(entry.len()) {
        None => same(path, entry),
        Some(b'/') => same(&path[..entry.len()], entry),
        Some(_) => false,
    }
}

/// A path without what some file system ignores when it compares names: case, and characters that
/// show nothing. Upper case first, because `ſ` and `K` only then become plain letters.
pub(super) fn fold(path: &str) -> String {
    let invisible = |c: char| {
        matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
    };
    let visible = path.chars().filter(|c| !invisible(*c));
    visible.flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}
