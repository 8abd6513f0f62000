//! Why a message that an earlier session proposed is not to be sent any more.

use super::{Draft, Written};
use crate::assessment::{Account, Analysis};
use crate::play::Action;

/// A message that an earlier session proposed and this one does not.
#[derive(Clone, Copy, Debug)]
pub struct Proposed<'a> {
    /// The account.
    pub account_id: &'a str,
    /// Its name then.
    pub account: &'a str,
    /// Key of the action whose step it was.
    pub action: &'a str,
    /// The message.
    pub written: &'a Written,
}

/// What is so no more, in a sentence: the account is gone, the person is, the play is, or another message took its place.
#[must_use]
pub fn stale(proposed: Proposed<'_>, analysis: &Analysis, queue: &[Action], drafts: &[Draft]) -> String {
    let Proposed { account_id, account: name, action, written } = proposed;
    let open = queue.iter().find(|it| it.key == action);
    let Some(account) = analysis.accounts.get(account_id) else {
        return format!("{name} is not in the data any more");
    };
    if !account.is_managed() && open.is_none() {
        return match account.churned_on {
            Some(on) => format!("{name} is no longer a customer since {on}"),
            None => format!("{name} is not a customer"),
        };
    }
    if let Some(gone) = addressee_gone(account, written, analysis) {
        return gone;
    }
    if let Some(aside) = analysis.people.snoozed(account_id) {
        return format!("{name} is {}", aside.says());
    }
    let Some(open) = open else {
        return format!("what the message answered is so no more: its play is no longer proposed for {name}");
    };
    match drafts.iter().find(|draft| draft.action == action) {
        Some(newer) => format!(
            "a newer draft takes its place: \"{}\" to {} <{}>, because: {}",
            newer.written.subject, newer.written.name, newer.written.email, newer.why
        ),
        None => format!("the next step for {name} is another one now: {}", open.next_step),
    }
}

fn addressee_gone(account: &Account, written: &Written, analysis: &Analysis) -> Option<String> {
    let (name, email) = (&written.name, &written.email);
    let mut known = analysis
        .contacts_of(&account.account_id)
        .filter(|it| it.email.as_ref().is_some_and(|it| it.eq_ignore_ascii_case(email)))
        .peekable();
    if known.peek().is_none() {
        return Some(format!("{name} <{email}> is not on record at {} any more", account.name));
    }
    let left = known.map(|it| it.left_on).collect::<Option<Vec<_>>>()?;
    left.into_iter().max().map(|on| format!("{name} left {} on {on}", account.name))
}
