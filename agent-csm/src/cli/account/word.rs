//! What people of ours said about it, and what happened to its business.

use super::command::View;
use super::paper::Paper;
use crate::cli::screen::Ink;

const LISTED: usize = 4;

pub(super) fn section(paper: &mut Paper, view: &View<'_>) {
    let (id, people) = (view.account.account_id.as_str(), &view.analysis.people);
    paper.heading("What we noted");
    if let Some(snooze) = people.snooze_of(id) {
        paper.item("z", &snooze.says(), Some(Ink::Warn));
    }
    let notes: Vec<_> = people.notes_of(id).collect();
    for note in notes.iter().take(LISTED) {
        let by = note.said_by.as_deref().unwrap_or("nobody named");
        let said = format!("{} {} by {by}: {} ({})", note.said_on, note.kind, note.text.trim(), note.source);
        paper.item("-", &said, None);
    }
    if notes.len() > LISTED {
        paper.line(&format!("and {} older notes", notes.len() - LISTED));
    }
    if notes.is_empty() && people.snooze_of(id).is_none() {
        paper.line(&format!("Nothing yet. Add a word: csm note {id} \"…\""));
    }
    for change in people.changes_of(id) {
        let mark = if change.effect == "growth" { "+" } else { "!" };
        let said = format!(
            "{}: {} \u{201c}{}\u{201d} ({})",
            change.found_on,
            change.title,
            change.text.trim(),
            change.source
        );
        paper.item(mark, &said, None);
    }
}
