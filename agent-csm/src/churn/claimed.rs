//! The source's own flag as a label: hindsight without a day, so it is scored and never believed.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use learn::{Splits, Training};
use serde::Deserialize;

use super::backtest::{Asked, Ground};
use super::error::ChurnError;
use super::report::{Backtest, Cutoff, Outcomes};
use super::rows::{self, Row};
use crate::engine::Engine;

/// Folds of accounts: each is scored by a model that saw none of it.
const FOLDS: usize = 5;
/// Seed of the folds and of training.
const SEED: u64 = 31;

/// Scores how well the flag can be told from what is known at the end of `as_of`, on accounts held out.
pub(super) fn score(
    ground: &Ground<'_>,
    as_of: NaiveDate,
    asked: &Asked,
    report: &mut Backtest,
    tell: &dyn Fn(&str),
) -> Result<(), ChurnError> {
    let day = asked.cutoff.unwrap_or(as_of);
    tell(&format!("reading what was known on {day}"));
    let engine = ground.engine(day)?;
    let flags = flags(&engine)?;
    let snapshot = ground.look(&engine)?;
    drop(engine);
    let rows: Vec<Row> = (0..snapshot.accounts.len())
        .filter(|at| flags.contains_key(&snapshot.accounts[*at]))
        .map(|account| Row { snapshot: 0, account, step: 0 })
        .collect();
    let labels: Vec<bool> = rows.iter().map(|row| flags[&snapshot.accounts[row.account]]).collect();
    report.decisions = labels.iter().filter(|it| **it).count();
    if report.decisions < ground.settings.least.trained {
        report.too_few(report.decisions, &ground.settings);
        return Ok(());
    }
    let snapshots = [snapshot];
    let columns = rows::columns(&snapshots, &rows, &ground.settings);
    let columns: Vec<String> = columns.into_iter().filter(|it| !it.starts_with("step.")).collect();
    let table = rows::table(&snapshots, &rows, &columns, &ground.settings)?;
    let folds = Splits::stratified(&labels, FOLDS, SEED)?;
    let mut held: Vec<(usize, f64, f64)> = Vec::new();
    for fold in folds.iter() {
        tell("learning the flag from the other accounts");
        let own: Vec<bool> = fold.train.iter().map(|at| labels[*at]).collect();
        let inner = Splits::stratified(&own, FOLDS, SEED)?;
        let train = table.select(&fold.train);
        let fit = learn::standard(SEED).fit(&Training {
            table: &train,
            labels: &own,
            weights: None,
            splits: &inner,
        })?;
        #[expect(clippy::cast_precision_loss, reason = "counts of accounts")]
        let base = own.iter().filter(|it| **it).count() as f64 / own.len().max(1) as f64;
        let predicted = fit.model.predict(&table.select(&fold.held_out))?;
        held.extend(fold.held_out.iter().zip(predicted).map(|(at, probability)| (*at, probability, base)));
    }
    held.sort_by_key(|it| it.0);
    let mut outcomes = Outcomes::default();
    for (at, probability, base) in held {
        outcomes.probability.push(probability);
        outcomes.left.push(labels[at]);
        outcomes.base.push(base);
        outcomes.health.push(snapshots[0].health[rows[at].account]);
        outcomes.days.push(None);
        outcomes.cutoff.push(0);
    }
    report.cutoffs.push(Cutoff {
        on: day.to_string(),
        trained_rows: rows.len(),
        trained_churned: report.decisions,
        accounts: rows.len(),
        churned: Some(report.decisions),
    });
    report.score(&outcomes, None);
    report.judge(&ground.settings);
    let found = std::mem::take(&mut report.why);
    let found = if report.trusted { format!("it can be told on accounts held out ({found})") } else { found };
    report.refuse(format!(
        "accounts.churn_flag is hindsight: it has no day, so nothing shows that what the model reads came before it; {found}"
    ));
    Ok(())
}

/// The flag of every account that has one.
fn flags(engine: &Engine) -> Result<BTreeMap<String, bool>, ChurnError> {
    #[derive(Deserialize)]
    struct Flag {
        account_id: String,
        churn_flag: bool,
    }
    let rows: Vec<Flag> = engine.query(
        "SELECT account_id, churn_flag FROM accounts WHERE churn_flag IS NOT NULL ORDER BY account_id",
    )?;
    Ok(rows.into_iter().map(|it| (it.account_id, it.churn_flag)).collect())
}
