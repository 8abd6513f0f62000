//! Brings a rollup up to date with its sources: scans what is new, keeps what is not.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::columns::Source;
use crate::disk;
use crate::error::RollupError;
use crate::manifest::{MANIFEST_FILE, Manifest, RunMark, SourceMark, VERSION};
use crate::mark::{GroupMark, Looks, extent, hash};
use crate::merge::Known;
use crate::merge::{Merger, RUN_ROWS};
use crate::open::{Rollup, manifest, names, write_names};
use crate::piece::Piece;
use crate::run::write_run;
use crate::scan::Opened;

/// Pieces that may wait for their turn.
const WAITING: usize = 8;

/// What an update did. Counts of row groups and of events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Update {
    /// Sources left as they were.
    pub unchanged: usize,
    /// Sources that went on where they had ended.
    pub grown: usize,
    /// Sources scanned as a whole.
    pub scanned: usize,
    /// Sources that are gone, with their rows.
    pub dropped: usize,
    /// Events read, those left out included.
    pub events: u64,
    /// Events without account or day in all sources, those scanned before included.
    pub left_out: u64,
    /// Why everything was made again: what was damaged.
    pub rebuilt: Option<String>,
}

/// What has to be scanned of one source.
struct Work {
    source: usize,
    opened: Opened,
    looks: Looks,
    /// Row groups that are known already.
    kept: Vec<GroupMark>,
    groups: usize,
}

impl Rollup {
    /// Makes the rollup in `dir` say what `sources` say, on `threads` threads.
    ///
    /// A source that looks untouched (size, inode, times) is not opened; one whose first row groups have the hashes
    /// they had is read from there on; any other is read as a whole. What was damaged is made again.
    ///
    /// # Errors
    /// A source that is no Parquet or lacks a column; the file system; more names than numbers.
    pub fn update(dir: &Path, sources: &[Source], threads: usize) -> Result<(Self, Update), RollupError> {
        Self::update_by(dir, sources, threads, RUN_ROWS)
    }

    /// [`Rollup::update`] with runs of `most` rows.
    ///
    /// # Errors
    /// As there.
    pub fn update_by(
        dir: &Path,
        sources: &[Source],
        threads: usize,
        most: usize,
    ) -> Result<(Self, Update), RollupError> {
        fs::create_dir_all(dir).map_err(RollupError::io("create", dir))?;
        let (old, mut why) = match manifest(dir) {
            Ok(manifest) => (manifest, None),
            Err(error @ RollupError::Damaged { .. }) => (Manifest::default(), Some(error.to_string())),
            Err(_) => (Manifest::default(), None),
        };
        let done = match bring(dir, old, sources, threads, most) {
            Err(error @ RollupError::Damaged { .. }) => {
                why = Some(error.to_string());
                bring(dir, Manifest::default(), sources, threads, most)?
            }
            other => other?,
        };
        let (manifest, known, update) = done;
        Ok((Self { dir: dir.to_path_buf(), manifest, known }, Update { rebuilt: why, ..update }))
    }

    /// [`Rollup::update`], after looking at every byte that is kept: what an update does not read it does not check.
    ///
    /// # Errors
    /// As there.
    pub fn repair(dir: &Path, sources: &[Source], threads: usize) -> Result<(Self, Update), RollupError> {
        let why = match Self::open(dir).and_then(|it| it.verify()) {
            Ok(()) => None,
            Err(error) => {
                if dir.exists() {
                    fs::remove_dir_all(dir).map_err(RollupError::io("remove", dir))?;
                }
                Some(error.to_string())
            }
        };
        let (rollup, update) = Self::update(dir, sources, threads)?;
        Ok((rollup, Update { rebuilt: update.rebuilt.or(why), ..update }))
    }
}

fn bring(
    dir: &Path,
    old: Manifest,
    sources: &[Source],
    threads: usize,
    most: usize,
) -> Result<(Manifest, Known, Update), RollupError> {
    let mut update = Update::default();
    let mut manifest = Manifest { version: VERSION, names: old.names, next: old.next, ..Manifest::default() };
    // A file touched in the second before the manifest was written may have been written again in that second.
    let written = Looks::of(&dir.join(MANIFEST_FILE)).ok();
    let mut work = Vec::new();
    let mut same = written.is_some();
    for (at, source) in sources.iter().enumerate() {
        let looks = Looks::of(&source.file)?;
        let known = old.sources.get(&source.name).filter(|it| it.columns == source.columns);
        let settled = written.as_ref().is_some_and(|it| looks.settled_before(it));
        if let Some(mark) = known.filter(|it| it.looks == looks && settled) {
            manifest.sources.insert(source.name.clone(), mark.clone());
            update.unchanged += 1;
            continue;
        }
        same = false;
        let opened = Opened::new(&source.file, &source.columns)?;
        let groups = opened.metadata.metadata().num_row_groups();
        let kept = match known {
            Some(mark) if still(source, &opened, mark)? => mark.groups.clone(),
            _ => Vec::new(),
        };
        match (kept.len(), groups) {
            (0, _) => update.scanned += 1,
            (kept, groups) if kept == groups => update.unchanged += 1,
            _ => update.grown += 1,
        }
        let left_out = known.filter(|_| !kept.is_empty()).map_or(0, |it| it.left_out);
        let mark = SourceMark {
            columns: source.columns.clone(),
            looks: looks.clone(),
            groups: kept.clone(),
            left_out,
        };
        manifest.sources.insert(source.name.clone(), mark);
        work.push(Work { source: at, opened, looks, kept, groups });
    }
    update.dropped = old.sources.keys().filter(|it| !manifest.sources.contains_key(*it)).count();
    // Runs of sources that go on stay; those of the others go.
    let stay: BTreeSet<&str> = manifest
        .sources
        .iter()
        .filter(|(name, mark)| {
            !mark.groups.is_empty() && old.sources.get(*name).is_some_and(|it| it.groups == mark.groups)
        })
        .map(|it| it.0.as_str())
        .collect();
    manifest.runs = old.runs.into_iter().filter(|it| stay.contains(it.source.as_str())).collect();
    let mut known = names(dir, &manifest)?;
    if !(same && update.dropped == 0) {
        known = scan(dir, sources, &work, known, &mut manifest, &mut update, threads.max(1), most)?;
        save(dir, &manifest)?;
    }
    update.left_out = manifest.sources.values().map(|it| it.left_out).sum();
    Ok((manifest, known, update))
}

/// Whether the row groups known of a source are its first ones still.
fn still(source: &Source, opened: &Opened, mark: &SourceMark) -> Result<bool, RollupError> {
    let metadata = opened.metadata.metadata();
    if mark.groups.len() > metadata.num_row_groups() {
        return Ok(false);
    }
    for (at, group) in mark.groups.iter().enumerate() {
        let (start, end, rows) = extent(metadata, at);
        let alike = (start, end, rows) == (group.start, group.end, group.rows);
        if !alike || hash(&source.file, start, end)? != group.sha256 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What the threads share.
struct Shared {
    merger: Merger,
    /// The piece whose turn it is.
    turn: usize,
    waiting: BTreeMap<usize, Piece>,
    groups: BTreeMap<usize, GroupMark>,
    runs: Vec<RunMark>,
    failed: Option<RollupError>,
}

#[expect(clippy::too_many_arguments, reason = "the second half of the function above, apart for length")]
fn scan(
    dir: &Path,
    sources: &[Source],
    work: &[Work],
    known: Known,
    manifest: &mut Manifest,
    update: &mut Update,
    threads: usize,
    most: usize,
) -> Result<Known, RollupError> {
    let jobs: Vec<(&Work, usize)> =
        work.iter().flat_map(|it| (it.kept.len()..it.groups).map(move |group| (it, group))).collect();
    if jobs.is_empty() {
        return Ok(known);
    }
    let had = [known.accounts.len(), known.features.len(), known.people.len(), known.pairs.len()];
    let shared = Mutex::new(Shared {
        merger: Merger::new(known, manifest.next, most),
        turn: 0,
        waiting: BTreeMap::new(),
        groups: BTreeMap::new(),
        runs: Vec::new(),
        failed: None,
    });
    let (moved, next) = (Condvar::new(), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..threads.min(jobs.len()) {
            scope.spawn(|| {
                if let Err(error) = labour(dir, sources, &jobs, &shared, &moved, &next) {
                    let mut shared = lock(&shared);
                    shared.failed.get_or_insert(error);
                    moved.notify_all();
                }
            });
        }
    });
    let mut shared = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = shared.failed {
        return Err(error);
    }
    if shared.turn != jobs.len() {
        return Err(RollupError::Worker);
    }
    for (at, (work, _)) in jobs.iter().enumerate() {
        let mark = shared.groups.remove(&at).ok_or(RollupError::Worker)?;
        update.events += mark.rows;
        if let Some(source) = manifest.sources.get_mut(&sources[work.source].name) {
            source.groups.push(mark);
        }
    }
    for work in work {
        let source = &sources[work.source];
        // A file written to while it was scanned is read again the next time.
        if Looks::of(&source.file)? != work.looks {
            return Err(RollupError::column(&source.file, "the file was changed while it was read"));
        }
        if let (Some(mark), Some(taken)) =
            (manifest.sources.get_mut(&source.name), shared.merger.taken.get(&source.name))
        {
            mark.left_out += taken.left_out;
        }
    }
    manifest.runs.append(&mut shared.runs);
    manifest.runs.sort_by_key(|it| it.number);
    manifest.next = shared.merger.next;
    write_names(dir, manifest, &shared.merger.known, had)?;
    Ok(shared.merger.known)
}

fn lock<'a>(shared: &'a Mutex<Shared>) -> MutexGuard<'a, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One thread: sums row groups, and merges whatever has its turn.
fn labour(
    dir: &Path,
    sources: &[Source],
    jobs: &[(&Work, usize)],
    shared: &Mutex<Shared>,
    moved: &Condvar,
    next: &AtomicUsize,
) -> Result<(), RollupError> {
    loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let Some((work, group)) = jobs.get(at) else { return Ok(()) };
        let path = &sources[work.source].file;
        let piece = work.opened.scan(*group)?;
        let (start, end, rows) = extent(work.opened.metadata.metadata(), *group);
        let mark = GroupMark { start, end, rows, sha256: hash(path, start, end)? };
        let mut full = Vec::new();
        {
            let mut shared = lock(shared);
            while shared.failed.is_none() && shared.turn != at && shared.waiting.len() >= WAITING {
                shared = moved.wait(shared).unwrap_or_else(PoisonError::into_inner);
            }
            if shared.failed.is_some() {
                return Ok(());
            }
            shared.groups.insert(at, mark);
            shared.waiting.insert(at, piece);
            loop {
                let turn = shared.turn;
                let Some(piece) = shared.waiting.remove(&turn) else { break };
                let name = &sources[jobs[turn].0.source].name;
                full.extend(shared.merger.add(name, &piece)?);
                shared.turn += 1;
            }
            if shared.turn == jobs.len() {
                full.extend(shared.merger.finish());
            }
            moved.notify_all();
        }
        for heap in full {
            let run = write_run(dir, heap)?;
            lock(shared).runs.push(run);
        }
    }
}

/// Puts the manifest in place, then removes what no longer belongs.
fn save(dir: &Path, manifest: &Manifest) -> Result<(), RollupError> {
    let path = dir.join(MANIFEST_FILE);
    let bytes = serde_json::to_vec(manifest).map_err(|error| RollupError::damaged(&path, error))?;
    disk::put(&path, &bytes)?;
    let belongs: BTreeSet<&str> = manifest.files().map(|it| it.file.as_str()).collect();
    for entry in fs::read_dir(dir).map_err(RollupError::io("read", dir))? {
        let path = entry.map_err(RollupError::io("read", dir))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let ours = name.ends_with(".parquet") || name.ends_with(".part");
        if ours && !belongs.contains(name.as_str()) {
            fs::remove_file(&path).map_err(RollupError::io("remove", &path))?;
        }
    }
    Ok(())
}
