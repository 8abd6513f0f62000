//! What signals and models ask of an account's usage, from bits and day sums; the events are not touched.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;

use arrow::array::{
    Array, ArrayRef, AsArray as _, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray,
};
use arrow::datatypes::{DataType, Date32Type, Int32Type, Int64Type, UInt64Type};

use crate::disk::{batch, read, read_groups};
use crate::error::RollupError;
use crate::manifest::{FileMark, RunMark};
use crate::names::NONE;
use crate::open::{Rollup, numbers, odd};

/// Columns of [`Rollup::account_features`] after `account_id`.
///
/// Windows of 7, 28 and 90 days end with the as-of day.
/// `last_active_on`: the last day with an event.
/// `uses_*`: sum of uses; `active_days_*`: days with an event; `users_*`, `features_*`: distinct people and features
/// named by an event.
/// `new_users_28`: people whose first event ever falls in the window.
/// `stickiness_28`: mean daily users over the 28 days, by distinct users in them; NULL where nobody is named.
/// `core_uses_28`: uses of core features.
/// `baseline_median`: median of the uses per day over the 90 days that end 14 days before the as-of day, days without
/// use counted as zero; `decay_ratio`: mean uses per day over 28 days by that median; NULL where it is zero.
pub const FEATURES: [&str; 18] = [
    "last_active_on",
    "uses_7",
    "uses_28",
    "uses_90",
    "active_days_7",
    "active_days_28",
    "active_days_90",
    "users_7",
    "users_28",
    "users_90",
    "features_7",
    "features_28",
    "features_90",
    "new_users_28",
    "core_uses_28",
    "stickiness_28",
    "baseline_median",
    "decay_ratio",
];

/// Windows, in days.
const WINDOWS: [u32; 3] = [7, 28, 90];
/// Days ago at which the baseline ends and begins.
const BASELINE: (usize, usize) = (14, 104);
/// Accounts whose days are laid out at a time: 104 days of 8 bytes each.
const CHUNK: usize = 1 << 16;

/// The days of one person or pair up to the as-of day.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    /// Bit i: an event i days before the as-of day.
    pub(crate) bits: u128,
    pub(crate) first: i32,
    pub(crate) last: i32,
}

impl Span {
    const NONE: Self = Self { bits: 0, first: i32::MAX, last: i32::MIN };

    /// Adds a block of 64 days, as seen from `as_of`.
    #[inline]
    fn add(&mut self, as_of: i32, block: i32, bits: u64) {
        let start = block * 64;
        let ahead = start + 63 - as_of;
        if ahead >= 64 {
            return;
        }
        // Bit 63 is the last day of the block: turned round, days ago grow with the bits.
        let turned = bits.reverse_bits();
        let (known, shift) = if ahead > 0 { (turned >> ahead, 0) } else { (turned, ahead.unsigned_abs()) };
        if known == 0 {
            return;
        }
        if shift < 128 {
            self.bits |= u128::from(known) << shift;
        }
        let ago = |bit: u32| as_of - i32::try_from(bit + shift).unwrap_or(i32::MAX);
        self.last = self.last.max(ago(known.trailing_zeros()));
        self.first = self.first.min(ago(63 - known.leading_zeros()));
    }
}

fn mask(days: u32) -> u128 {
    (1 << days) - 1
}

/// Counts per account.
#[derive(Default)]
struct Counts {
    active: Vec<u128>,
    last: Vec<i32>,
    users: [Vec<i64>; 3],
    user_days: Vec<i64>,
    new_users: Vec<i64>,
}

impl Rollup {
    /// One row per account with an event by the end of `as_of` (days since 1970-01-01), sorted by account:
    /// `account_id` and [`FEATURES`]. Later events are not seen. `core` names the core features.
    ///
    /// # Errors
    /// Files that are gone or damaged.
    pub fn account_features(&self, as_of: i32, core: &BTreeSet<String>) -> Result<RecordBatch, RollupError> {
        let many = self.known.accounts.len();
        let (people, features, sums) = thread::scope(|scope| {
            let people = scope.spawn(|| self.people(as_of, many));
            let features = scope.spawn(|| self.pairs(as_of, many));
            let sums = self.sums(as_of, many, core);
            let features = features.join().unwrap_or(Err(RollupError::Worker));
            (people.join().unwrap_or(Err(RollupError::Worker)), features, sums)
        });
        let (people, features, sums) = (people?, features?, sums?);
        let mut order: Vec<(&str, usize)> = (0..many)
            .filter(|it| people.last[*it] != i32::MIN)
            .filter_map(|it| Some((self.known.accounts.text(u32::try_from(it).ok()?)?, it)))
            .collect();
        order.sort_unstable();
        let whole = |values: &[i64]| -> ArrayRef {
            Arc::new(order.iter().map(|it| values[it.1]).collect::<Int64Array>())
        };
        let active = |days: u32| -> ArrayRef {
            let count = |it: &(&str, usize)| i64::from((people.active[it.1] & mask(days)).count_ones());
            Arc::new(order.iter().map(count).collect::<Int64Array>())
        };
        let float = |value: &dyn Fn(usize) -> Option<f64>| -> ArrayRef {
            Arc::new(order.iter().map(|it| value(it.1)).collect::<Float64Array>())
        };
        let sticky = |it: usize| {
            let users = people.users[1][it];
            (users > 0).then(|| real(people.user_days[it]) / real(28 * users))
        };
        let median = |it: usize| real(sums.middle[it]) / 2.0;
        let decay =
            |it: usize| (sums.middle[it] > 0).then(|| real(sums.uses[1][it]) / real(14 * sums.middle[it]));
        let accounts: ArrayRef = Arc::new(order.iter().map(|it| Some(it.0)).collect::<StringArray>());
        let last: ArrayRef =
            Arc::new(order.iter().map(|it| Some(people.last[it.1])).collect::<Date32Array>());
        let mut arrays = vec![last];
        arrays.extend(sums.uses.iter().map(|it| whole(it)));
        arrays.extend(WINDOWS.map(active));
        arrays.extend(people.users.iter().map(|it| whole(it)));
        arrays.extend(features.iter().map(|it| whole(it)));
        arrays.extend([
            whole(&people.new_users),
            whole(&sums.core),
            float(&sticky),
            float(&|it| Some(median(it))),
            float(&decay),
        ]);
        let mut columns = vec![("account_id", DataType::Utf8, false, accounts)];
        columns.extend(
            FEATURES
                .into_iter()
                .zip(arrays)
                .map(|(name, array)| (name, array.data_type().clone(), true, array)),
        );
        batch("account_features", columns)
    }

    /// The days of every number of the files `of` the runs.
    pub(crate) fn spans(
        &self,
        as_of: i32,
        many: usize,
        of: impl Fn(&RunMark) -> &FileMark,
    ) -> Result<Vec<Span>, RollupError> {
        let mut spans = vec![Span::NONE; many];
        for run in self.manifest.runs.iter().filter(|it| it.first_day <= as_of) {
            let mark = of(run);
            for rows in read(&self.dir, mark)? {
                let odd = || odd(&self.dir, mark);
                let blocks = rows.column(0).as_primitive_opt::<Int32Type>().ok_or_else(odd)?;
                let who = numbers(&self.dir, mark, rows.column(1))?;
                let bits = rows.column(2).as_primitive_opt::<UInt64Type>().ok_or_else(odd)?;
                let rows = blocks.values().iter().zip(who.values()).zip(bits.values());
                for ((block, who), bits) in rows {
                    spans.get_mut(*who as usize).ok_or_else(odd)?.add(as_of, *block, *bits);
                }
            }
        }
        Ok(spans)
    }

    fn people(&self, as_of: i32, many: usize) -> Result<Counts, RollupError> {
        let people = &self.known.people;
        let spans = self.spans(as_of, people.len(), |it| &it.seen)?;
        let mut counts = Counts {
            active: vec![0; many],
            last: vec![i32::MIN; many],
            users: WINDOWS.map(|_| vec![0; many]),
            user_days: vec![0; many],
            new_users: vec![0; many],
        };
        for ((span, account), named) in spans.iter().zip(people.owners()).zip(people.named()) {
            let at = *account as usize;
            if span.last == i32::MIN || at >= many {
                continue;
            }
            counts.active[at] |= span.bits;
            counts.last[at] = counts.last[at].max(span.last);
            if !named {
                continue;
            }
            for (window, users) in WINDOWS.iter().zip(&mut counts.users) {
                users[at] += i64::from(span.bits & mask(*window) != 0);
            }
            counts.user_days[at] += i64::from((span.bits & mask(28)).count_ones());
            counts.new_users[at] += i64::from(span.first > as_of - 28);
        }
        Ok(counts)
    }

    fn pairs(&self, as_of: i32, many: usize) -> Result<[Vec<i64>; 3], RollupError> {
        let pairs = &self.known.pairs;
        let spans = self.spans(as_of, pairs.len(), |it| &it.used)?;
        let mut counts = WINDOWS.map(|_| vec![0; many]);
        for ((span, account), feature) in spans.iter().zip(&pairs.accounts).zip(&pairs.features) {
            if *feature == NONE {
                continue;
            }
            for (window, features) in WINDOWS.iter().zip(&mut counts) {
                if let Some(count) = features.get_mut(*account as usize) {
                    *count += i64::from(span.bits & mask(*window) != 0);
                }
            }
        }
        Ok(counts)
    }

    fn sums(&self, as_of: i32, many: usize, core: &BTreeSet<String>) -> Result<Uses, RollupError> {
        let mut found = Uses {
            uses: WINDOWS.map(|_| vec![0; many]),
            middle: vec![0; many],
            core: self.core(as_of, many, core)?,
        };
        let oldest = as_of - i32::try_from(BASELINE.1).unwrap_or(i32::MAX) + 1;
        let recent = |it: &&RunMark| it.last_day >= oldest && it.first_day <= as_of;
        let mut days = Vec::new();
        for run in self.manifest.runs.iter().filter(recent) {
            let wanted = |low, high| high >= oldest && low <= as_of;
            for rows in read_groups(&self.dir, &run.days, wanted)? {
                days.push((rows, &run.days));
            }
        }
        let mut table = vec![0i64; many.min(CHUNK) * BASELINE.1];
        for start in (0..many).step_by(CHUNK) {
            table.fill(0);
            let accounts = start..many.min(start + CHUNK);
            for (rows, mark) in &days {
                let odd = || odd(&self.dir, mark);
                let dates = rows.column(0).as_primitive_opt::<Date32Type>().ok_or_else(odd)?;
                let owners = numbers(&self.dir, mark, rows.column(1))?;
                let uses = rows.column(2).as_primitive_opt::<Int64Type>().ok_or_else(odd)?;
                for ((day, account), uses) in dates.values().iter().zip(owners.values()).zip(uses.values()) {
                    let account = *account as usize;
                    if *day >= oldest && *day <= as_of && accounts.contains(&account) {
                        let ago = (as_of - day).unsigned_abs() as usize;
                        table[(account - start) * BASELINE.1 + ago] += uses;
                    }
                }
            }
            for (account, days) in accounts.zip(table.chunks_exact_mut(BASELINE.1)) {
                for (window, uses) in WINDOWS.iter().zip(&mut found.uses) {
                    uses[account] = days[..*window as usize].iter().sum();
                }
                found.middle[account] = middle(&mut days[BASELINE.0..]);
            }
        }
        Ok(found)
    }

    /// Uses of core features in 28 days.
    fn core(&self, as_of: i32, many: usize, core: &BTreeSet<String>) -> Result<Vec<i64>, RollupError> {
        let features = &self.known.features;
        let wanted: Vec<bool> = (0..features.len())
            .map(|it| {
                u32::try_from(it).ok().and_then(|it| features.text(it)).is_some_and(|it| core.contains(it))
            })
            .collect();
        let mut sums = vec![0i64; many];
        if !wanted.contains(&true) {
            return Ok(sums);
        }
        let owners = self.known.people.owners();
        let oldest = as_of - 27;
        for run in self.manifest.runs.iter().filter(|it| it.last_day >= oldest && it.first_day <= as_of) {
            let mark = &run.rows;
            for rows in read_groups(&self.dir, mark, |low, high| high >= oldest && low <= as_of)? {
                let odd = || odd(&self.dir, mark);
                let dates = rows.column(0).as_primitive_opt::<Date32Type>().ok_or_else(odd)?;
                let people = numbers(&self.dir, mark, rows.column(1))?;
                let features = numbers(&self.dir, mark, rows.column(2))?;
                let uses = rows.column(3).as_primitive_opt::<Int64Type>().ok_or_else(odd)?;
                for at in 0..rows.num_rows() {
                    let day = dates.value(at);
                    let is_core = features.is_valid(at)
                        && wanted.get(features.value(at) as usize).copied().unwrap_or(false);
                    if is_core && day >= oldest && day <= as_of {
                        let account = owners.get(people.value(at) as usize).ok_or_else(odd)?;
                        *sums.get_mut(*account as usize).ok_or_else(odd)? += uses.value(at);
                    }
                }
            }
        }
        Ok(sums)
    }
}

/// Sums of uses per account.
struct Uses {
    uses: [Vec<i64>; 3],
    /// Twice the median of the baseline.
    middle: Vec<i64>,
    core: Vec<i64>,
}

/// Twice the median of an even number of days.
fn middle(days: &mut [i64]) -> i64 {
    let half = days.len() / 2;
    // Most accounts of a long tail have no use on most days.
    if days.iter().filter(|it| **it == 0).count() > half && days.iter().all(|it| *it >= 0) {
        return 0;
    }
    let (lower, upper, _) = days.select_nth_unstable(half);
    lower.iter().max().copied().unwrap_or(*upper) + *upper
}

#[expect(clippy::cast_precision_loss, reason = "uses and people stay far below 2^53")]
fn real(value: i64) -> f64 {
    value as f64
}
