//! Pieces put together in the order of the sources, whatever thread finished first: the same files give the same
//! numbers and the same runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::RollupError;
use crate::names::{NONE, Names, Pairs};
use crate::piece::Piece;
use crate::run::{Entry, Heap};

/// Rows that are held before they become a run.
pub const RUN_ROWS: usize = 1 << 20;
/// Days that stay behind when a run is taken: a source in order of time is not done with them yet.
const STAY: usize = 2;

/// Names of all kinds.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) accounts: Names,
    pub(crate) features: Names,
    pub(crate) people: Names,
    pub(crate) pairs: Pairs,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            accounts: Names::new("accounts"),
            features: Names::new("features"),
            people: Names::new("people"),
            pairs: Pairs::new(Vec::new(), Vec::new()),
        }
    }
}

/// What one source has given so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Taken {
    pub(crate) left_out: u64,
}

/// Puts pieces together.
#[derive(Debug)]
pub(crate) struct Merger {
    pub(crate) known: Known,
    /// The number of the next run.
    pub(crate) next: u64,
    source: Option<String>,
    days: BTreeMap<u16, Vec<Entry>>,
    held: usize,
    most: usize,
    pub(crate) taken: BTreeMap<String, Taken>,
}

impl Merger {
    pub(crate) fn new(known: Known, next: u64, most: usize) -> Self {
        Self { known, next, source: None, days: BTreeMap::new(), held: 0, most, taken: BTreeMap::new() }
    }

    /// Adds the next piece of `source`; runs that are full come back to be written.
    pub(crate) fn add(&mut self, source: &str, piece: &Piece) -> Result<Vec<Heap>, RollupError> {
        let mut full = Vec::new();
        if self.source.as_deref() != Some(source) {
            full.extend(self.finish());
            self.source = Some(source.to_owned());
        }
        self.taken.entry(source.to_owned()).or_default().left_out += piece.left_out;
        let known = &mut self.known;
        let mut accounts = vec![NONE; piece.accounts.len()];
        for (account, _) in &piece.people {
            let place = &mut accounts[*account as usize];
            if *place == NONE {
                *place = known.accounts.number(0, piece.accounts.text(*account))?;
            }
        }
        let people = known.people.numbers(piece.people.iter().map(|(account, user)| {
            let user = if *user == NONE { None } else { piece.users.text(*user) };
            (accounts[*account as usize], user)
        }))?;
        let mut features = vec![NONE; piece.features.len()];
        let mut pairs = Vec::with_capacity(piece.pairs.len());
        for (account, feature) in piece.pairs.accounts.iter().zip(&piece.pairs.features) {
            let feature = match features.get_mut(*feature as usize) {
                None => NONE,
                Some(place) => {
                    if *place == NONE {
                        *place = known.features.number(0, piece.features.text(*feature))?;
                    }
                    *place
                }
            };
            pairs.push((known.pairs.number(accounts[*account as usize], feature)?, feature));
        }
        let (mut today, mut heap) = (None, &mut Vec::new());
        for row in &piece.rows {
            if today != Some(row.day) {
                today = Some(row.day);
                heap = self.days.entry(row.day).or_default();
            }
            let (pair, feature) = pairs[row.pair as usize];
            heap.push(Entry { person: people[row.person as usize], feature, pair, sums: row.sums });
        }
        self.held += piece.rows.len();
        if self.held >= self.most {
            full.extend(self.take());
        }
        Ok(full)
    }

    /// What is left of the current source.
    pub(crate) fn finish(&mut self) -> Option<Heap> {
        let source = self.source.take()?;
        let days = std::mem::take(&mut self.days);
        self.held = 0;
        self.heap(source, days)
    }

    fn take(&mut self) -> Option<Heap> {
        let source = self.source.clone()?;
        let newest: Vec<u16> = self.days.keys().rev().take(STAY).copied().collect();
        let staying: usize = newest.iter().filter_map(|it| self.days.get(it)).map(Vec::len).sum();
        // Days that hold most of the rows must go, or the heap would grow.
        let from = newest.last().copied().filter(|_| staying * 2 < self.held);
        let stay = from.map_or_else(BTreeMap::new, |day| self.days.split_off(&day));
        let days = std::mem::replace(&mut self.days, stay);
        self.held = self.days.values().map(Vec::len).sum();
        self.heap(source, days)
    }

    fn heap(&mut self, source: String, days: BTreeMap<u16, Vec<Entry>>) -> Option<Heap> {
        if days.is_empty() {
            return None;
        }
        self.next += 1;
        Some(Heap {
            number: self.next - 1,
            source,
            days: days.into_iter().collect(),
            accounts: Arc::new(self.known.people.owners().to_vec()),
            pairs: self.known.pairs.len(),
        })
    }
}
