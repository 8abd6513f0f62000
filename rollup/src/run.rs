//! A run: rows of one source, sorted, and what is summed from them once more.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Date32Array, Int32Array, Int64Array, UInt32Array, UInt64Array};
use arrow::datatypes::DataType;

use crate::disk::{Layout, batch, write};
use crate::error::RollupError;
use crate::manifest::{FileMark, RunMark};
use crate::names::NONE;
use crate::piece::{Sums, UNSAID};

/// One row on its way into a run, with the numbers of the whole rollup.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) person: u32,
    pub(crate) feature: u32,
    pub(crate) pair: u32,
    pub(crate) sums: Sums,
}

/// Rows of one source that are to become a run, by day.
#[derive(Debug)]
pub(crate) struct Heap {
    pub(crate) number: u64,
    pub(crate) source: String,
    /// Sorted by day.
    pub(crate) days: Vec<(u16, Vec<Entry>)>,
    /// The account of each person, by number.
    pub(crate) accounts: Arc<Vec<u32>>,
    /// How many pairs there are.
    pub(crate) pairs: usize,
}

/// A block of days: its bits are in one 64-bit number.
pub(crate) fn block(day: i32) -> (i32, u32) {
    (day.div_euclid(64), day.rem_euclid(64).unsigned_abs())
}

/// Sorts a heap, sums rows of the same key and writes the four files of a run.
pub(crate) fn write_run(dir: &Path, heap: Heap) -> Result<RunMark, RollupError> {
    let Heap { number, source, mut days, accounts, pairs } = heap;
    let many: usize = days.iter().map(|it| it.1.len()).sum();
    let mut rows = Rows::with_room(many);
    let mut seen = Bits::new(accounts.len());
    let mut used = Bits::new(pairs);
    let mut by_day = Days::default();
    let mut uses = vec![0i64; accounts.iter().max().map_or(0, |it| *it as usize + 1)];
    let mut touched = Vec::new();
    let (first, last) = (days.first().map_or(0, |it| it.0), days.last().map_or(0, |it| it.0));
    for (day, entries) in &mut days {
        let day = i32::from(*day);
        entries.sort_unstable_by_key(|it| (u64::from(it.person) << 32) | u64::from(it.feature));
        let start = rows.days.len();
        let mut previous = None;
        for entry in entries.iter() {
            let key = (entry.person, entry.feature);
            if previous == Some(key) {
                rows.add_to_last(entry.sums);
            } else {
                rows.push(day, entry);
                previous = Some(key);
            }
            seen.mark(day, entry.person);
            used.mark(day, entry.pair);
        }
        for at in start..rows.days.len() {
            let account = accounts.get(rows.people[at] as usize).copied().unwrap_or(NONE);
            let Some(sum) = uses.get_mut(account as usize) else { continue };
            // An account whose uses add up to zero was there all the same; twice in the list does no harm.
            if *sum == 0 {
                touched.push(account);
            }
            *sum = sum.saturating_add(rows.uses[at]);
        }
        touched.sort_unstable();
        touched.dedup();
        for account in touched.drain(..) {
            by_day.push(day, account, std::mem::take(&mut uses[account as usize]));
        }
        *entries = Vec::new();
    }
    Ok(RunMark {
        number,
        source,
        first_day: i32::from(first),
        last_day: i32::from(last),
        rows: rows.write(dir, number)?,
        seen: seen.write(dir, &format!("seen-{number}"), "person")?,
        used: used.write(dir, &format!("used-{number}"), "pair")?,
        days: by_day.write(dir, number)?,
    })
}

/// The rows of a run as columns.
struct Rows {
    days: Vec<i32>,
    people: Vec<u32>,
    features: Vec<u32>,
    uses: Vec<i64>,
    seconds: Vec<i64>,
    errors: Vec<i64>,
}

impl Rows {
    fn with_room(many: usize) -> Self {
        Self {
            days: Vec::with_capacity(many),
            people: Vec::with_capacity(many),
            features: Vec::with_capacity(many),
            uses: Vec::with_capacity(many),
            seconds: Vec::with_capacity(many),
            errors: Vec::with_capacity(many),
        }
    }

    fn push(&mut self, day: i32, entry: &Entry) {
        self.days.push(day);
        self.people.push(entry.person);
        self.features.push(entry.feature);
        self.uses.push(entry.sums.uses);
        self.seconds.push(entry.sums.seconds);
        self.errors.push(entry.sums.errors);
    }

    fn add_to_last(&mut self, sums: Sums) {
        if let (Some(uses), Some(seconds), Some(errors)) =
            (self.uses.last_mut(), self.seconds.last_mut(), self.errors.last_mut())
        {
            let mut all = Sums { uses: *uses, seconds: *seconds, errors: *errors };
            all.add(sums);
            (*uses, *seconds, *errors) = (all.uses, all.seconds, all.errors);
        }
    }

    fn write(self, dir: &Path, number: u64) -> Result<FileMark, RollupError> {
        let rows = batch(
            "rows",
            vec![
                ("event_date", DataType::Date32, false, Arc::new(Date32Array::from(self.days))),
                ("person", DataType::UInt32, false, Arc::new(UInt32Array::from(self.people))),
                ("feature", DataType::UInt32, true, Arc::new(named(self.features))),
                ("uses", DataType::Int64, false, Arc::new(Int64Array::from(self.uses))),
                ("seconds", DataType::Int64, true, Arc::new(said(self.seconds))),
                ("errors", DataType::Int64, true, Arc::new(said(self.errors))),
            ],
        )?;
        write(dir, &format!("rows-{number}"), &rows, Layout::Small)
    }
}

fn named(numbers: Vec<u32>) -> UInt32Array {
    if numbers.contains(&NONE) {
        return numbers.into_iter().map(|it| (it != NONE).then_some(it)).collect();
    }
    UInt32Array::from(numbers)
}

fn said(sums: Vec<i64>) -> Int64Array {
    if sums.contains(&UNSAID) {
        return sums.into_iter().map(|it| (it != UNSAID).then_some(it)).collect();
    }
    Int64Array::from(sums)
}

/// A bit per day for each number, in blocks of 64 days; days must come in order.
struct Bits {
    block: Option<i32>,
    now: Vec<u64>,
    blocks: Vec<i32>,
    numbers: Vec<u32>,
    bits: Vec<u64>,
}

impl Bits {
    fn new(many: usize) -> Self {
        Self { block: None, now: vec![0; many], blocks: Vec::new(), numbers: Vec::new(), bits: Vec::new() }
    }

    #[inline]
    fn mark(&mut self, day: i32, number: u32) {
        let (block, bit) = block(day);
        if self.block != Some(block) {
            self.close();
            self.block = Some(block);
        }
        if let Some(bits) = self.now.get_mut(number as usize) {
            *bits |= 1 << bit;
        }
    }

    fn close(&mut self) {
        let Some(block) = self.block.take() else { return };
        for (number, bits) in (0..).zip(&mut self.now) {
            if *bits != 0 {
                self.blocks.push(block);
                self.numbers.push(number);
                self.bits.push(std::mem::take(bits));
            }
        }
    }

    fn write(mut self, dir: &Path, file: &str, what: &'static str) -> Result<FileMark, RollupError> {
        self.close();
        let rows = batch(
            what,
            vec![
                ("block", DataType::Int32, false, Arc::new(Int32Array::from(self.blocks))),
                (what, DataType::UInt32, false, Arc::new(UInt32Array::from(self.numbers))),
                ("bits", DataType::UInt64, false, Arc::new(UInt64Array::from(self.bits))),
            ],
        )?;
        write(dir, file, &rows, Layout::Plain)
    }
}

/// Uses per day and account.
#[derive(Default)]
struct Days {
    days: Vec<i32>,
    accounts: Vec<u32>,
    uses: Vec<i64>,
}

impl Days {
    fn push(&mut self, day: i32, account: u32, uses: i64) {
        self.days.push(day);
        self.accounts.push(account);
        self.uses.push(uses);
    }

    fn write(self, dir: &Path, number: u64) -> Result<FileMark, RollupError> {
        let rows = batch(
            "days",
            vec![
                ("event_date", DataType::Date32, false, Arc::new(Date32Array::from(self.days))),
                ("account", DataType::UInt32, false, Arc::new(UInt32Array::from(self.accounts))),
                ("uses", DataType::Int64, false, Arc::new(Int64Array::from(self.uses))),
            ],
        )?;
        write(dir, &format!("days-{number}"), &rows, Layout::Small)
    }
}
