//! Follows a path from the workspace's root, one name at a time, each through an open handle.
//!
//! Links inside the workspace are followed by reading them and walking where they point, so the
//! real path is known and the rules are applied to it; links that lead out are refused. A directory
//! swapped for a link while we look changes which branch is taken, never where an open lands.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};

use cap_std::fs::Dir;
use rustix::fs::{FileType, Mode, Stat, fsync, mkdirat, readlinkat};
use rustix::io::Errno;

use super::error::{Refusal, ToolError};
use super::guard::Guard;
use super::handle::{kind, look, open_dir};

/// As Linux counts them.
const MOST_LINKS: usize = 40;
/// How often one name may change under our eyes before we give up.
const MOST_CHANGES: usize = 64;

/// What the path is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Intent {
    /// To look at what is there.
    Look,
    /// To change what is there.
    Change,
    /// To put something there; directories on the way are made.
    Make,
}

/// A name in an open directory, reached without leaving the workspace.
pub(super) struct Spot {
    /// The directory.
    pub(super) dir: Dir,
    /// The name in it.
    pub(super) name: OsString,
    /// The real path from the root, `/` between names.
    pub(super) path: String,
    /// What stands there; never a link. `None` = nothing.
    pub(super) stat: Option<Stat>,
}

/// A name still to be walked.
struct Step {
    name: OsString,
    up: bool,
    from_link: bool,
}

/// Follows `asked`. `Ok(None)` is the root itself.
pub(super) fn resolve(
    root: &Dir,
    guard: Option<&Guard>,
    asked: &str,
    intent: Intent,
) -> Result<Option<Spot>, ToolError> {
    let refused = |reason| ToolError::Refused { path: asked.to_owned(), reason };
    let failed = |source| ToolError::io("open", asked, source);
    if asked.is_empty() || asked.contains('\0') || Path::new(asked).is_absolute() {
        return Err(refused(Refusal::BadPath));
    }
    if climbs_out(asked) {
        return Err(refused(Refusal::Outside));
    }
    let mut steps = VecDeque::new();
    queue(&mut steps, Path::new(asked), false).map_err(refused)?;
    let mut above: Vec<(Dir, OsString)> = Vec::new();
    let mut here = root.try_clone().map_err(failed)?;
    let (mut links, mut changes) = (0, 0);

    while let Some(step) = steps.pop_front() {
        if step.up {
            let (dir, _) = above.pop().ok_or_else(|| refused(Refusal::Outside))?;
            here = dir;
            continue;
        }
        let last = steps.is_empty();
        let path = joined(&above, &step.name);
        let stat = look(&here, &step.name).map_err(failed)?;
        if let Some(guard) = guard {
            guard.check(&path, stat.as_ref(), intent != Intent::Look).map_err(refused)?;
        }
        match stat.as_ref().map(kind) {
            None if step.from_link => return Err(refused(Refusal::Dangling)),
            None if !last && (intent != Intent::Make || steps.iter().any(|step| step.up)) => {
                return Err(ToolError::NotFound { path: asked.to_owned() });
            }
            None if !last => {
                // Nothing is below yet, so the rest of the path is real: judge it before making
                // directories for a file that may not be.
                if let Some(guard) = guard {
                    let rest = steps.iter().map(|step| step.name.to_string_lossy());
                    let whole = rest.fold(path, |path, name| path + "/" + &name);
                    guard.check(&whole, None, true).map_err(refused)?;
                }
                make_dir(&here, &step.name).map_err(failed)?;
                steps.push_front(step);
            }
            Some(FileType::Symlink) => {
                links += 1;
                if links > MOST_LINKS {
                    return Err(refused(Refusal::TooManyLinks));
                }
                match readlinkat(&here, &step.name, Vec::new()) {
                    Ok(target) => {
                        let target = Path::new(OsStr::from_bytes(target.as_bytes()));
                        queue(&mut steps, target, true).map_err(refused)?;
                    }
                    // No longer a link, or gone: look again.
                    Err(Errno::INVAL | Errno::NOENT) => steps.push_front(step),
                    Err(source) => return Err(failed(source.into())),
                }
            }
            _ if last => return Ok(Some(Spot { dir: here, name: step.name, path, stat })),
            Some(FileType::Directory) => match open_dir(&here, &step.name) {
                Ok(next) => above.push((std::mem::replace(&mut here, next), step.name)),
                Err(source) if changed(&source) => {
                    changes += 1;
                    if changes > MOST_CHANGES {
                        return Err(refused(Refusal::Restless));
                    }
                    steps.push_front(step);
                }
                Err(source) => return Err(failed(source)),
            },
            _ => return Err(refused(Refusal::NotDirectory)),
        }
    }
    // The path ended in `.` or `..`: the place is a directory we already hold.
    match above.pop() {
        None => Ok(None),
        Some((dir, name)) => {
            let path = joined(&above, &name);
            let stat = look(&dir, &name).map_err(failed)?;
            Ok(Some(Spot { dir, name, path, stat }))
        }
    }
}

/// Whether `..` leads above the root by the letters of the path alone.
fn climbs_out(path: &str) -> bool {
    let mut depth = 0_usize;
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." if depth == 0 => return true,
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    false
}

/// Puts the names of a path before the steps still to be walked.
fn queue(steps: &mut VecDeque<Step>, path: &Path, from_link: bool) -> Result<(), Refusal> {
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => names.push(Step { name: OsString::new(), up: true, from_link }),
            Component::Normal(name) => names.push(Step { name: name.to_owned(), up: false, from_link }),
            Component::RootDir | Component::Prefix(_) => return Err(Refusal::Outside),
        }
    }
    for step in names.into_iter().rev() {
        steps.push_front(step);
    }
    Ok(())
}

fn joined(above: &[(Dir, OsString)], name: &OsStr) -> String {
    let mut path = String::new();
    for (_, name) in above {
        path.push_str(&name.to_string_lossy());
        path.push('/');
    }
    path + &name.to_string_lossy()
}

fn make_dir(dir: &Dir, name: &OsStr) -> std::io::Result<()> {
    match mkdirat(dir, name, Mode::from_raw_mode(0o777)) {
        Ok(()) => Ok(fsync(dir)?),
        Err(Errno::EXIST) => Ok(()),
        Err(source) => Err(source.into()),
    }
}

/// It was a directory when we looked, and is something else or gone now.
fn changed(source: &std::io::Error) -> bool {
    let code = source.raw_os_error();
    [Errno::LOOP, Errno::NOTDIR, Errno::NOENT].iter().any(|errno| code == Some(errno.raw_os_error()))
}
