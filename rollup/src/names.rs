//! Numbers for names, in the order of their first appearance.

use crate::error::RollupError;
use crate::hash;

/// "No name": the event does not say.
pub(crate) const NONE: u32 = u32::MAX;

const FREE: u64 = u64::MAX;
/// Names looked up at a time.
const TOGETHER: usize = 256;

/// Where numbers lie, by hash: open addressing over the upper 32 bits of a hash, which are kept beside the number,
/// so that the table grows without hashing again.
#[derive(Debug)]
pub(crate) struct Slots {
    slots: Vec<u64>,
    used: usize,
}

impl Slots {
    /// Room for about that many.
    pub(crate) fn with_room(many: usize) -> Self {
        Self { slots: vec![FREE; (many * 2).next_power_of_two().max(16)], used: 0 }
    }

    /// The number at `hash` that `is` the one, or `new` after putting it there.
    #[inline]
    pub(crate) fn find_or(&mut self, hash: u64, new: u32, mut is: impl FnMut(u32) -> bool) -> u32 {
        if self.used * 10 >= self.slots.len() * 7 {
            self.grow();
        }
        let tag = hash >> 32;
        let mask = self.slots.len() - 1;
        let mut at = self.place(tag);
        loop {
            let slot = self.slots[at];
            if slot == FREE {
                self.slots[at] = (tag << 32) | u64::from(new);
                self.used += 1;
                return new;
            }
            #[expect(clippy::cast_possible_truncation, reason = "the lower half is the number")]
            let number = slot as u32;
            if slot >> 32 == tag && is(number) {
                return number;
            }
            at = (at + 1) & mask;
        }
    }

    /// What lies where `hash` begins to look: asked for many hashes in a row, the answers come from memory together.
    #[inline]
    pub(crate) fn peek(&self, hash: u64) -> Option<u32> {
        let slot = self.slots[self.place(hash >> 32)];
        #[expect(clippy::cast_possible_truncation, reason = "the lower half is the number")]
        let number = slot as u32;
        (slot != FREE && slot >> 32 == hash >> 32).then_some(number)
    }

    /// The upper bits of the tag choose the place, so that it only needs more of them when the table grows.
    #[inline]
    fn place(&self, tag: u64) -> usize {
        ((tag * self.slots.len() as u64) >> 32) as usize
    }

    fn grow(&mut self) {
        let old = std::mem::take(&mut self.slots);
        self.slots = vec![FREE; old.len() * 2];
        let mask = self.slots.len() - 1;
        for slot in old.into_iter().filter(|it| *it != FREE) {
            let mut at = self.place(slot >> 32);
            while self.slots[at] != FREE {
                at = (at + 1) & mask;
            }
            self.slots[at] = slot;
        }
    }
}

/// Texts and what each belongs to, by number.
#[derive(Debug)]
pub(crate) struct Names {
    what: &'static str,
    /// Made when the first number is asked for: whoever only reads needs none.
    slots: Option<Slots>,
    bytes: Vec<u8>,
    /// Where each text begins in `bytes`, its length and its owner: together, because they are needed together.
    places: Vec<Place>,
    /// The number of the owner of each: an account for people, 0 for accounts and features.
    owners: Vec<u32>,
    /// Whether there is a text at all: use that names nobody has an owner only.
    named: Vec<bool>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    start: usize,
    /// [`NONE`] where there is no text.
    length: u32,
    owner: u32,
}

impl Names {
    /// None yet.
    pub(crate) fn new(what: &'static str) -> Self {
        Self {
            what,
            slots: None,
            bytes: Vec::new(),
            places: Vec::new(),
            owners: Vec::new(),
            named: Vec::new(),
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// The text of a number; `None` where it names nobody.
    pub(crate) fn text(&self, number: u32) -> Option<&str> {
        let place = self.places.get(number as usize)?;
        if place.length == NONE {
            return None;
        }
        std::str::from_utf8(self.bytes.get(place.start..place.start + place.length as usize)?).ok()
    }

    /// The owners of all, by number.
    pub(crate) fn owners(&self) -> &[u32] {
        &self.owners
    }

    /// Whether each has a text.
    pub(crate) fn named(&self) -> &[bool] {
        &self.named
    }

    /// The number of a text of `owner`, given now if it is new.
    pub(crate) fn number(&mut self, owner: u32, text: Option<&str>) -> Result<u32, RollupError> {
        let new = u32::try_from(self.places.len())
            .ok()
            .filter(|it| *it != NONE)
            .ok_or(RollupError::TooMany { what: self.what })?;
        let wanted = text.unwrap_or_default().as_bytes();
        let length = length(text);
        if self.slots.is_none() {
            self.slots = Some(self.index());
        }
        let (bytes, places) = (&self.bytes, &self.places);
        let Some(slots) = &mut self.slots else { return Err(RollupError::Worker) };
        let found = slots.find_or(salted(wanted, owner, text.is_some()), new, |it| {
            let place = places[it as usize];
            place.owner == owner
                && place.length == length
                && (length == NONE || &bytes[place.start..place.start + wanted.len()] == wanted)
        });
        if found == new {
            self.push(owner, text);
        }
        Ok(found)
    }

    /// The numbers of many texts with their owners, given now where they are new.
    ///
    /// Some at a time: first all hashes, then all places where the texts may stand, so that memory is asked for many of
    /// them at once.
    pub(crate) fn numbers<'t>(
        &mut self,
        mut wanted: impl Iterator<Item = (u32, Option<&'t str>)>,
    ) -> Result<Vec<u32>, RollupError> {
        if self.slots.is_none() {
            self.slots = Some(self.index());
        }
        let mut found = Vec::with_capacity(wanted.size_hint().0);
        let mut todo = Vec::with_capacity(TOGETHER);
        loop {
            todo.clear();
            todo.extend(wanted.by_ref().take(TOGETHER).map(|(owner, text)| {
                let bytes = text.unwrap_or_default().as_bytes();
                (owner, text, salted(bytes, owner, text.is_some()), NONE, None)
            }));
            if todo.is_empty() {
                return Ok(found);
            }
            for it in &mut todo {
                it.3 = self.slots.as_ref().and_then(|slots| slots.peek(it.2)).unwrap_or(NONE);
            }
            for it in &mut todo {
                it.4 = self.places.get(it.3 as usize).copied();
            }
            for (owner, text, _, guess, place) in &todo {
                let same = place.is_some_and(|it| it.owner == *owner && it.length == length(*text))
                    && self.text(*guess) == *text;
                found.push(if same { *guess } else { self.number(*owner, *text)? });
            }
        }
    }

    /// Adds a text that is known to be new.
    pub(crate) fn push(&mut self, owner: u32, text: Option<&str>) {
        self.places.push(Place { start: self.bytes.len(), length: length(text), owner });
        self.bytes.extend_from_slice(text.unwrap_or_default().as_bytes());
        self.owners.push(owner);
        self.named.push(text.is_some());
    }

    fn index(&self) -> Slots {
        let mut slots = Slots::with_room(self.places.len().max(1 << 10));
        for (number, place) in (0..).zip(&self.places) {
            let text = self.text(number).unwrap_or_default();
            // All are different: none is the one looked for.
            slots.find_or(salted(text.as_bytes(), place.owner, place.length != NONE), number, |_| false);
        }
        slots
    }
}

/// The length of a text as it is kept. A name of four thousand million bytes does not fit into a row group.
fn length(text: Option<&str>) -> u32 {
    text.map_or(NONE, |it| u32::try_from(it.len()).unwrap_or(NONE - 1))
}

fn salted(bytes: &[u8], owner: u32, named: bool) -> u64 {
    hash::of_bytes(bytes, (u64::from(owner) << 1) | u64::from(named))
}

/// Pairs of an account and a feature, by number.
#[derive(Debug)]
pub(crate) struct Pairs {
    slots: Option<Slots>,
    pub(crate) accounts: Vec<u32>,
    /// [`NONE`] where the event names no feature.
    pub(crate) features: Vec<u32>,
}

impl Pairs {
    /// Those pairs; all different.
    pub(crate) fn new(accounts: Vec<u32>, features: Vec<u32>) -> Self {
        Self { slots: None, accounts, features }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.accounts.len()
    }

    /// The number of a pair, given now if it is new.
    #[inline]
    pub(crate) fn number(&mut self, account: u32, feature: u32) -> Result<u32, RollupError> {
        let new = u32::try_from(self.accounts.len())
            .ok()
            .filter(|it| *it != NONE)
            .ok_or(RollupError::TooMany { what: "pairs of account and feature" })?;
        if self.slots.is_none() {
            self.slots = Some(self.index());
        }
        let (accounts, features) = (&self.accounts, &self.features);
        let Some(slots) = &mut self.slots else { return Err(RollupError::Worker) };
        let found = slots.find_or(paired(account, feature), new, |it| {
            accounts[it as usize] == account && features[it as usize] == feature
        });
        if found == new {
            self.accounts.push(account);
            self.features.push(feature);
        }
        Ok(found)
    }

    fn index(&self) -> Slots {
        let mut slots = Slots::with_room(self.accounts.len().max(1 << 10));
        for (number, (account, feature)) in (0..).zip(self.accounts.iter().zip(&self.features)) {
            slots.find_or(paired(*account, *feature), number, |_| false);
        }
        slots
    }
}

#[inline]
fn paired(account: u32, feature: u32) -> u64 {
    hash::of_number((u64::from(account) << 32) | u64::from(feature))
}
