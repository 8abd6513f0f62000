//! Usage week by week, what kind of user it is, and when that changed.

use super::command::View;
use super::paper::Paper;
use crate::assessment::{UsageWeek, opens};
use protocol::{FigureId, Scope};

/// Weeks on the line.
const WEEKS: usize = 16;
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

pub(super) fn section(paper: &mut Paper, view: &View<'_>) {
    let (id, analysis) = (view.account.account_id.as_str(), view.analysis);
    paper.heading("Usage by week");
    let weeks = analysis.trend.weeks.get(id).map_or(&[][..], Vec::as_slice);
    let weeks = weeks.get(weeks.len().saturating_sub(WEEKS)..).unwrap_or_default();
    let (Some(first), Some(last)) = (weeks.first(), weeks.last()) else {
        let why = if analysis.is_empty_table("usage_events") {
            "no usage is in the data"
        } else {
            "nobody there was ever seen using it"
        };
        paper.line(&format!("Unknown: {why}."));
        return;
    };
    let most = weeks.iter().map(|week| week.uses).max().unwrap_or_default();
    let people = last.users.map(|users| format!(", {users} people")).unwrap_or_default();
    paper.set(&format!("{}  {} uses in the last week{people}; at most {most}", spark(weeks), last.uses));
    paper.line(&format!("Weeks of seven days from {} to {}.", first.week_start, analysis.as_of));
    if let Some(archetype) = analysis.trend.archetypes.get(id) {
        let since = archetype.since.map(|day| format!(" since {day}")).unwrap_or_default();
        let was = archetype.was.as_ref().map(|was| format!("; it was {was}")).unwrap_or_default();
        paper.line(&format!("Kind of user: {}{since}{was} ({}).", archetype.archetype, archetype.definition));
    }
    for change in analysis.trend.changes.get(id).map_or(&[][..], Vec::as_slice) {
        paper.item("~", &change.text, None);
        paper.aside(&opens(&change.figure));
    }
    if let Some(core) = view.account.readings.iter().find(|it| it.signal == "core_actions") {
        paper.line(&format!("{}.", core.text));
        paper.aside(&opens(&core.figure));
    }
    let trend = FigureId::of("usage_trend", &Scope::one("account", id));
    if view.account.readings.iter().any(|it| it.figure == trend.as_str()) {
        paper.aside(&opens(trend.as_str()));
    }
}

/// A week without use is a dot, so that it is not taken for little use.
fn spark(weeks: &[UsageWeek]) -> String {
    let most = weeks.iter().map(|week| week.uses).max().unwrap_or_default().max(1);
    let cell = |week: &UsageWeek| {
        let place = usize::try_from((week.uses * 8 + most - 1) / most).unwrap_or_default();
        if place == 0 { '·' } else { BLOCKS.get(place - 1).copied().unwrap_or('█') }
    };
    weeks.iter().map(cell).collect()
}
