//! Who is who, and who is missing.

use super::command::View;
use super::paper::Paper;
use crate::assessment::ContactRow;
use crate::cli::screen::Ink;

/// People beyond this many are counted, not listed.
const LISTED: usize = 8;

pub(super) fn section(paper: &mut Paper, view: &View<'_>) {
    paper.heading("People");
    let id = view.account.account_id.as_str();
    if view.analysis.is_empty_table("contacts") {
        paper.line("Unknown: no contacts are in the data.");
        return;
    }
    let people: Vec<&ContactRow> = view.analysis.contacts.iter().filter(|it| it.account_id == id).collect();
    let role = |person: &&&ContactRow| person.role.as_deref().is_some_and(|role| role != "user");
    let named: Vec<&&ContactRow> = people.iter().filter(|it| it.left_on.is_none()).filter(role).collect();
    for person in named.iter().take(LISTED) {
        paper.item("-", &words(person), None);
    }
    let others = people.iter().filter(|it| it.left_on.is_none()).count() - named.len().min(LISTED);
    if others > 0 {
        paper.line(&format!("and {others} more"));
    }
    for person in people.iter().filter(role).filter(|it| it.left_on.is_some()) {
        paper.item("!", &words(person), Some(Ink::Warn));
    }
    let last = view.account.last_touch_on;
    paper.line(&match last {
        Some(day) => format!("Last contact on {day}, {} days ago.", day.days_to(view.analysis.as_of)),
        None if view.analysis.is_empty_table("interactions") => {
            "Last contact unknown: no interactions are in the data.".to_owned()
        }
        None => "No contact is on record.".to_owned(),
    });
}

fn words(person: &ContactRow) -> String {
    let name = person.name.as_deref().unwrap_or(&person.contact_id);
    let role = person.role.as_deref().map(|role| role.replace('_', " "));
    let about: Vec<String> = [role, person.title.clone(), person.left_on.map(|day| format!("left on {day}"))]
        .into_iter()
        .flatten()
        .collect();
    if about.is_empty() { name.to_owned() } else { format!("{name}: {}", about.join(", ")) }
}
