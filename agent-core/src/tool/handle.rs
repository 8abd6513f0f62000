//! One name in one open directory: look at it, open it. Symbolic links are never followed here.
//!
//! Every call takes a directory handle and a single name, so nothing that happens to the path above
//! can lead it elsewhere.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};

use cap_std::fs::Dir;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, fstat, openat, statat};
use rustix::io::Errno;
use sha2::{Digest, Sha256};

/// What a name stands for; `None` when there is nothing.
pub(super) fn look(dir: &Dir, name: &OsStr) -> io::Result<Option<Stat>> {
    match statat(dir, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(stat)),
        Err(Errno::NOENT) => Ok(None),
        Err(source) => Err(source.into()),
    }
}

/// The kind of a thing looked at.
pub(super) fn kind(stat: &Stat) -> FileType {
    FileType::from_raw_mode(stat.st_mode)
}

/// Opens a subdirectory for walking on.
pub(super) fn open_dir(dir: &Dir, name: &OsStr) -> io::Result<Dir> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let fd = openat(dir, name, flags, Mode::empty())?;
    Ok(Dir::from_std_file(File::from(fd)))
}

/// Opens a regular file for reading; `None` when it is something else.
///
/// `O_NONBLOCK`: a pipe put in its place since it was looked at must not hang the session.
pub(super) fn open_file(dir: &Dir, name: &OsStr) -> io::Result<Option<(File, Stat)>> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let fd = match openat(dir, name, flags, Mode::empty()) {
        Ok(fd) => fd,
        // A link (ELOOP) or a socket (ENXIO).
        Err(Errno::LOOP | Errno::NXIO) => return Ok(None),
        Err(source) => return Err(source.into()),
    };
    let stat = fstat(&fd)?;
    Ok((kind(&stat) == FileType::RegularFile).then(|| (File::from(fd), stat)))
}

/// SHA-256 of some bytes, as lowercase hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 of what an open file holds, as lowercase hex.
pub(super) fn sha256_of(file: &File) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut reader = file;
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(hex(&hasher.finalize())),
            Ok(read) => hasher.update(&buffer[..read]),
            Err(source) if source.kind() == io::ErrorKind::Interrupted => {}
            Err(source) => return Err(source),
        }
    }
}

/// Bytes as lowercase hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
