//! The lists of accounts: at risk with reasons and the next step, growing with what they could buy.

use serde::Serialize;

use super::chart::{band_class, spark};
use super::figure::Shown;
use crate::assessment::{Account, Analysis, Day, Reason, gravest, opens, opens_account};
use crate::phases::{Growth, Implementation};

/// Rows of a list on the page; the rest is in the CSV.
const ROWS: usize = 15;
/// Reasons of a row.
const REASONS: usize = 4;

/// A list, and how long it really is.
#[derive(Debug, Serialize)]
pub(super) struct Listed {
    rows: Vec<Row>,
    /// The file that has all of them, when the page has not.
    whole: Option<&'static str>,
    /// The figure that counts them.
    count: Option<Shown>,
}

#[derive(Debug, Serialize)]
struct Row {
    rank: i64,
    name: String,
    account_id: String,
    /// The command that shows the account whole.
    page: String,
    owner: String,
    place: String,
    health: Shown,
    band: Option<String>,
    band_class: &'static str,
    arr: Shown,
    /// By when they decide.
    decides_by: Option<Day>,
    /// The term ends then unless they sign: nothing renews by itself.
    ends: bool,
    days: Option<i64>,
    reasons: Vec<Why>,
    more: usize,
    next_step: Option<String>,
    due: Option<Day>,
    needs_approval: bool,
    /// Usage by week, drawn.
    spark: Option<String>,
    /// How likely it is to leave, where that has been earned.
    chance: Option<String>,
    /// That it has announced to stop.
    announced: Option<String>,
    /// What a colleague said of it.
    word: Option<String>,
    /// What it could be worth, with the formula.
    size: Option<(String, String)>,
}

#[derive(Debug, Serialize)]
struct Why {
    text: String,
    figure: String,
    opens: String,
    severity: i64,
}

impl Why {
    fn of(reason: &Reason) -> Self {
        Self {
            text: reason.text.clone(),
            figure: reason.figure.clone(),
            opens: opens(&reason.figure),
            severity: reason.severity,
        }
    }
}

impl Listed {
    /// Accounts at risk, ranked.
    pub(super) fn at_risk(analysis: &Analysis, implementation: &Implementation) -> Self {
        let most_pressing = implementation.most_pressing();
        let rows = analysis
            .ranked(&analysis.at_risk)
            .take(ROWS)
            .map(|account| {
                let action = most_pressing.get(account.account_id.as_str());
                let reasons = gravest(account.risks());
                Row {
                    next_step: action.map(|it| it.next_step.clone()),
                    due: action.map(|it| it.due),
                    needs_approval: action.is_some_and(|it| it.needs_approval),
                    ..row(analysis, account, account.risk_rank, &reasons)
                }
            })
            .collect();
        Self {
            rows,
            whole: (analysis.at_risk.len() > ROWS).then_some("at-risk.csv"),
            count: Shown::program(analysis, "accounts_at_risk"),
        }
    }

    /// Accounts that can grow, ranked.
    pub(super) fn growing(analysis: &Analysis, growth: &Growth) -> Self {
        let rows = analysis
            .ranked(&analysis.growth)
            .take(ROWS)
            .map(|account| {
                let candidate =
                    growth.expansion.candidates.iter().find(|it| it.account_id == account.account_id);
                let reasons = gravest(account.fired("growth"));
                Row {
                    next_step: candidate.map(|it| it.next_step.clone()),
                    size: candidate.map(|it| (it.size.shown.clone(), it.size.formula.clone())),
                    ..row(analysis, account, account.growth_rank, &reasons)
                }
            })
            .collect();
        Self {
            rows,
            whole: (analysis.growth.len() > ROWS).then_some("growth.csv"),
            count: Shown::program(analysis, "accounts_growth"),
        }
    }
}

fn row(analysis: &Analysis, account: &Account, rank: Option<i64>, reasons: &[&Reason]) -> Row {
    let bands: Vec<String> = analysis.sight.bands.iter().map(|band| band.name.clone()).collect();
    let id = account.account_id.as_str();
    Row {
        rank: rank.unwrap_or_default(),
        name: account.name.clone(),
        account_id: id.to_owned(),
        page: opens_account(id),
        owner: account.owner.clone(),
        place: [account.segment.as_deref(), account.tier.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", "),
        health: Shown::account(analysis, "health_score", id, "too little of the score is measured"),
        band: account.band.clone(),
        band_class: band_class(&bands, account.band.as_deref()),
        arr: Shown::account(analysis, "arr", id, "no paid subscription in force"),
        decides_by: account.decides_by(),
        ends: account.auto_renew == Some(false),
        days: account.decides_by().map(|day| analysis.as_of.days_to(day)),
        more: reasons.len().saturating_sub(REASONS),
        reasons: reasons.iter().take(REASONS).map(|reason| Why::of(reason)).collect(),
        next_step: None,
        due: None,
        needs_approval: false,
        spark: weeks(analysis, id),
        chance: chance(analysis, id),
        announced: account.announced_end.clone(),
        word: analysis.people.word_of(id),
        size: None,
    }
}

/// The probability in words; nothing where none has been earned.
fn chance(analysis: &Analysis, id: &str) -> Option<String> {
    analysis.churn.accounts.get(id).map(|own| own.likely(analysis.churn.horizon_days))
}

/// Sixteen weeks of usage, drawn.
fn weeks(analysis: &Analysis, id: &str) -> Option<String> {
    let weeks = analysis.trend.weeks.get(id).filter(|weeks| weeks.len() > 2)?;
    let uses: Vec<i64> = weeks.iter().rev().take(16).rev().map(|week| week.uses).collect();
    let last = uses.last().copied().unwrap_or_default();
    let words = format!("Uses by week, the last {} weeks; {last} in the last one", uses.len());
    let mut drawn = String::from("s-");
    drawn.extend(id.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte) } else { '-' }));
    Some(spark(&drawn, &words, &uses))
}
