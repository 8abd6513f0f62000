//! The first lines of a search that several threads make at once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::grep::{GrepLine, InFile, LINES_CAP, weight};

/// What has been found so far. Of more than fits into an answer, the first by path are kept, so that
/// the answer is the same whichever thread was faster.
pub(super) struct Best {
    /// Most matching lines in the answer.
    pub(super) most: usize,
    kept: Mutex<Kept>,
    /// Counts how often `Kept::last` has moved.
    moves: AtomicUsize,
}

#[derive(Default)]
struct Kept {
    files: BTreeMap<String, InOne>,
    matches: usize,
    weight: usize,
    /// What is kept up to here fills the answer: nothing behind it is wanted.
    last: Option<Arc<str>>,
}

struct InOne {
    lines: Vec<GrepLine>,
    matches: usize,
    weight: usize,
    over: bool,
}

/// The lines of an answer.
pub(super) struct Lines {
    pub(super) lines: Vec<GrepLine>,
    pub(super) matches: usize,
    pub(super) files: usize,
    /// The file in which the answer was full; `None` = all of it is here.
    pub(super) cut: Option<String>,
}

impl Best {
    pub(super) fn new(most: usize) -> Self {
        Self { most, kept: Mutex::default(), moves: AtomicUsize::new(0) }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings what a thread knows of the end up to date. Mostly there is nothing new, and no lock.
    pub(super) fn look(&self, known: &mut Known) {
        let moves = self.moves.load(Ordering::Acquire);
        if moves != known.moves {
            known.moves = moves;
            known.last.clone_from(&self.lock().last);
        }
    }

    pub(super) fn add(&self, path: &str, found: InFile<'_>) {
        let InFile { lines, matches, weight, over, .. } = found;
        let mut kept = self.lock();
        kept.matches += matches;
        kept.weight += weight;
        kept.files.insert(path.to_owned(), InOne { lines, matches, weight, over });
        // A file goes when those before it are more than an answer.
        while let Some(last) = kept.files.last_entry().map(|last| (last.get().matches, last.get().weight))
            && (kept.matches - last.0 > self.most || kept.weight - last.1 > LINES_CAP)
        {
            kept.matches -= last.0;
            kept.weight -= last.1;
            kept.files.pop_last();
        }
        let full = kept.matches > self.most || kept.weight > LINES_CAP;
        let last = kept.files.last_key_value();
        if let Some((path, one)) = last
            && (full || one.over)
            && kept.last.as_deref() != Some(path.as_str())
        {
            kept.last = Some(path.as_str().into());
            self.moves.fetch_add(1, Ordering::Release);
        }
    }

    /// The lines that fit, in order, without gaps.
    pub(super) fn answer(self) -> Lines {
        let kept = self.kept.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut answer = Lines { lines: Vec::new(), matches: 0, files: 0, cut: None };
        let mut room = LINES_CAP;
        for (path, one) in kept.files {
            let before = answer.matches;
            let mut over = one.over;
            for line in one.lines {
                if weight(&line) > room || (!line.context && answer.matches == self.most) {
                    over = true;
                    break;
                }
                room -= weight(&line);
                answer.matches += usize::from(!line.context);
                answer.lines.push(line);
            }
            answer.files += usize::from(answer.matches > before);
            if over {
                answer.cut = Some(path);
                break;
            }
        }
        answer
    }
}

/// What a thread knows of the end of a search.
#[derive(Default)]
pub(super) struct Known {
    moves: usize,
    last: Option<Arc<str>>,
}

impl Known {
    pub(super) fn wants(&self, path: &str) -> bool {
        self.last.as_deref().is_none_or(|last| path <= last)
    }
}
