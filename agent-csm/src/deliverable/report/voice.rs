//! What customers write about, by theme with the ARR behind it, in their own words.

use serde::Serialize;

use super::chart::{Bar, Mark, bars};
use crate::assessment::{Analysis, Day, money, opens};

const BARS: usize = 8;
const QUOTES: usize = 5;

/// Themes as bars, and a verbatim of each of the largest.
#[derive(Debug, Serialize)]
pub(super) struct VoicePanel {
    svg: Option<String>,
    quotes: Vec<Said>,
    /// What was read, and what could not be.
    read: String,
}

#[derive(Debug, Serialize)]
struct Said {
    theme: String,
    name: String,
    said_on: Day,
    text: String,
    label: String,
    place: String,
}

impl VoicePanel {
    pub(super) fn of(analysis: &Analysis) -> Self {
        let voice = &analysis.voice;
        let themes: Vec<Bar> = voice
            .themes
            .iter()
            .take(BARS)
            .map(|theme| {
                let arr = theme
                    .arr_minor
                    .map_or_else(|| "ARR unknown".to_owned(), |minor| money(minor, &analysis.currency));
                let accounts = if theme.accounts == 1 { "account" } else { "accounts" };
                let shown = format!("{arr} · {} {accounts}", theme.accounts);
                let opens = if theme.figure.is_empty() {
                    String::new()
                } else {
                    format!(" — {}", opens(&theme.figure))
                };
                let words = format!(
                    "{}: {shown}; {} mentions in 90 days, {} in the 90 days before, {} negative{opens}",
                    theme.title, theme.mentions, theme.mentions_before, theme.negative
                );
                #[expect(clippy::cast_precision_loss, reason = "a length on a chart")]
                let amount = theme.arr_minor.unwrap_or_default() as f64;
                Bar { mark: Mark::said(words), name: theme.title.clone(), amount, shown }
            })
            .collect();
        let quotes = voice
            .themes
            .iter()
            .filter_map(|theme| theme.verbatims.first().map(|quote| (theme, quote)))
            .take(QUOTES)
            .map(|(theme, quote)| Said {
                theme: theme.title.clone(),
                name: analysis
                    .accounts
                    .get(&quote.account_id)
                    .map_or_else(|| quote.account_id.clone(), |at| at.name.clone()),
                said_on: quote.said_on,
                text: quote.text.clone(),
                label: quote.label.clone(),
                place: quote.place.clone(),
            })
            .collect();
        let read = format!(
            "Of {} texts in 90 days {} fit no theme; how {} of them feel is unknown.",
            voice.texts, voice.unthemed, voice.unknown
        );
        let desc = "For each theme, the ARR of the accounts that wrote about it.";
        let svg =
            (!themes.is_empty()).then(|| bars("voice", "Themes of what customers write", desc, &themes));
        Self { svg, quotes, read }
    }
}
