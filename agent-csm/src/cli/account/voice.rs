//! What they say, in their words, and how it sounds.

use super::command::View;
use super::paper::Paper;
use crate::assessment::{CommentRow, opens};

pub(super) fn section(paper: &mut Paper, view: &View<'_>) {
    let (id, analysis) = (view.account.account_id.as_str(), view.analysis);
    paper.heading("In their words");
    match analysis.voice.accounts.get(id) {
        None => paper.line("Sentiment unknown: nobody there wrote anything with feeling in it in 90 days."),
        Some(own) => {
            paper.line(&format!(
                "Sentiment {}: {} positive and {} negative of {} {}.",
                own.label,
                own.positive,
                own.negative,
                own.n,
                if own.n == 1 { "text" } else { "texts" }
            ));
            if let Some(quote) = &own.quote {
                paper.item(
                    "-",
                    &format!(
                        "\u{201c}{}\u{201d} ({}, {}, {})",
                        quote.text.trim(),
                        quote.label,
                        quote.said_on,
                        quote.place
                    ),
                    None,
                );
            }
            if !own.themes.is_empty() {
                paper.line(&format!("They speak about: {}.", own.themes.join(", ")));
            }
            if !own.figure.is_empty() {
                paper.aside(&opens(&own.figure));
            }
        }
    }
    let mut comments: Vec<&CommentRow> = analysis.comments.iter().filter(|it| it.account_id == id).collect();
    comments.sort_by_key(|it| (std::cmp::Reverse(it.responded_on), it.response_id.clone()));
    for comment in comments.iter().take(3) {
        let score = format!("{} {} on {}", comment.kind, comment.score, comment.responded_on);
        paper.item("-", &format!("\u{201c}{}\u{201d} ({score})", comment.comment.trim()), None);
    }
}
