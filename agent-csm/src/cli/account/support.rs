//! Tickets, in short and one by one.

use super::command::View;
use super::paper::Paper;
use crate::assessment::{TicketRow, opens};

const LISTED: usize = 5;

pub(super) fn section(paper: &mut Paper, view: &View<'_>) {
    let (id, analysis) = (view.account.account_id.as_str(), view.analysis);
    paper.heading("Support, 90 days");
    if analysis.is_empty_table("tickets") {
        paper.line("Unknown: no tickets are in the data.");
    } else {
        if let Some(digest) = analysis.support.accounts.get(id) {
            paper.line(&digest.text);
            for figure in digest.figures.iter().take(3) {
                paper.aside(&opens(figure));
            }
        }
        let mut tickets: Vec<&TicketRow> = analysis.tickets.iter().filter(|it| it.account_id == id).collect();
        tickets.sort_by_key(|it| (!it.is_open, std::cmp::Reverse(it.opened_on), it.ticket_id.clone()));
        if tickets.is_empty() {
            paper.line("No ticket. Silence is not satisfaction: see usage and the last contact.");
        }
        for ticket in tickets.iter().take(LISTED) {
            let mark = if ticket.is_open { "!" } else { "-" };
            let subject = ticket.subject.as_deref().unwrap_or("no subject");
            let mut about = vec![format!("opened {}", ticket.opened_on)];
            about.extend(ticket.category.clone());
            about.push(if ticket.is_open { "still open" } else { "solved" }.to_owned());
            if ticket.is_escalated == Some(true) {
                about.push("escalated".to_owned());
            }
            paper.item(mark, &format!("{subject} ({}: {})", ticket.ticket_id, about.join(", ")), None);
        }
        if tickets.len() > LISTED {
            paper.line(&format!("and {} more", tickets.len() - LISTED));
        }
    }
}
