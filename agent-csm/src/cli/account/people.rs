//! Who is who, and who is missing.

use super::command::View;
use super::paper::Paper;
use crate::assessment::StakeholderRow;
use crate::cli::screen::Ink;

/// People beyond this many are counted, not listed.
const LISTED: usize = 8;

pub(super) fn section(paper: &mut Paper, view: &View<'_>) {
    paper.heading("People");
    let (id, analysis) = (view.account.account_id.as_str(), view.analysis);
    if analysis.is_empty_table("contacts") {
        paper.line("Unknown: no contacts are in the data.");
        return;
    }
    let everybody: Vec<&StakeholderRow> = analysis.people.stakeholders_of(id).collect();
    let part =
        |it: &&&StakeholderRow| it.is_executive || it.role.as_deref().is_some_and(|role| role != "user");
    let named: Vec<&&StakeholderRow> = everybody.iter().filter(|it| it.is_here).filter(part).collect();
    for person in named.iter().take(LISTED) {
        paper.item("-", &words(person), None);
    }
    let others = everybody.iter().filter(|it| it.is_here).count() - named.len().min(LISTED);
    if others > 0 {
        paper.line(&format!("and {others} more who only use it"));
    }
    for person in everybody.iter().filter(part).filter(|it| !it.is_here) {
        paper.item("!", &words(person), Some(Ink::Warn));
    }
    for gap in analysis.people.gaps_of(id) {
        let since = gap.since.map(|day| format!(" since {day}")).unwrap_or_default();
        paper.item("?", &format!("{}{since}", gap.text), Some(Ink::Warn));
    }
    paper.line(&match view.account.last_touch_on {
        Some(day) => format!("Last contact on {day}, {} days ago.", day.days_to(analysis.as_of)),
        None if analysis.is_empty_table("interactions") => {
            "Last contact unknown: no interactions are in the data.".to_owned()
        }
        None => "No contact is on record.".to_owned(),
    });
}

fn words(person: &StakeholderRow) -> String {
    let name = person.name.as_deref().unwrap_or(&person.contact_id);
    let role = person.role.as_deref().map(|role| role.replace('_', " "));
    let about: Vec<String> = [
        role,
        person.title.clone(),
        person.sentiment.clone(),
        person.last_contact_on.map(|day| format!("last contact {day}")),
        person.left_on.map(|day| format!("left on {day}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if about.is_empty() { name.to_owned() } else { format!("{name}: {}", about.join(", ")) }
}
