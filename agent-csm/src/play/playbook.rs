//! A playbook: when it applies, what is done by when, how it ends.

use crate::assessment::{Account, Day, TierRow};
use crate::plan::Settings;

use super::{ActionKind, Condition, Due, PlaybookError};

/// One playbook, as its file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Playbook {
    /// Its name: the file's stem.
    pub name: String,
    /// Name people use.
    pub title: String,
    /// Signals and conditions, any of which makes it apply.
    pub trigger: Vec<String>,
    /// Conditions that must all hold besides.
    pub requires: Vec<Condition>,
    /// What kind of action it opens.
    pub kind: ActionKind,
    /// Applies when the account's worst fired signal is at least this severe.
    pub severity_min: i64,
    /// And at most this severe.
    pub severity_max: i64,
    /// Who leads it: `csm` is the account's owner.
    pub owner_role: String,
    /// The outcome to propose where the customer has stated none.
    pub proposes: Option<String>,
    /// What is done by when.
    pub steps: Vec<PlayStep>,
    /// How it ends.
    pub exit: Exit,
    /// The text under the head: how to do it well.
    pub guidance: String,
}

/// A step of a playbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayStep {
    /// What to do.
    pub text: String,
    /// By when.
    pub due: Due,
    /// Who; the playbook's `owner_role` when not said.
    pub owner_role: String,
    /// Whether it reaches the customer, and so waits for a person's approval.
    pub reaches_customer: bool,
    /// Template of the message it sends, by its name: `templates/<name>.txt`.
    pub draft: Option<String>,
}

/// How a playbook ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// It worked when …
    pub win: String,
    /// It failed when …
    pub fail: String,
}

/// Every playbook, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Playbooks {
    plays: Vec<Playbook>,
}

/// What made a playbook apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Match<'a> {
    pub(crate) play: &'a Playbook,
    /// The signal or condition.
    pub(crate) reason: String,
    /// 2 the account's worst reason, 1 another fired signal, 0 a condition.
    level: u8,
}

impl Playbooks {
    /// Reads playbook files: `(path, text)`.
    pub fn parse<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, PlaybookError> {
        let mut plays = files
            .into_iter()
            .map(|(file, text)| super::parse::playbook(file, text))
            .collect::<Result<Vec<_>, _>>()?;
        plays.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self { plays })
    }

    /// The templates that steps name, each with its playbook.
    pub fn drafts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.plays.iter().flat_map(|play| {
            play.steps.iter().filter_map(|step| Some((play.name.as_str(), step.draft.as_deref()?)))
        })
    }

    /// The playbook of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Playbook> {
        self.plays.iter().find(|play| play.name == name)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Playbook> {
        self.plays.iter()
    }

    /// Words in triggers that are neither a condition nor one of `signals`: `(playbook, word)`.
    #[must_use]
    pub fn unknown_triggers(&self, signals: &[&str]) -> Vec<(String, String)> {
        let known = |word: &str| Condition::named(word).is_some() || signals.contains(&word);
        self.plays
            .iter()
            .flat_map(|play| play.trigger.iter().map(move |word| (play, word)))
            .filter(|(_, word)| !known(word))
            .map(|(play, word)| (play.name.clone(), word.clone()))
            .collect()
    }

    /// The one playbook of `kind` that fits `account` best.
    ///
    /// The one that asks for the most conditions wins, then the one triggered by the account's worst reason,
    /// then the one for the more severe case, then the first by name.
    pub(crate) fn choose<'a>(
        &'a self,
        kind: ActionKind,
        account: &Account,
        settings: &Settings,
        tiers: &[TierRow],
        as_of: Day,
    ) -> Option<Match<'a>> {
        let mut matches: Vec<Match<'a>> = self
            .plays
            .iter()
            .filter(|play| play.kind == kind)
            .filter_map(|play| play.matches(account, settings, tiers, as_of))
            .collect();
        matches.sort_by(|a, b| {
            (b.play.requires.len(), b.level, b.play.severity_min)
                .cmp(&(a.play.requires.len(), a.level, a.play.severity_min))
                .then_with(|| a.play.name.cmp(&b.play.name))
        });
        matches.into_iter().next()
    }

    /// Every playbook of `kind` that applies to `account`, by name.
    pub(crate) fn all_of<'a>(
        &'a self,
        kind: ActionKind,
        account: &Account,
        settings: &Settings,
        tiers: &[TierRow],
        as_of: Day,
    ) -> Vec<Match<'a>> {
        self.plays
            .iter()
            .filter(|play| play.kind == kind)
            .filter_map(|play| play.matches(account, settings, tiers, as_of))
            .collect()
    }
}

impl Playbook {
    fn matches<'a>(
        &'a self,
        account: &Account,
        settings: &Settings,
        tiers: &[TierRow],
        as_of: Day,
    ) -> Option<Match<'a>> {
        let holds = |condition: Condition| condition.holds(account, settings, tiers, as_of);
        if !self.requires.iter().all(|condition| holds(*condition)) {
            return None;
        }
        let relevant = |reason: &crate::assessment::Reason| match self.kind {
            ActionKind::Opportunity => reason.kind == "growth",
            _ => reason.kind != "growth",
        };
        let fired: Vec<_> =
            account.readings.iter().filter(|reason| reason.fired && relevant(reason)).collect();
        let worst = fired.iter().map(|reason| reason.severity).max().unwrap_or(0);
        let severe_enough = fired.is_empty() || (self.severity_min..=self.severity_max).contains(&worst);
        if !severe_enough {
            return None;
        }
        for (at, reason) in fired.iter().enumerate() {
            if self.trigger.contains(&reason.signal) {
                return Some(Match {
                    play: self,
                    reason: reason.signal.clone(),
                    level: if at == 0 { 2 } else { 1 },
                });
            }
        }
        self.trigger.iter().find(|word| Condition::named(word).is_some_and(holds)).map(|word| Match {
            play: self,
            reason: word.clone(),
            level: 0,
        })
    }
}
