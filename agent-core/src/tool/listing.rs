//! The files and directories in one directory, in the order of their full paths: a directory sorts as
//! its name with a `/`.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;

use cap_std::fs::Dir;
use rustix::fs::{FileType, RawDir, fstat};

use super::guard::Guard;
use super::handle::{kind, look};

/// Bytes of a directory read at once.
const LISTING: usize = 32 * 1024;

/// The names in one directory. Kept by a thread, so that its memory is asked for once.
#[derive(Default)]
pub(super) struct Listing {
    names: Vec<u8>,
    /// Where a name begins and ends; a directory's ends with `/`.
    spans: Vec<(usize, usize, bool)>,
    pub(super) has_ignores: bool,
    buffer: Vec<u8>,
}

impl Listing {
    /// Lists a directory, without what is closed and without the directories that are `aside`.
    pub(super) fn read(
        &mut self,
        dir: &Dir,
        path: &str,
        guard: &Guard,
        aside: &dyn Fn(&str) -> bool,
    ) -> io::Result<()> {
        self.names.clear();
        self.spans.clear();
        self.has_ignores = false;
        let here = fstat(dir)?;
        // What was opened is judged too: it may be another directory than the one that was listed.
        if guard.hides(here.st_ino, || Some(here.st_dev)) {
            return Ok(());
        }
        let watched = guard.watches(path);
        self.buffer.reserve(LISTING);
        let mut entries = RawDir::new(dir, self.buffer.spare_capacity_mut());
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let bytes = entry.file_name().to_bytes();
            if matches!(bytes, b"." | b"..") {
                continue;
            }
            let is_dir = match entry.file_type() {
                FileType::Directory => true,
                FileType::RegularFile => false,
                FileType::Unknown => match look(dir, OsStr::from_bytes(bytes))?.map(|stat| kind(&stat)) {
                    Some(FileType::Directory) => true,
                    Some(FileType::RegularFile) => false,
                    _ => continue,
                },
                _ => continue,
            };
            let full = || format!("{path}{}", String::from_utf8_lossy(bytes));
            if guard.hides(entry.ino(), || Some(here.st_dev))
                || (watched && guard.hides_path(&full()))
                || (is_dir && aside(&full()))
            {
                continue;
            }
            self.has_ignores |= bytes == b".gitignore";
            let from = self.names.len();
            self.names.extend_from_slice(bytes);
            if is_dir {
                self.names.push(b'/');
            }
            self.spans.push((from, self.names.len(), is_dir));
        }
        let names = &self.names;
        self.spans.sort_unstable_by(|a, b| names[a.0..a.1].cmp(&names[b.0..b.1]));
        Ok(())
    }

    /// Names in order, and whether each is a directory's.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&[u8], bool)> {
        self.spans.iter().map(|&(from, to, is_dir)| (&self.names[from..to - usize::from(is_dir)], is_dir))
    }
}
