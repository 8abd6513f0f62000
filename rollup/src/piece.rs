//! One row group, summed: with numbers of its own, so that threads need not agree.

use arrow::array::{Array, StringArray};

use crate::hash;
use crate::names::{NONE, Pairs, Slots};

/// "Nothing was said", as a sum.
pub(crate) const UNSAID: i64 = i64::MIN;

/// What the events of one key add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) uses: i64,
    /// [`UNSAID`] where no event said.
    pub(crate) seconds: i64,
    /// [`UNSAID`] where no event said.
    pub(crate) errors: i64,
}

impl Sums {
    #[inline]
    pub(crate) fn add(&mut self, other: Self) {
        self.uses = self.uses.saturating_add(other.uses);
        self.seconds = plus(self.seconds, other.seconds);
        self.errors = plus(self.errors, other.errors);
    }
}

#[inline]
fn plus(a: i64, b: i64) -> i64 {
    match (a, b) {
        (UNSAID, other) | (other, UNSAID) => other,
        // Never UNSAID by overflow.
        _ => a.saturating_add(b).max(-i64::MAX),
    }
}

/// Texts of one column of a row group, numbered through its dictionaries: mostly there is only one.
#[derive(Debug, Default)]
pub(crate) struct Words {
    parts: Vec<(u32, StringArray)>,
    next: u32,
}

impl Words {
    /// The number of the first word of `part`; the same for the same dictionary as the last time.
    pub(crate) fn base(&mut self, part: &StringArray) -> Option<u32> {
        if let Some((base, last)) = self.parts.last()
            && last.to_data().ptr_eq(&part.to_data())
        {
            return Some(*base);
        }
        let base = self.next;
        self.next = base.checked_add(u32::try_from(part.len()).ok()?).filter(|it| *it < NONE)?;
        self.parts.push((base, part.clone()));
        Some(base)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.next as usize
    }

    /// The text of a number; `None` for a null within a dictionary.
    pub(crate) fn text(&self, number: u32) -> Option<&str> {
        let part = self.parts.partition_point(|it| it.0 <= number).checked_sub(1)?;
        let (base, words) = self.parts.get(part)?;
        let at = (number - base) as usize;
        (at < words.len() && words.is_valid(at)).then(|| words.value(at))
    }
}

/// One key of a row group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LocalRow {
    pub(crate) person: u32,
    pub(crate) feature: u32,
    pub(crate) pair: u32,
    pub(crate) day: u16,
    pub(crate) sums: Sums,
}

/// One event, with the numbers of its piece; `user` and `feature` are [`NONE`] where it does not say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    pub(crate) account: u32,
    pub(crate) user: u32,
    pub(crate) feature: u32,
    pub(crate) day: u16,
    pub(crate) sums: Sums,
}

/// What one row group adds up to. All numbers are the piece's own.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) accounts: Words,
    pub(crate) users: Words,
    pub(crate) features: Words,
    /// Account and user of each person; the user is [`NONE`] where nobody is named.
    pub(crate) people: Vec<(u32, u32)>,
    pub(crate) pairs: Pairs,
    pub(crate) rows: Vec<LocalRow>,
    /// Events without account or day.
    pub(crate) left_out: u64,
    /// Where the person of a user lies who has only one account: account and person.
    known: Vec<(u32, u32)>,
    others: Slots,
    keys: Slots,
    /// Person, hash and likely row of the events being added.
    todo: Vec<(u32, u64, u32)>,
}

impl Piece {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            accounts: Words::default(),
            users: Words::default(),
            features: Words::default(),
            people: Vec::new(),
            pairs: Pairs::new(Vec::new(), Vec::new()),
            rows: Vec::new(),
            left_out: 0,
            known: Vec::new(),
            others: Slots::with_room(64),
            keys: Slots::with_room(1 << 15),
            todo: Vec::new(),
        }
    }

    /// Adds events. Some at a time: first all their keys, then all places where the keys may be, then the sums, so
    /// that memory is asked for many of them at once.
    pub(crate) fn add(&mut self, events: &[Event]) -> Result<(), crate::RollupError> {
        self.todo.clear();
        for event in events {
            let person = self.person(event.account, event.user);
            self.todo.push((person, hash::of_key(person, event.feature, event.day), NONE));
        }
        for todo in &mut self.todo {
            todo.2 = self.keys.peek(todo.1).unwrap_or(NONE);
        }
        for (at, event) in events.iter().enumerate() {
            let (person, hash, guess) = self.todo[at];
            let is =
                |row: &LocalRow| row.person == person && row.feature == event.feature && row.day == event.day;
            if let Some(row) = self.rows.get_mut(guess as usize)
                && is(row)
            {
                row.sums.add(event.sums);
                continue;
            }
            #[expect(clippy::cast_possible_truncation, reason = "a row group has fewer than 2^32 rows")]
            let new = self.rows.len() as u32;
            let rows = &self.rows;
            let found = self.keys.find_or(hash, new, |it| is(&rows[it as usize]));
            match self.rows.get_mut(found as usize) {
                Some(row) => row.sums.add(event.sums),
                None => {
                    let pair = self.pairs.number(event.account, event.feature)?;
                    let (feature, day) = (event.feature, event.day);
                    self.rows.push(LocalRow { person, feature, pair, day, sums: event.sums });
                }
            }
        }
        Ok(())
    }

    #[inline]
    fn person(&mut self, account: u32, user: u32) -> u32 {
        #[expect(clippy::cast_possible_truncation, reason = "a row group has fewer than 2^32 rows")]
        let new = self.people.len() as u32;
        if user != NONE {
            if self.known.len() <= user as usize {
                self.known.resize(self.users.len().max(user as usize + 1), (NONE, NONE));
            }
            let known = &mut self.known[user as usize];
            if known.0 == account {
                return known.1;
            }
            if known.0 == NONE {
                *known = (account, new);
                self.people.push((account, user));
                return new;
            }
        }
        let people = &self.people;
        let hash = hash::of_number((u64::from(account) << 32) | u64::from(user));
        let found = self.others.find_or(hash, new, |it| people[it as usize] == (account, user));
        if found == new {
            self.people.push((account, user));
        }
        found
    }

    /// Forgets what only adding needed.
    pub(crate) fn close(&mut self) {
        self.known = Vec::new();
        self.others = Slots::with_room(0);
        self.keys = Slots::with_room(0);
    }
}
