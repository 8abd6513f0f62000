//! Puts a whole new file in place of an old one, or of none, in one step.
//!
//! The content is staged and synced first, then given its name. Where a certain old content is
//! expected, the two are *exchanged* and what came out is checked: a person's save that slips in
//! between is found and put back, not lost.

use std::ffi::OsStr;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cap_std::fs::Dir;
use rustix::fs::{
    AtFlags, Mode, OFlags, RenameFlags, Stat, fstat, fsync, openat, renameat, renameat_with, unlinkat,
};
use rustix::io::Errno;

use super::confined::regular;
use super::error::{Refusal, ToolError};
use super::guard::fold;
use super::handle::{look, open_file, sha256_of};
use super::resolve::Spot;
use super::stage::Staged;

/// How often an exchange is undone before we give up and leave both files.
const MOST_EXCHANGES: usize = 64;

/// What has to be there before the write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expect {
    /// Anything, or nothing.
    Anything,
    /// No file.
    Absent,
    /// A file with this SHA-256, lowercase hex.
    Sha256(String),
}

impl Expect {
    pub(super) fn conflict(&self, path: &str, found: Option<String>) -> ToolError {
        let expected = match self {
            Self::Sha256(sha256) => Some(sha256.clone()),
            Self::Anything | Self::Absent => None,
        };
        ToolError::Conflict { path: path.to_owned(), expected, found }
    }
}

/// Writes `content` to a spot. Returns whether the file is new.
pub(super) fn commit(spot: &Spot, asked: &str, content: &[u8], expect: &Expect) -> Result<bool, ToolError> {
    let failed = |source: io::Error| ToolError::io("write", asked, source);
    let refused = |reason| ToolError::Refused { path: asked.to_owned(), reason };
    let _lock = lock(spot).map_err(failed)?;
    loop {
        let Some(old) = look(&spot.dir, &spot.name).map_err(failed)? else {
            if matches!(expect, Expect::Sha256(_)) {
                return Err(expect.conflict(asked, None));
            }
            let mut staged = Staged::new(&spot.dir, &spot.name, content, None).map_err(failed)?;
            match staged.publish_new() {
                Ok(()) => {
                    fsync(&spot.dir).map_err(|source| failed(source.into()))?;
                    return Ok(true);
                }
                // Someone made the file since we looked; judge that one.
                Err(source) if source.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(source) => return Err(failed(source)),
            }
        };
        regular(&old).map_err(refused)?;
        if old.st_nlink > 1 {
            return Err(refused(Refusal::HardLinked));
        }
        if old.st_mode & 0o222 == 0 {
            return Err(refused(Refusal::Permission));
        }
        let found = match expect {
            Expect::Anything => None,
            Expect::Absent | Expect::Sha256(_) => Some(hash_of(&spot.dir, &spot.name).map_err(failed)?),
        };
        match (expect, found) {
            (Expect::Sha256(wanted), Some(Some(found))) if *wanted == found => {}
            (Expect::Anything, _) => {}
            (_, found) => return Err(expect.conflict(asked, found.flatten())),
        }
        let mut staged = Staged::new(&spot.dir, &spot.name, content, Some(old.st_mode)).map_err(failed)?;
        staged.give_name().map_err(failed)?;
        match expect {
            Expect::Sha256(wanted) => exchange(spot, asked, &mut staged, wanted, expect)?,
            Expect::Anything | Expect::Absent => {
                renameat(&spot.dir, staged.temporary(), &spot.dir, &*spot.name)
                    .map_err(|source| failed(source.into()))?;
                staged.forget();
            }
        }
        fsync(&spot.dir).map_err(|source| failed(source.into()))?;
        return Ok(false);
    }
}

/// Exchanges the staged file with the one in place, and checks that what came out is what was read.
fn exchange(
    spot: &Spot,
    asked: &str,
    staged: &mut Staged<'_>,
    wanted: &str,
    expect: &Expect,
) -> Result<(), ToolError> {
    let failed = |source: Errno| ToolError::io("write", asked, source.into());
    let ours = staged.id().map_err(|source| ToolError::io("write", asked, source))?;
    let temporary = staged.temporary().to_owned();
    let swap = || renameat_with(&spot.dir, &*temporary, &spot.dir, &*spot.name, RenameFlags::EXCHANGE);
    match swap() {
        Ok(()) => {}
        // This file system cannot exchange; the check just made has to do.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
            renameat(&spot.dir, &*temporary, &spot.dir, &*spot.name).map_err(failed)?;
            staged.forget();
            return Ok(());
        }
        // The file was removed since we read it.
        Err(Errno::NOENT) => return Err(expect.conflict(asked, None)),
        Err(source) => return Err(failed(source)),
    }
    let came_out = hash_of(&spot.dir, &temporary).ok().flatten();
    if came_out.as_deref() == Some(wanted) {
        return Ok(());
    }
    // It is someone else's newer save: put it back. What comes out must be what we put in; anything
    // else is a save newer still, which goes back in turn. The files stay open meanwhile, so that
    // no new file can get the number of one that is gone. Whatever fails here, the temporary name may
    // hold that save and is not removed with the staged file.
    staged.forget();
    let mut put = ours;
    let mut open = Vec::new();
    for _ in 0..MOST_EXCHANGES {
        let (held, handle) = identify(&spot.dir, &temporary).map_err(failed)?;
        open.push(handle);
        swap().map_err(failed)?;
        let (out, handle) = identify(&spot.dir, &temporary).map_err(failed)?;
        open.push(handle);
        if out == put {
            remove(&spot.dir, &temporary).map_err(|source| ToolError::io("write", asked, source))?;
            return Err(expect.conflict(asked, came_out));
        }
        put = held;
    }
    // Whichever of the two is newer, neither may be removed.
    Err(ToolError::Refused { path: asked.to_owned(), reason: Refusal::Restless })
}

/// The hash of a regular file; `None` when it is none.
fn hash_of(dir: &Dir, name: &OsStr) -> io::Result<Option<String>> {
    match open_file(dir, name) {
        Ok(Some((file, _))) => sha256_of(&file).map(Some),
        Ok(None) => Ok(None),
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(source),
    }
}

/// Device and inode of whatever has a name, held open without reading it.
fn identify(dir: &Dir, name: &OsStr) -> Result<((u64, u64), OwnedFd), Errno> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let handle = openat(dir, name, flags, Mode::empty())?;
    Ok((id(&fstat(&handle)?), handle))
}

/// Device and inode.
pub(super) fn id(stat: &Stat) -> (u64, u64) {
    (stat.st_dev, stat.st_ino)
}

/// Removes a name, if it is there.
pub(super) fn remove(dir: &Dir, name: &OsStr) -> io::Result<()> {
    match unlinkat(dir, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(source) => Err(source.into()),
    }
}

/// Writers of one path wait for each other, whichever session of this process they belong to.
/// The stripes are shared by the whole process and hold no data; two paths may share one.
fn lock(spot: &Spot) -> io::Result<MutexGuard<'static, ()>> {
    static STRIPES: [Mutex<()>; 64] = [const { Mutex::new(()) }; 64];
    let mut hasher = DefaultHasher::new();
    id(&fstat(&spot.dir)?).hash(&mut hasher);
    fold(&spot.name.to_string_lossy()).hash(&mut hasher);
    let stripe = &STRIPES[(hasher.finish() % 64) as usize];
    Ok(stripe.lock().unwrap_or_else(PoisonError::into_inner))
}
