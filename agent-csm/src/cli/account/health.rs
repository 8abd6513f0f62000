//! The score taken apart: its dimensions with weights, and the weak parts with what opens them.

use super::command::View;
use super::paper::Paper;
use crate::assessment::opens;
use crate::cli::screen::Ink;

/// Cells of a bar.
const CELLS: i64 = 10;
/// A part below this many points is said with the command that opens it.
const WEAK: f64 = 60.0;

pub(super) fn section(paper: &mut Paper, view: &View<'_>) {
    let health = &view.analysis.health;
    let Some(detail) = health.accounts.get(&view.account.account_id) else { return };
    paper.heading("Health by part");
    if detail.dimensions.is_empty() {
        paper.line(&format!(
            "Unknown: {}.",
            detail.unknown.as_deref().unwrap_or("nothing of the score could be measured")
        ));
        return;
    }
    let wide = detail.dimensions.iter().map(|it| it.dimension.chars().count()).max().unwrap_or_default();
    for dimension in &detail.dimensions {
        let score = dimension.score.clamp(0, 100);
        let weight = if dimension.weight == dimension.of_weight {
            format!("weight {}", dimension.weight)
        } else {
            format!("weight {}, measured of {}", dimension.weight, dimension.of_weight)
        };
        let name = &dimension.dimension;
        if dimension.weight == 0 {
            paper.set(&format!("{name:<wide$}  {} unknown  weight {}", "·".repeat(10), dimension.of_weight));
            continue;
        }
        let line = format!("{name:<wide$}  {} {score:>3}  {weight}", bar(score));
        let line = if score < 50 { paper.ink(Ink::Bad, &line) } else { line };
        paper.set(&line);
    }
    let mut weak: Vec<_> = detail.parts.iter().filter(|part| part.score < WEAK).collect();
    weak.sort_by(|a, b| a.score.total_cmp(&b.score).then_with(|| a.signal.cmp(&b.signal)));
    for part in weak.iter().take(5) {
        let title = view.analysis.sight.signals.get(&part.signal).unwrap_or(&part.signal);
        paper.item("-", &format!("{title}: {:.0} of 100, weight {}", part.score, part.weight), None);
        paper.aside(&opens(&part.figure));
    }
    let mut said = Vec::new();
    if let (Some(level), Some(confidence)) = (&detail.level, detail.confidence) {
        said.push(format!("confidence {level} ({:.0}%)", 100.0 * confidence));
    }
    if detail.held
        && let (Some(band), Some(plain)) = (&detail.band, &detail.plain_band)
    {
        said.push(format!("held at {band}; by the score alone it is {plain}"));
    }
    if let Some(before) = detail.previous_band.as_ref().filter(|it| Some(*it) != detail.band.as_ref()) {
        said.push(format!("it was {before} in the last session"));
    }
    if !said.is_empty() {
        paper.line(&format!("Rules version {}; {}.", health.version, said.join("; ")));
    }
    let differ = health.disagreements.iter().find(|it| it.account_id == view.account.account_id);
    if let Some(differ) = differ {
        paper.item("!", &format!("Not all agree ({}): {}", differ.differ, differ.because), Some(Ink::Warn));
        for figure in &differ.figures {
            paper.aside(&opens(figure));
        }
    }
}

fn bar(score: i64) -> String {
    let full = (score + 5) / CELLS;
    (0..CELLS).map(|at| if at < full { '█' } else { '░' }).collect()
}
