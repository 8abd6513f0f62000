//! What is to be done, by whom, by when, and what for.

use super::command::View;
use super::paper::Paper;
use crate::cli::screen::Ink;

const STEPS: usize = 3;

pub(super) fn section(paper: &mut Paper, view: &View<'_>) {
    paper.heading("What to do");
    if view.actions.is_empty() {
        paper.line("Nothing is open: no playbook applies today.");
    }
    for action in &view.actions {
        let late = if action.overdue { ", overdue" } else { "" };
        let hand = if action.needs_approval { " (needs your approval; send by hand)" } else { "" };
        paper.item(
            "*",
            &format!("{} by {}{late}: {}{hand}", action.owner, action.due, action.next_step),
            None,
        );
        paper.aside(&format!("{}: {} · opened {}", action.play, action.why, action.opened_on));
        if view.actions.len() == 1 {
            for step in action.steps.iter().filter(|it| it.text != action.next_step).take(STEPS) {
                paper.aside(&format!("then by {}: {} ({})", step.due, step.text, step.owner));
            }
        }
    }
    match view.plan {
        Some(plan) => {
            paper.heading("Success plan");
            paper.line(&format!("{}, because: {}", plan.path, plan.because.join(", ")));
            for objective in &plan.objectives {
                let mut about: Vec<String> = objective.standing.iter().cloned().collect();
                about.extend(objective.due_on.map(|day| format!("due {day}")));
                about.extend(objective.proven_on.map(|day| format!("confirmed by the customer on {day}")));
                if objective.proposed {
                    about.push("our proposal: nobody there has agreed to it".to_owned());
                }
                let about = if about.is_empty() { String::new() } else { format!(" ({})", about.join("; ")) };
                paper.item("-", &format!("{}{about}", objective.title), None);
            }
            let check_in = &plan.check_in;
            let late = if check_in.overdue { "; the last one is overdue" } else { "" };
            let next =
                format!("Next check-in by {}, every {} days{late}.", check_in.next_on, check_in.every_days);
            let ink = if check_in.overdue { paper.ink(Ink::Warn, &next) } else { next };
            paper.set(&ink);
        }
        None => paper.line("No success plan: it is neither at risk, nor in the top tier, nor renewing soon."),
    }
}
