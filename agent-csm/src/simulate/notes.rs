//! Call notes as a CSM keeps them: one Markdown file per account, the newest call last.

use std::fmt::Write as _;

use super::people::Person;
use super::profile::Profile;
use super::relationship::Interaction;

/// The notes of an account, or nothing where no call was held.
pub(super) fn write(
    profile: &Profile,
    owner: &str,
    people: &[Person],
    interactions: &[Interaction],
) -> Option<String> {
    let calls: Vec<&Interaction> = interactions.iter().filter(|one| one.kind != "email").collect();
    let newest = calls.len().saturating_sub(6);
    if calls.is_empty() {
        return None;
    }
    let mut text = format!("# {}\n", profile.name);
    for call in &calls[newest..] {
        let person = &people[call.person];
        // Writing to a string can't fail.
        let _ = write!(
            text,
            "\n## {} {} with {}, {}\n\n{}\nNoted by {}.\n",
            call.at.date(),
            call.kind,
            person.name,
            person.title,
            call.summary,
            owner
        );
    }
    Some(text)
}
