use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use super::ObjectError;
use super::packed::{pack, unpack};

/// SHA-256 of `bytes`, lower-case hex.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Immutable files named by the hash of their bytes: `<dir>/ab/ab12…`.
///
/// A file is complete or absent: it is written under a temporary name, synced, then renamed.
/// It is packed where that saves room; the name is the hash of the bytes before that.
/// Cheap to clone; the methods block, so call them off the async threads when the bytes are many.
#[derive(Clone, Debug)]
pub struct Objects {
    dir: Arc<PathBuf>,
    temporary: Arc<AtomicU64>,
}

impl Objects {
    /// Objects under `dir`, which is made when the first one is kept.
    #[must_use]
    pub fn at(dir: impl Into<PathBuf>) -> Self {
        Self { dir: Arc::new(dir.into()), temporary: Arc::default() }
    }

    /// Keeps `bytes` and returns their hash. Keeping the same bytes again costs a read.
    pub fn put(&self, bytes: &[u8]) -> Result<String, ObjectError> {
        let sha256 = sha256_hex(bytes);
        // An object that was damaged on disk is written anew rather than trusted.
        if matches!(self.get(&sha256), Ok(kept) if kept == bytes) {
            return Ok(sha256);
        }
        match self.write(&sha256, bytes) {
            Ok(()) => Ok(sha256),
            Err(source) => Err(ObjectError::Write { sha256, source }),
        }
    }

    /// The bytes whose hash is `sha256`, verified.
    pub fn get(&self, sha256: &str) -> Result<Vec<u8>, ObjectError> {
        let path = self.path(sha256)?;
        let unread = |source| ObjectError::Read { sha256: sha256.to_owned(), source };
        let stored = fs::read(path).map_err(unread)?;
        // What cannot be unpacked, or is something else then, was stored as it is or was changed.
        let unpacked = unpack(&stored).and_then(Result::ok).filter(|bytes| sha256_hex(bytes) == sha256);
        if let Some(bytes) = unpacked {
            return Ok(bytes);
        }
        let (found, bytes) = (sha256_hex(&stored), stored);
        if found == sha256 {
            Ok(bytes)
        } else {
            Err(ObjectError::Changed { sha256: sha256.to_owned(), found })
        }
    }

    /// Removes objects; how many files went, and their bytes on the disk.
    pub(crate) fn remove(&self, names: &[String]) -> (usize, u64) {
        let gone = names.iter().filter_map(|name| {
            let path = self.path(name).ok()?;
            let bytes = fs::metadata(&path).ok()?.len();
            fs::remove_file(path).ok().map(|()| bytes)
        });
        gone.fold((0, 0), |(files, all), bytes| (files + 1, all + bytes))
    }

    /// The names of all objects, and their bytes on the disk.
    pub(crate) fn list(&self) -> Vec<(String, u64)> {
        let folders = fs::read_dir(&*self.dir).into_iter().flatten().flatten();
        let files = folders.flat_map(|folder| fs::read_dir(folder.path()).into_iter().flatten().flatten());
        let named = files.filter_map(|file| {
            let name = file.file_name().into_string().ok()?;
            self.path(&name).ok()?;
            Some((name, file.metadata().ok()?.len()))
        });
        named.collect()
    }

    /// Where the object of that name is, or would be.
    pub fn path(&self, sha256: &str) -> Result<PathBuf, ObjectError> {
        let is_hash =
            sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if is_hash {
            Ok(self.dir.join(&sha256[..2]).join(sha256))
        } else {
            Err(ObjectError::Name { name: sha256.to_owned() })
        }
    }

    fn write(&self, sha256: &str, bytes: &[u8]) -> io::Result<()> {
        let folder = self.dir.join(&sha256[..2]);
        if !folder.is_dir() {
            fs::create_dir_all(&folder)?;
            sync_folder(&self.dir)?;
        }
        // The process id keeps two processes apart, the counter two tasks of one.
        let nth = self.temporary.fetch_add(1, Ordering::Relaxed);
        let temporary = folder.join(format!(".{}-{nth}.tmp", std::process::id()));
        let packed = pack(bytes);
        let written = write_synced(&temporary, packed.as_deref().unwrap_or(bytes))
            .and_then(|()| fs::rename(&temporary, folder.join(sha256)));
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        written?;
        sync_folder(&folder)
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_named_by_its_bytes_and_verified_when_read() {
        let dir = tempfile::tempdir().unwrap();
        let objects = Objects::at(dir.path().join("objects"));
        // SHA-256 of "abc", from FIPS 180-2.
        let name = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(objects.put(b"abc").unwrap(), name);
        assert_eq!(objects.get(name).unwrap(), b"abc");

        fs::write(objects.path(name).unwrap(), b"abd").unwrap();
        assert!(matches!(objects.get(name), Err(ObjectError::Changed { .. })));
        objects.put(b"abc").unwrap();
        assert_eq!(objects.get(name).unwrap(), b"abc");
    }

    #[test]
    fn an_object_takes_less_room_than_its_bytes_and_one_that_an_older_version_kept_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let objects = Objects::at(dir.path());
        let rows = "account,health\nA0001,80\n".repeat(1_000);
        let name = objects.put(rows.as_bytes()).unwrap();
        assert_eq!(name, sha256_hex(rows.as_bytes()));
        let path = objects.path(&name).unwrap();
        assert!(fs::metadata(&path).unwrap().len() < 1_000);
        assert_eq!(objects.get(&name).unwrap(), rows.as_bytes());
        fs::write(&path, &rows).unwrap();
        assert_eq!(objects.get(&name).unwrap(), rows.as_bytes());
    }

    #[test]
    fn a_name_that_is_no_hash_reaches_no_file() {
        let objects = Objects::at("/nowhere");
        for name in ["", "../../etc/passwd", &"A".repeat(64), &"a".repeat(63)] {
            assert!(matches!(objects.get(name), Err(ObjectError::Name { .. })), "{name}");
        }
    }
}
