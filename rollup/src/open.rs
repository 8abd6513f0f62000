//! A rollup on disk, and its names.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use arrow::array::{Array, AsArray as _, StringArray, UInt32Array};
use arrow::datatypes::{DataType, UInt32Type};

use crate::disk::{self, Layout, batch, read, write};
use crate::error::RollupError;
use crate::manifest::{FileMark, MANIFEST_FILE, Manifest, VERSION};
use crate::merge::Known;
use crate::names::{NONE, Names, Pairs};

/// Events summed per account, person, feature and day, in a folder.
#[derive(Debug)]
pub struct Rollup {
    pub(crate) dir: PathBuf,
    pub(crate) manifest: Manifest,
    pub(crate) known: Known,
}

impl Rollup {
    /// Opens what an earlier update left in `dir`, whatever has happened to the sources since.
    ///
    /// # Errors
    /// No manifest, one of another version, files that are gone or damaged.
    pub fn open(dir: &Path) -> Result<Self, RollupError> {
        let manifest = manifest(dir)?;
        let known = names(dir, &manifest)?;
        Ok(Self { dir: dir.to_path_buf(), manifest, known })
    }

    /// Reads every file and compares it with what was written.
    ///
    /// # Errors
    /// The first file that is gone or damaged.
    pub fn verify(&self) -> Result<(), RollupError> {
        for mark in self.manifest.files() {
            disk::checked(&self.dir.join(&mark.file), mark)?;
        }
        Ok(())
    }

    /// Rows, those of one key in several runs counted each time.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.manifest.runs.iter().map(|it| it.rows.rows).sum()
    }

    /// Whether there is not one row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// First and last day of any row, as days since 1970-01-01.
    #[must_use]
    pub fn days(&self) -> Option<(i32, i32)> {
        let first = self.manifest.runs.iter().map(|it| it.first_day).min()?;
        let last = self.manifest.runs.iter().map(|it| it.last_day).max()?;
        Some((first, last))
    }

    /// The last day of a source's rows, as days since 1970-01-01.
    #[must_use]
    pub fn last_day(&self, source: &str) -> Option<i32> {
        self.manifest.runs.iter().filter(|it| it.source == source).map(|it| it.last_day).max()
    }

    /// Events of a source without account or day.
    #[must_use]
    pub fn left_out(&self, source: &str) -> u64 {
        self.manifest.sources.get(source).map_or(0, |it| it.left_out)
    }

    /// The accounts a source has rows of, sorted.
    ///
    /// # Errors
    /// Files that are gone or damaged.
    pub fn accounts(&self, source: &str) -> Result<Vec<String>, RollupError> {
        let mut there = vec![false; self.known.accounts.len()];
        for run in self.manifest.runs.iter().filter(|it| it.source == source) {
            for rows in read(&self.dir, &run.days)? {
                for account in numbers(&self.dir, &run.days, rows.column(1))?.values() {
                    *there.get_mut(*account as usize).ok_or_else(|| odd(&self.dir, &run.days))? = true;
                }
            }
        }
        let names = (0..).zip(there).filter(|it| it.1).filter_map(|it| self.known.accounts.text(it.0));
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Bytes on disk, the manifest not counted.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.manifest.files().map(|it| it.bytes).sum()
    }
}

/// The manifest in `dir`; files that are gone or of another size are found here, others when they are read.
pub(crate) fn manifest(dir: &Path) -> Result<Manifest, RollupError> {
    let path = dir.join(MANIFEST_FILE);
    let bytes = fs::read(&path).map_err(RollupError::io("read", &path))?;
    let manifest: Manifest =
        serde_json::from_slice(&bytes).map_err(|error| RollupError::damaged(&path, error))?;
    if manifest.version != VERSION {
        return Err(RollupError::damaged(&path, format!("it is of version {}", manifest.version)));
    }
    for mark in manifest.files() {
        let path = dir.join(&mark.file);
        match fs::metadata(&path) {
            Ok(meta) if meta.len() == mark.bytes => {}
            Ok(meta) => {
                return Err(RollupError::damaged(&path, format!("{} bytes, not {}", meta.len(), mark.bytes)));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(RollupError::damaged(&path, "it is gone"));
            }
            Err(error) => return Err(RollupError::io("read", &path)(error)),
        }
    }
    Ok(manifest)
}

/// All names of a rollup.
pub(crate) fn names(dir: &Path, manifest: &Manifest) -> Result<Known, RollupError> {
    let (people, others) = thread::scope(|scope| {
        let people = scope.spawn(|| people(dir, manifest));
        let others = names_but_people(dir, manifest);
        (people.join().unwrap_or(Err(RollupError::Worker)), others)
    });
    Ok(Known { people: people?, ..others? })
}

/// The files that hold names of one kind.
fn files<'a>(manifest: &'a Manifest, kind: &str) -> &'a [FileMark] {
    manifest.names.get(kind).map(Vec::as_slice).unwrap_or_default()
}

fn people(dir: &Path, manifest: &Manifest) -> Result<Names, RollupError> {
    let mut people = Names::new("people");
    for mark in files(manifest, "people") {
        for rows in read(dir, mark)? {
            let owners = numbers(dir, mark, rows.column(0))?;
            let users = rows.column(1).as_string_opt::<i32>().ok_or_else(|| odd(dir, mark))?;
            owners.values().iter().zip(users).for_each(|(owner, user)| people.push(*owner, user));
        }
    }
    Ok(people)
}

fn names_but_people(dir: &Path, manifest: &Manifest) -> Result<Known, RollupError> {
    let mut known = Known::default();
    for (kind, into) in [("accounts", &mut known.accounts), ("features", &mut known.features)] {
        for mark in files(manifest, kind) {
            for rows in read(dir, mark)? {
                let texts = rows.column(0).as_string_opt::<i32>().ok_or_else(|| odd(dir, mark))?;
                texts.iter().for_each(|it| into.push(0, it));
            }
        }
    }
    let (mut accounts, mut features) = (Vec::new(), Vec::new());
    for mark in files(manifest, "pairs") {
        for rows in read(dir, mark)? {
            accounts.extend_from_slice(numbers(dir, mark, rows.column(0))?.values());
            features.extend_from_slice(numbers(dir, mark, rows.column(1))?.values());
        }
    }
    known.pairs = Pairs::new(accounts, features);
    Ok(known)
}

/// A column of 32-bit numbers.
pub(crate) fn numbers<'a>(
    dir: &Path,
    mark: &FileMark,
    column: &'a Arc<dyn Array>,
) -> Result<&'a UInt32Array, RollupError> {
    column.as_primitive_opt::<UInt32Type>().ok_or_else(|| odd(dir, mark))
}

/// A file whose columns are not ours.
pub(crate) fn odd(dir: &Path, mark: &FileMark) -> RollupError {
    RollupError::damaged(&dir.join(&mark.file), "its columns are others")
}

/// Writes the names beyond those that stand in files already.
pub(crate) fn write_names(
    dir: &Path,
    manifest: &mut Manifest,
    known: &Known,
    had: [usize; 4],
) -> Result<(), RollupError> {
    let number = manifest.next;
    manifest.next += 1;
    let [accounts, features, people, pairs] = had;
    let texts = |names: &Names, from: usize| -> StringArray {
        (from..names.len()).map(|it| u32::try_from(it).ok().and_then(|it| names.text(it))).collect()
    };
    let mut put = |kind: &'static str, columns| -> Result<(), RollupError> {
        let rows = batch(kind, columns)?;
        if rows.num_rows() > 0 {
            let mark = write(dir, &format!("{kind}-{number}"), &rows, Layout::Plain)?;
            manifest.names.entry(kind.to_owned()).or_default().push(mark);
        }
        Ok(())
    };
    let column = |values: &[u32]| Arc::new(UInt32Array::from(values.to_vec()));
    put("accounts", vec![("account", DataType::Utf8, true, Arc::new(texts(&known.accounts, accounts)))])?;
    put("features", vec![("feature", DataType::Utf8, true, Arc::new(texts(&known.features, features)))])?;
    put(
        "people",
        vec![
            ("account", DataType::UInt32, false, column(&known.people.owners()[people..])),
            ("user", DataType::Utf8, true, Arc::new(texts(&known.people, people))),
        ],
    )?;
    // `NONE` stays a number here: pairs are never shown.
    debug_assert!(known.pairs.accounts.iter().all(|it| *it != NONE));
    put(
        "pairs",
        vec![
            ("account", DataType::UInt32, false, column(&known.pairs.accounts[pairs..])),
            ("feature", DataType::UInt32, false, column(&known.pairs.features[pairs..])),
        ],
    )
}
