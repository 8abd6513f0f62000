//! What customers say: themes with the money behind them, and the words that carry an account's mood.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Day;
use crate::engine::{Engine, EngineError};

/// Texts quoted under a theme.
const QUOTED: usize = 3;

/// What customers wrote in 90 days, as pages show it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Voice {
    /// Themes, those with the most ARR behind them first.
    pub themes: Vec<Theme>,
    /// Tickets, comments and summaries of 90 days at managed accounts.
    pub texts: i64,
    /// Those of them that no theme fits.
    pub unthemed: i64,
    /// Those of them that carry no feeling, so that they have no label.
    pub unknown: i64,
    /// How each kind of text is scored, and why so.
    pub methods: Vec<TextMethod>,
    /// Managed accounts that wrote anything with feeling in 90 days; of the others the mood is unknown.
    pub accounts: BTreeMap<String, AccountVoice>,
}

/// A theme of the taxonomy, as spoken of in 90 days.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Theme {
    /// Its id.
    pub theme: String,
    /// Its name for people.
    pub title: String,
    /// Managed accounts that spoke of it.
    pub accounts: i64,
    /// Their ARR, minor units; absent where one of them is not known.
    pub arr_minor: Option<i64>,
    /// Texts that speak of it.
    pub mentions: i64,
    /// The same, in the 90 days before.
    pub mentions_before: i64,
    /// Those of the 90 days that complain.
    pub negative: i64,
    /// At most three of them: complaints first, then the newest.
    pub verbatims: Vec<Quote>,
    /// The figure whose rows hold the counts, by account and theme.
    pub figure: String,
}

/// Somebody's words, and where they stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// The account.
    pub account_id: String,
    /// When they were written.
    pub said_on: Day,
    /// The words.
    pub text: String,
    /// positive, neutral, negative or unknown.
    pub label: String,
    /// Canonical table.
    pub source_table: String,
    /// Its row.
    pub source_id: String,
    /// File and line of the row: `data/tickets.csv:12`.
    pub place: String,
}

/// The mood of an account's texts of 90 days.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AccountVoice {
    /// positive, neutral or negative: which leads by a third of the texts, if any does.
    pub label: String,
    /// Texts with a label.
    pub n: i64,
    /// Positive ones.
    pub positive: i64,
    /// Negative ones.
    pub negative: i64,
    /// The words that carry the label.
    pub quote: Option<Quote>,
    /// Titles of the themes it spoke of, most often first.
    pub themes: Vec<String>,
    /// The figure that opens to the texts.
    pub figure: String,
}

/// How one kind of text is scored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextMethod {
    /// Table and column: `tickets.subject`.
    pub source: String,
    /// `cold` or `learnt`.
    pub method: String,
    /// Labels the company's customers gave.
    pub labels: i64,
    /// Distinct texts that have one.
    pub texts: i64,
    /// AUC of the cold scorer on them, where there are enough.
    pub auc_cold: Option<f64>,
    /// AUC of the learnt scorer on texts it did not see, where there are enough.
    pub auc_learnt: Option<f64>,
    /// Why this method.
    pub reason: String,
}

#[derive(Deserialize)]
struct Mention {
    theme: String,
    title: String,
    #[serde(flatten)]
    quote: QuoteRow,
}

#[derive(Clone, Deserialize)]
struct QuoteRow {
    account_id: String,
    said_on: Day,
    text: String,
    label: String,
    source_table: String,
    source_id: String,
    source_file: Option<String>,
    source_line: Option<i64>,
}

impl From<QuoteRow> for Quote {
    fn from(row: QuoteRow) -> Self {
        let place = match (row.source_file, row.source_line) {
            (Some(file), Some(line)) => format!("{file}:{line}"),
            (file, _) => file.unwrap_or_default(),
        };
        Self {
            account_id: row.account_id,
            said_on: row.said_on,
            text: row.text,
            label: row.label,
            source_table: row.source_table,
            source_id: row.source_id,
            place,
        }
    }
}

#[derive(Deserialize)]
struct ThemeRow {
    theme: String,
    title: String,
    accounts: i64,
    arr_minor: Option<i64>,
    mentions: i64,
    mentions_before: i64,
    negative: i64,
}

#[derive(Deserialize)]
struct Counts {
    texts: i64,
    unknown: i64,
}

/// What the engine's tables say of texts, as of its day.
pub(super) fn gather(engine: &Engine) -> Result<Voice, EngineError> {
    let mentions: Vec<Mention> = engine.query(MENTIONS)?;
    let counts: Vec<Counts> = engine.query(
        "SELECT count(*) AS texts, coalesce(sum(CASE WHEN label = 'unknown' THEN 1 ELSE 0 END), 0) AS unknown \
         FROM (SELECT DISTINCT text_id, label FROM theme_mentions WHERE recent = 1) AS texts",
    )?;
    let themes: Vec<ThemeRow> = engine.query(
        "SELECT theme, title, accounts, arr_minor, mentions, mentions_before, negative FROM theme_arr \
         WHERE mentions > 0 ORDER BY coalesce(arr_minor, 0) DESC, mentions DESC, theme",
    )?;
    let unthemed = themes.iter().find(|row| row.theme == UNTHEMED).map_or(0, |row| row.mentions);
    let mut accounts = moods(engine.query(LABELLED)?);
    let mut by_account: BTreeMap<&str, Vec<&Mention>> = BTreeMap::new();
    for mention in &mentions {
        by_account.entry(&mention.quote.account_id).or_default().push(mention);
    }
    for (account_id, voice) in &mut accounts {
        voice.themes = by_account.get(account_id.as_str()).map(|own| spoken_of(own)).unwrap_or_default();
    }
    let themes = themes
        .into_iter()
        .filter(|row| row.theme != UNTHEMED)
        .map(|row| Theme {
            verbatims: quoted(mentions.iter().filter(|it| it.theme == row.theme)),
            theme: row.theme,
            title: row.title,
            accounts: row.accounts,
            arr_minor: row.arr_minor,
            mentions: row.mentions,
            mentions_before: row.mentions_before,
            negative: row.negative,
            figure: "figure:arr_with_theme".to_owned(),
        })
        .collect();
    let counts = counts.into_iter().next().unwrap_or(Counts { texts: 0, unknown: 0 });
    Ok(Voice {
        themes,
        texts: counts.texts,
        unthemed,
        unknown: counts.unknown,
        methods: engine.query(
            "SELECT source, method, labels, texts, auc_cold, auc_learnt, reason FROM text_methods ORDER BY source",
        )?,
        accounts,
    })
}

/// The word the engine's tables have for texts that no theme fits.
const UNTHEMED: &str = "unthemed";

/// What was said of each theme in 90 days: complaints first, words of customers before ours about them, the newest first.
const MENTIONS: &str = "\
SELECT theme, title, account_id, said_on, verbatim AS text, label, source_table, source_id, source_file, source_line
FROM theme_mentions
WHERE recent = 1 AND theme <> 'unthemed'
ORDER BY CASE WHEN label = 'negative' THEN 0 ELSE 1 END,
         CASE WHEN source_table = 'interactions' THEN 1 ELSE 0 END, said_on DESC, text_id, theme";

/// What was said with feeling in 90 days, the strongest first.
const LABELLED: &str = "\
SELECT s.account_id, s.said_on, s.span AS text, s.label, s.source_table, s.source_id, s.source_file, s.source_line
FROM text_scores AS s
JOIN account_status AS a ON a.account_id = s.account_id AND a.status = 'managed'
CROSS JOIN session_params AS p
WHERE s.themed AND s.label <> 'unknown' AND s.said_on > p.as_of - 90 AND s.said_on <= p.as_of
ORDER BY s.account_id, abs(s.score) DESC, s.said_on DESC, s.text_id";

fn moods(rows: Vec<QuoteRow>) -> BTreeMap<String, AccountVoice> {
    let mut by_account: BTreeMap<String, Vec<QuoteRow>> = BTreeMap::new();
    for row in rows {
        by_account.entry(row.account_id.clone()).or_default().push(row);
    }
    by_account
        .into_iter()
        .map(|(account_id, rows)| {
            let count = |label: &str| rows.iter().filter(|row| row.label == label).map(|_| 1).sum::<i64>();
            let (positive, negative) = (count("positive"), count("negative"));
            let n = positive + negative + count("neutral");
            let label = match 3 * (positive - negative) {
                lead if lead >= n => "positive",
                lead if lead <= -n => "negative",
                _ => "neutral",
            };
            let carrying = rows.iter().find(|row| row.label == label || label == "neutral").cloned();
            let voice = AccountVoice {
                label: label.to_owned(),
                n,
                positive,
                negative,
                quote: carrying.map(Quote::from),
                themes: Vec::new(),
                figure: format!("figure:sentiment_falling@account={account_id}"),
            };
            (account_id, voice)
        })
        .collect()
}

fn quoted<'a>(mentions: impl Iterator<Item = &'a Mention>) -> Vec<Quote> {
    let mut quotes: Vec<Quote> = Vec::new();
    for mention in mentions {
        if quotes.len() == QUOTED {
            break;
        }
        if !quotes.iter().any(|quote| quote.text == mention.quote.text) {
            quotes.push(mention.quote.clone().into());
        }
    }
    quotes
}

fn spoken_of(mentions: &[&Mention]) -> Vec<String> {
    let mut times: BTreeMap<&str, i64> = BTreeMap::new();
    for mention in mentions {
        *times.entry(mention.title.as_str()).or_default() += 1;
    }
    let mut titles: Vec<(i64, &str)> = times.into_iter().map(|(title, times)| (-times, title)).collect();
    titles.sort_unstable();
    titles.into_iter().map(|(_, title)| title.to_owned()).collect()
}
