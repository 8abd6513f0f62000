//! Which customer step of the queue is next, for whom, in which words.

use std::io;

use serde::Serialize;

use super::message::Written;
use crate::assessment::{Account, Analysis, ContactRow};
use crate::deliverable::{Deliverable, Placing, TemplateError, Templates};
use crate::play::Action;

/// A message that waits for approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The account.
    pub account_id: String,
    /// Its name.
    pub account: String,
    /// Key of the action whose next step it is.
    pub action: String,
    /// Where it lies for people to read; no two drafts of a session share a file.
    pub path: String,
    /// Why, in the words of the reason that opened the action.
    pub why: String,
    /// The figure that opens the reason.
    pub figure: Option<String>,
    /// The message.
    pub written: Written,
}

/// What a template may use. Nothing of the score: the customer reads it.
#[derive(Serialize)]
struct Words<'a> {
    company: &'a str,
    account: &'a str,
    first_name: &'a str,
    owner: &'a str,
}

/// The messages that the next steps of `queue` would send, in the order of the queue.
///
/// An account without a person who can be written to gets none.
///
/// # Errors
/// A template that cannot be filled.
pub fn drafts(
    analysis: &Analysis,
    queue: &[Action],
    templates: &Templates,
) -> Result<Vec<Draft>, TemplateError> {
    let names = analysis.file_names();
    let mut drafts = Vec::new();
    for action in queue {
        let next =
            action.steps.iter().find(|step| action.next_step.ends_with(&step.text) && step.due == action.due);
        let Some(template) = next.and_then(|step| step.draft.as_deref()) else { continue };
        let Some(account) = analysis.accounts.get(&action.account_id) else { continue };
        let Some((name, email)) = addressee(analysis, account) else { continue };
        let words = Words {
            company: &analysis.company,
            account: &account.name,
            first_name: name.split_whitespace().next().unwrap_or(name),
            owner: &action.owner,
        };
        let text = templates.render(&format!("{template}.txt"), &words)?;
        drafts.push(Draft {
            account_id: account.account_id.clone(),
            account: account.name.clone(),
            action: action.key.clone(),
            path: names.draft(&account.account_id, action.kind.word(), &action.reason),
            why: action.why.clone(),
            figure: action.figure.clone(),
            // The day of the action, not of the session: what is still the same message next week is the same proposal.
            written: Written::new(name, email, &text, action.opened_on),
        });
    }
    Ok(drafts)
}

impl Draft {
    /// The file for people to read.
    ///
    /// # Errors
    /// The parts do not make a message.
    pub fn file(&self) -> io::Result<Deliverable> {
        Ok(Deliverable {
            path: self.path.clone(),
            bytes: self.written.eml()?.into_bytes(),
            placing: Placing::SetAside,
        })
    }

    /// What a person decides on, in a sentence.
    #[must_use]
    pub fn summary(&self) -> String {
        let Written { name, email, subject, .. } = &self.written;
        format!("Send \"{subject}\" to {name} <{email}> at {}, because: {}", self.account, self.why)
    }
}

/// Who is written to: the admin, else the champion, else anybody who is still there and has an address.
fn addressee<'a>(analysis: &'a Analysis, account: &Account) -> Option<(&'a str, &'a str)> {
    let rank = |contact: &ContactRow| match contact.role.as_deref() {
        Some("admin") => 0,
        Some("champion") => 1,
        _ => 2,
    };
    analysis
        .contacts_of(&account.account_id)
        .filter(|contact| contact.left_on.is_none())
        .filter(|contact| contact.role.as_deref() != Some("blocker"))
        .filter_map(|contact| {
            let email = contact.email.as_deref().filter(|email| is_address(email))?;
            Some((rank(contact), &contact.contact_id, contact.name.as_deref()?, email))
        })
        .min_by_key(|(rank, id, _, _)| (*rank, *id))
        .map(|(_, _, name, email)| (name, email))
}

/// One plain address and nothing else: data may fill the line of the addressee, not add to it.
fn is_address(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~@".contains(c);
    let mut parts = text.split('@');
    let (Some(local), Some(domain), None) = (parts.next(), parts.next(), parts.next()) else { return false };
    !local.is_empty() && domain.contains('.') && text.len() <= 254 && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn an_address_is_one_address() {
        for good in ["a@b.example", "first.last+tag@mail.co.uk"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "a@b",
            "@b.example",
            "a@b.example, c@d.example",
            "a@b.example\r\nBcc: x@y.example",
            "<a@b.example>",
        ] {
            assert!(!is_address(bad), "{bad:?}");
        }
    }
}
