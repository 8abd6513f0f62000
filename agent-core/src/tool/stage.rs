//! New content on disk, synced, before it has its name.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;

use cap_std::fs::Dir;
use rustix::fs::{AtFlags, CWD, Mode, OFlags, RenameFlags, fchmod, fstat, linkat, openat, renameat_with};
use rustix::io::Errno;

use super::commit::{id, remove};
use super::handle::sha256;

/// A synced file in the target's own directory. Removed when dropped without a name of its own.
///
/// Where the system can, the file has no name at all until it is published, so a killed process
/// leaves nothing behind. The temporary name, where one is needed, depends only on the target:
/// whatever a killed process left is removed by the next write to the same path.
pub(super) struct Staged<'a> {
    dir: &'a Dir,
    target: &'a OsStr,
    content: &'a [u8],
    mode: Option<u32>,
    file: File,
    temporary: OsString,
    named: bool,
}

impl<'a> Staged<'a> {
    /// Stages content beside its target; `mode` carries the old file's permissions over.
    pub(super) fn new(
        dir: &'a Dir,
        target: &'a OsStr,
        content: &'a [u8],
        mode: Option<u32>,
    ) -> io::Result<Self> {
        let temporary = temporary_name(target);
        let (file, named) = match nameless(dir) {
            Some(file) => (file, false),
            None => (named(dir, &temporary)?, true),
        };
        let staged = Self { dir, target, content, mode, file, temporary, named };
        staged.fill()?;
        Ok(staged)
    }

    /// Gives the file its temporary name, for a rename.
    pub(super) fn give_name(&mut self) -> io::Result<()> {
        if self.named {
            return Ok(());
        }
        remove(self.dir, &self.temporary)?;
        if self.link(&self.temporary).is_ok() {
            self.named = true;
            return Ok(());
        }
        self.file = named(self.dir, &self.temporary)?;
        self.named = true;
        self.fill()
    }

    /// Gives the file its target's name, which must be free.
    pub(super) fn publish_new(&mut self) -> io::Result<()> {
        if !self.named {
            match self.link(self.target) {
                Ok(()) => return Ok(()),
                Err(Errno::EXIST) => return Err(Errno::EXIST.into()),
                // No `/proc`, or a file system that cannot link it: take the way with a name.
                Err(_) => self.give_name()?,
            }
        }
        match renameat_with(self.dir, &*self.temporary, self.dir, self.target, RenameFlags::NOREPLACE) {
            Ok(()) => {
                self.named = false;
                Ok(())
            }
            // A hard link fails on a taken name just as well; the temporary name goes on drop.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                Ok(linkat(self.dir, &*self.temporary, self.dir, self.target, AtFlags::empty())?)
            }
            Err(source) => Err(source.into()),
        }
    }

    /// The temporary name.
    pub(super) fn temporary(&self) -> &OsStr {
        &self.temporary
    }

    /// Device and inode of the staged file.
    pub(super) fn id(&self) -> io::Result<(u64, u64)> {
        Ok(id(&fstat(&self.file)?))
    }

    /// Leaves the temporary name alone from here on: it was renamed, or is not ours to remove.
    pub(super) fn forget(&mut self) {
        self.named = false;
    }

    fn fill(&self) -> io::Result<()> {
        let mut file = &self.file;
        file.write_all(self.content)?;
        if let Some(mode) = self.mode {
            fchmod(file, Mode::from_raw_mode(mode & 0o777))?;
        }
        file.sync_all()
    }

    fn link(&self, name: &OsStr) -> Result<(), Errno> {
        let open = format!("/proc/self/fd/{}", self.file.as_raw_fd());
        linkat(CWD, open, self.dir, name, AtFlags::SYMLINK_FOLLOW)
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        if self.named {
            // Nothing is lost when this fails: the next write to the path removes it.
            let _ = remove(self.dir, &self.temporary);
        }
    }
}

/// A file without a name; `None` where the system has none.
fn nameless(dir: &Dir) -> Option<File> {
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    openat(dir, ".", flags, Mode::from_raw_mode(0o666)).ok().map(File::from)
}

fn named(dir: &Dir, name: &OsStr) -> io::Result<File> {
    remove(dir, name)?;
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(File::from(openat(dir, name, flags, Mode::from_raw_mode(0o666))?))
}

/// Short whatever the target's length, hidden, and the same each time.
fn temporary_name(target: &OsStr) -> OsString {
    format!(".{}.tmp~", &sha256(target.as_bytes())[..16]).into()
}
