//! Hashes of source files, kept while the files are not touched: a pin is taken for every question.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use agent_core::agent::Failure;
use protocol::ErrorCode;
use sha2::{Digest, Sha256};

use super::fault::off_thread;

/// A file system may stamp two writes with one time when they are this close together.
const GRANULE: Duration = Duration::from_secs(1);

/// What a file was hashed to. Cheap to clone; clones share what they know.
#[derive(Clone, Default)]
pub(super) struct Fingerprints {
    known: Arc<Mutex<HashMap<PathBuf, Known>>>,
}

/// A hash, and what the file looked like when it was taken.
#[derive(Clone)]
struct Known {
    looks: Looks,
    /// When the file was first seen to look like this.
    since: Instant,
    hash: [u8; 32],
    /// Whether it was hashed so long after it was written that a later write would have another time.
    settled: bool,
}

/// Everything a write changes about a file besides its content.
#[derive(Clone, PartialEq, Eq)]
struct Looks {
    device: u64,
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Fingerprints {
    /// One hash over the files below `folder`: their paths and contents; hex.
    ///
    /// # Errors
    /// A file that cannot be read, by its path.
    pub(super) async fn of(&self, folder: PathBuf) -> Result<String, Failure> {
        let this = self.clone();
        off_thread(move || this.hash_all(&folder)).await
    }

    fn hash_all(&self, folder: &Path) -> Result<String, Failure> {
        let mut files = Vec::new();
        walk(folder, &mut files).map_err(|error| unreadable(folder, &error))?;
        files.sort();
        let mut hash = Sha256::new();
        for path in &files {
            let inner = self.hash_one(path).map_err(|error| unreadable(path, &error))?;
            hash.update(path.strip_prefix(folder).unwrap_or(path).to_string_lossy().as_bytes());
            hash.update([0]);
            hash.update(inner);
        }
        Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn hash_one(&self, path: &Path) -> io::Result<[u8; 32]> {
        let file = File::open(path)?;
        let looks = looks(&file)?;
        let now = Instant::now();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        let same = known.filter(|known| known.looks == looks);
        if let Some(known) = &same
            && known.settled
        {
            return Ok(known.hash);
        }
        let since = same.map_or(now, |known| known.since);
        let hash = hash_of(file)?;
        let settled = now.duration_since(since) >= GRANULE;
        let known = Known { looks, since, hash, settled };
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), known);
        Ok(hash)
    }
}

fn looks(file: &File) -> io::Result<Looks> {
    let meta = file.metadata()?;
    Ok(Looks {
        device: meta.dev(),
        inode: meta.ino(),
        bytes: meta.size(),
        modified: (meta.mtime(), meta.mtime_nsec()),
        changed: (meta.ctime(), meta.ctime_nsec()),
    })
}

/// SHA-256 of a file, read in pieces: an export may be larger than memory.
fn hash_of(mut file: File) -> io::Result<[u8; 32]> {
    let (mut hash, mut piece) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hash.finalize().into()),
            read => hash.update(&piece[..read]),
        }
    }
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    for entry in entries {
        let entry = entry?;
        match entry.file_type()? {
            kind if kind.is_dir() => walk(&entry.path(), files)?,
            kind if kind.is_file() => files.push(entry.path()),
            _ => {}
        }
    }
    Ok(())
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(ErrorCode::DatasetInvalid, format!("could not read `{}`: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rewritten_file_is_hashed_again_even_within_one_tick_of_its_clock() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rows.csv");
        let prints = Fingerprints::default();
        let mut seen = std::collections::BTreeSet::new();
        for round in 0..200 {
            fs::write(&path, format!("id,{round:04}\n")).unwrap();
            seen.insert(prints.hash_all(dir.path()).unwrap());
        }
        assert_eq!(seen.len(), 200, "every content has its own hash, though most writes look alike");
    }

    #[test]
    fn a_settled_file_is_not_read_again_until_it_is_touched() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rows.csv");
        fs::write(&path, "a").unwrap();
        let prints = Fingerprints::default();
        let first = prints.hash_all(dir.path()).unwrap();
        // As if it had been seen long before.
        let mut known = prints.known.lock().unwrap();
        let it = known.get_mut(&path).unwrap();
        it.since -= GRANULE;
        drop(known);
        assert_eq!(prints.hash_all(dir.path()).unwrap(), first);
        assert!(prints.known.lock().unwrap()[&path].settled);
        // Proof that it is not read: what is remembered is what is returned.
        prints.known.lock().unwrap().get_mut(&path).unwrap().hash = [7; 32];
        assert_ne!(prints.hash_all(dir.path()).unwrap(), first);
        fs::write(&path, "b").unwrap();
        let other = prints.hash_all(dir.path()).unwrap();
        fs::write(&path, "a").unwrap();
        assert_eq!(prints.hash_all(dir.path()).unwrap(), first);
        assert_ne!(other, first);
    }
}
