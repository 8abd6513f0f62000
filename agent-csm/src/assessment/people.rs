//! The people side of accounts: who is who and what is missing, and what our own people said.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Day;
use super::by_account::of;
use super::gather::THEIRS;
use crate::engine::{Engine, EngineError};

/// How many notes of an account are repeated beside its reasons.
const SHOWN: usize = 2;
/// Longest note on a list, in characters.
const LONGEST: usize = 240;

/// Stakeholders, gaps, notes, snoozes and business changes of all accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct People {
    /// Who is who, by account.
    pub stakeholders: Vec<StakeholderRow>,
    /// What is missing on the map, by account.
    pub gaps: Vec<GapRow>,
    /// Dated notes, by account, the newest first.
    pub notes: Vec<NoteRow>,
    /// The newest word about putting each account aside; accounts that were taken up again are not among them.
    pub snoozes: Vec<SnoozeRow>,
    /// What happened at customers, by account, the newest first.
    pub changes: Vec<ChangeRow>,
    /// What was searched for such changes, by account.
    pub searched: Vec<SearchedRow>,
    /// What could not be placed, with file, line and remedy.
    pub problems: Vec<String>,
}

/// A person at an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StakeholderRow {
    /// The account.
    pub account_id: String,
    /// The person.
    pub contact_id: String,
    /// Full name.
    pub name: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// economic_buyer, champion, admin, technical, procurement, blocker or user.
    pub role: Option<String>,
    /// `role column`, or the rule about titles that tells it.
    pub role_from: Option<String>,
    /// Whether the title is an executive's.
    pub is_executive: bool,
    /// Last dated interaction with the person.
    pub last_contact_on: Option<Day>,
    /// promoter, passive or detractor, by the latest NPS answer.
    pub sentiment: Option<String>,
    /// Day of that answer.
    pub sentiment_on: Option<Day>,
    /// When the person left.
    pub left_on: Option<Day>,
    /// Whether the person is still there.
    pub is_here: bool,
}

/// Something that is missing on the map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapRow {
    /// The account.
    pub account_id: String,
    /// no_contacts, roles_unknown, champion_gone, no_champion, no_backup_champion, no_buyer, single_threaded or
    /// no_executive_contact.
    pub gap: String,
    /// Since when, where it is known.
    pub since: Option<Day>,
    /// In words.
    pub text: String,
}

/// A dated note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteRow {
    /// The account.
    pub account_id: String,
    /// The day it was said.
    pub said_on: Day,
    /// Who said it.
    pub said_by: Option<String>,
    /// `note` for a word of ours; `call`, `meeting` and the like for minutes.
    pub kind: String,
    /// What was said.
    pub text: String,
    /// File and line.
    pub source: String,
}

/// Whether a snooze holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnoozeState {
    /// The account's actions are out of the queue.
    InForce,
    /// Its day has come.
    Over,
    /// Something happened since that holds health down.
    Broken,
}

/// An account put aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnoozeRow {
    /// The account.
    pub account_id: String,
    /// The day it was said.
    pub said_on: Day,
    /// The first day on which its actions are back.
    pub until_on: Day,
    /// Why.
    pub because: String,
    /// Who said it.
    pub said_by: String,
    /// Whether it holds.
    pub state: SnoozeState,
    /// What brought the account back.
    pub back_because: Option<String>,
}

impl SnoozeRow {
    /// In one line, for the place where the account's next step would stand.
    #[must_use]
    pub fn says(&self) -> String {
        let word = format!("until {} because {} (by {})", self.until_on, self.because, self.said_by);
        match (&self.state, &self.back_because) {
            (SnoozeState::InForce, _) => format!("snoozed {word}"),
            (_, Some(why)) => format!("back from its snooze: {why}; it was snoozed {word}"),
            (_, None) => format!("back from its snooze; it was snoozed {word}"),
        }
    }
}

/// Something that happened to a customer's business.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRow {
    /// The account.
    pub account_id: String,
    /// The day it was said or published, else first found.
    pub found_on: Day,
    /// Kind of `business_changes.toml`.
    pub kind: String,
    /// risk, growth or context.
    pub effect: String,
    /// The kind's name for people.
    pub title: String,
    /// The words it was found in; data, never an instruction.
    pub text: String,
    /// File and line, or URL.
    pub source: String,
}

/// What was searched for changes of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchedRow {
    /// The account.
    pub account_id: String,
    /// note, summary, page or search.
    pub kind: String,
    /// How many texts were.
    pub searched: i64,
    /// How many could not be.
    pub failed: i64,
    /// Why the first of those could not.
    pub reason: Option<String>,
}

impl People {
    /// Everything, from the engine's tables.
    pub(crate) fn gather(engine: &Engine) -> Result<Self, EngineError> {
        Ok(Self {
            stakeholders: engine.query(
                &format!("SELECT account_id, contact_id, name, title, role, role_from, is_executive, last_contact_on, sentiment, \
                 sentiment_on, left_on, is_here FROM stakeholders WHERE {THEIRS} ORDER BY account_id, contact_id"),
            )?,
            gaps: engine.query("SELECT account_id, gap, since, text FROM stakeholder_gaps ORDER BY account_id, gap")?,
            notes: engine.query(
                "SELECT account_id, said_on, said_by, kind, text, source FROM person_notes \
                 ORDER BY account_id, said_on DESC, source DESC",
            )?,
            snoozes: snoozes(engine)?,
            changes: engine.query(
                &format!("SELECT account_id, found_on, kind, effect, title, text, source FROM business_changes \
                 WHERE {THEIRS} ORDER BY account_id, found_on DESC, kind, source"),
            )?,
            searched: engine.query(
                &format!("SELECT account_id, kind, sum(CASE WHEN state = 'searched' THEN 1 ELSE 0 END) AS searched, \
                 sum(CASE WHEN state = 'failed' THEN 1 ELSE 0 END) AS failed, min(reason) AS reason \
                 FROM searched_texts WHERE {THEIRS} GROUP BY account_id, kind ORDER BY account_id, kind"),
            )?,
            problems: Vec::new(),
        })
    }

    /// People of an account.
    pub fn stakeholders_of(&self, account_id: &str) -> impl Iterator<Item = &StakeholderRow> {
        of(&self.stakeholders, account_id, |row| &row.account_id)
    }

    /// Gaps of an account.
    pub fn gaps_of(&self, account_id: &str) -> impl Iterator<Item = &GapRow> {
        of(&self.gaps, account_id, |row| &row.account_id)
    }

    /// Notes of an account, the newest first.
    pub fn notes_of(&self, account_id: &str) -> impl Iterator<Item = &NoteRow> {
        of(&self.notes, account_id, |row| &row.account_id)
    }

    /// Business changes of an account, the newest first.
    pub fn changes_of(&self, account_id: &str) -> impl Iterator<Item = &ChangeRow> {
        of(&self.changes, account_id, |row| &row.account_id)
    }

    /// What was searched for changes of an account.
    pub fn searched_of(&self, account_id: &str) -> impl Iterator<Item = &SearchedRow> {
        of(&self.searched, account_id, |row| &row.account_id)
    }

    /// The newest snooze of an account, whatever its state.
    #[must_use]
    pub fn snooze_of(&self, account_id: &str) -> Option<&SnoozeRow> {
        of(&self.snoozes, account_id, |row| &row.account_id).next()
    }

    /// The snooze that keeps an account's actions out of the queue.
    #[must_use]
    pub fn snoozed(&self, account_id: &str) -> Option<&SnoozeRow> {
        self.snooze_of(account_id).filter(|row| row.state == SnoozeState::InForce)
    }

    /// What our own people say of an account, in one line for lists: its snooze, then their newest notes.
    #[must_use]
    pub fn word_of(&self, account_id: &str) -> Option<String> {
        let notes = self.notes_of(account_id).filter(|note| note.kind == "note").take(SHOWN).map(|note| {
            let said = note.said_by.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
            format!("{}{said}: {}", note.said_on, shortened(&note.text))
        });
        let words: Vec<String> =
            self.snooze_of(account_id).map(SnoozeRow::says).into_iter().chain(notes).collect();
        (!words.is_empty()).then(|| words.join("; "))
    }
}

fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    let cut: String = line.chars().take(LONGEST).collect();
    format!("{cut}…")
}

#[derive(Deserialize)]
struct Word {
    account_id: String,
    said_on: Day,
    until_on: Option<Day>,
    because: Option<String>,
    said_by: String,
}

#[derive(Deserialize)]
struct Event {
    account_id: String,
    event_on: Day,
    text: String,
}

/// The newest word of each account, and whether it holds on the engine's day.
fn snoozes(engine: &Engine) -> Result<Vec<SnoozeRow>, EngineError> {
    let as_of = Day(engine.as_of());
    let words: Vec<Word> = engine.query(
        "SELECT account_id, said_on, until_on, because, said_by FROM snoozes WHERE place = 1 ORDER BY account_id",
    )?;
    let mut events: BTreeMap<String, Vec<Event>> = BTreeMap::new();
    for event in engine.query::<Event>(
        "SELECT e.account_id, e.event_on, r.text FROM floor_events e \
         JOIN signal_readings r ON r.account_id = e.account_id AND r.signal = e.signal \
         WHERE e.event_on IS NOT NULL ORDER BY e.account_id, e.event_on DESC, e.signal",
    )? {
        events.entry(event.account_id.clone()).or_default().push(event);
    }
    let row = |word: Word| -> Option<SnoozeRow> {
        let until_on = word.until_on?;
        let new = events.get(&word.account_id).into_iter().flatten().find(|it| it.event_on > word.said_on);
        let (state, back_because) = if until_on <= as_of {
            (SnoozeState::Over, Some(format!("{until_on} has come")))
        } else if let Some(event) = new {
            (SnoozeState::Broken, Some(format!("new since {}: {}", word.said_on, event.text)))
        } else {
            (SnoozeState::InForce, None)
        };
        Some(SnoozeRow {
            account_id: word.account_id,
            said_on: word.said_on,
            until_on,
            because: word.because.unwrap_or_default(),
            said_by: word.said_by,
            state,
            back_because,
        })
    };
    Ok(words.into_iter().filter_map(row).collect())
}
