//! What each signal says of each account.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::array::{BooleanArray, Float64Array, Int64Array, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::error::DataFusionError;
use protocol::{Figure, Scope};
use serde_json::{Map, Number, Value};

use super::error::EngineError;
use super::figure::Found;
use super::open::{Engine, made};
use super::rows::objects;
use super::shown::{decimals, money, thousands};
use super::sql::Rows;
use crate::knowledge::{Measure, SignalHead, SignalKind, holes};

/// One signal about one account.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The account.
    pub account_id: String,
    /// The signal.
    pub signal: String,
    /// Its title.
    pub title: String,
    /// Risk, growth, adoption or context.
    pub kind: SignalKind,
    /// Health dimension.
    pub dimension: String,
    /// The value; absent when not measured.
    pub value: Option<f64>,
    /// What the value is over.
    pub n: u64,
    /// Health component 0..100; absent when the signal is none or was not measured.
    pub score: Option<f64>,
    /// Whether the signal's condition holds.
    pub fired: bool,
    /// 1 to 3.
    pub severity: u8,
    /// The plain sentence, filled in.
    pub text: String,
    /// The value as a figure that opens to its rows.
    pub figure: Figure,
}

/// A signal that the data can't measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmeasured {
    /// The signal.
    pub signal: String,
    /// Its title.
    pub title: String,
    /// Health dimension.
    pub dimension: String,
    /// Why, and what would help.
    pub reason: String,
}

/// Reads all signals; sorted by account and signal.
pub(super) fn read(engine: &Engine) -> Result<(Vec<Reading>, Vec<Unmeasured>), EngineError> {
    let mut readings = Vec::new();
    let mut unmeasured = Vec::new();
    let own = own_accounts(engine)?;
    for measure in engine.knowledge.signals() {
        let Some(signal) = &measure.signal else { continue };
        if let Some(reason) = engine.stock.reason(measure) {
            unmeasured.push(Unmeasured {
                signal: measure.name.clone(),
                title: measure.title.clone(),
                dimension: signal.dimension.clone(),
                reason,
            });
            continue;
        }
        let table = engine.counted(measure)?.table;
        let rows =
            engine.sql.run(&query(measure, signal, &table)).map_err(EngineError::of_file(&measure.file))?;
        for row in objects(&rows) {
            readings.extend(one(engine, measure, signal, &row)?.filter(|it| !own.contains(&it.account_id)));
        }
    }
    readings.sort_by(|a, b| (&a.account_id, &a.signal).cmp(&(&b.account_id, &b.signal)));
    Ok((readings, unmeasured))
}

/// Our own accounts: nothing is read of them.
fn own_accounts(engine: &Engine) -> Result<BTreeSet<String>, EngineError> {
    #[derive(serde::Deserialize)]
    struct Own {
        account_id: String,
    }
    let own: Vec<Own> = engine.query("SELECT account_id FROM account_status WHERE status = 'internal'")?;
    Ok(own.into_iter().map(|it| it.account_id).collect())
}

/// One row per account: the aggregates first, `score` and `fires` over them.
fn query(measure: &Measure, signal: &SignalHead, table: &str) -> String {
    let lets: String = signal.lets.iter().map(|it| format!(", {} AS {}", it.expr, it.name)).collect();
    format!(
        "SELECT summed.*, CAST({} AS DOUBLE) AS signal_score, {} AS signal_fires FROM (\
         SELECT account_id, {} AS value, {} AS n{lets} FROM {table} AS counted \
         WHERE account_id IS NOT NULL GROUP BY account_id) AS summed ORDER BY account_id",
        signal.score.as_deref().unwrap_or("NULL"),
        signal.fires.as_deref().unwrap_or("false"),
        measure.value,
        measure.n
    )
}

fn one(
    engine: &Engine,
    measure: &Measure,
    signal: &SignalHead,
    row: &Map<String, Value>,
) -> Result<Option<Reading>, EngineError> {
    let Some(account_id) = row.get("account_id").and_then(Value::as_str) else { return Ok(None) };
    let n = row.get("n").and_then(Value::as_u64).unwrap_or_default();
    let value = match row.get("value") {
        Some(Value::Number(number)) if n >= measure.min_n => Some(number.clone()),
        _ => return Ok(None),
    };
    let target = engine.target(measure, "account")?;
    let scope = Scope::one("account", account_id);
    let found = Found { value: value.clone(), n, missed_in_a_group: false };
    Ok(Some(Reading {
        account_id: account_id.to_owned(),
        signal: measure.name.clone(),
        title: measure.title.clone(),
        kind: signal.kind,
        dimension: signal.dimension.clone(),
        value: value.as_ref().and_then(Number::as_f64),
        n,
        score: row.get("signal_score").and_then(Value::as_f64).map(|score| score.clamp(0.0, 100.0)),
        fired: row.get("signal_fires").and_then(Value::as_bool).unwrap_or_default(),
        severity: signal.severity,
        text: filled(&signal.text, row, &engine.currency),
        figure: engine.frame().figure(measure, target.as_ref(), &scope, found),
    }))
}

/// The sentence with its holes filled: `{value}` whole, `{value:1}` one decimal, `{value:money}`. What fills a hole is
/// never read for holes itself: it may be a customer's own words.
pub(crate) fn filled(text: &str, row: &Map<String, Value>, currency: &str) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    for hole in holes(text) {
        let Some((before, after)) = rest.split_once(&format!("{{{hole}}}")) else { continue };
        filled.push_str(before);
        filled.push_str(&word(hole, row, currency));
        rest = after;
    }
    filled + rest
}

fn word(hole: &str, row: &Map<String, Value>, currency: &str) -> String {
    let (name, form) = hole.split_once(':').unwrap_or((hole, "0"));
    match row.get(name) {
        None | Some(Value::Null) => "unknown".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
        Some(value) => {
            let float = value.as_f64().unwrap_or_default();
            match form.parse::<u32>() {
                Ok(0) => thousands(rounded(value, float)),
                Ok(places) => decimals(float, places),
                Err(_) => money(rounded(value, float), currency),
            }
        }
    }
}

fn rounded(value: &Value, float: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "saturates; no value of a signal is that large")]
    value.as_i64().unwrap_or_else(|| float.round() as i64)
}

/// The readings as the table `signal_readings`.
pub(super) fn table(readings: &[Reading]) -> Result<Rows, DataFusionError> {
    #[expect(clippy::cast_possible_wrap, reason = "a count of rows")]
    let n = readings.iter().map(|it| it.n as i64);
    made(
        &[
            ("account_id", DataType::Utf8),
            ("signal", DataType::Utf8),
            ("kind", DataType::Utf8),
            ("dimension", DataType::Utf8),
            ("value", DataType::Float64),
            ("n", DataType::Int64),
            ("score", DataType::Float64),
            ("fired", DataType::Boolean),
            ("severity", DataType::Int64),
            ("text", DataType::Utf8),
        ],
        vec![
            Arc::new(StringArray::from_iter_values(readings.iter().map(|it| &it.account_id))),
            Arc::new(StringArray::from_iter_values(readings.iter().map(|it| &it.signal))),
            Arc::new(StringArray::from_iter_values(readings.iter().map(|it| it.kind.word()))),
            Arc::new(StringArray::from_iter_values(readings.iter().map(|it| &it.dimension))),
            Arc::new(Float64Array::from_iter(readings.iter().map(|it| it.value))),
            Arc::new(Int64Array::from_iter_values(n)),
            Arc::new(Float64Array::from_iter(readings.iter().map(|it| it.score))),
            Arc::new(BooleanArray::from_iter(readings.iter().map(|it| Some(it.fired)))),
            Arc::new(Int64Array::from_iter_values(readings.iter().map(|it| i64::from(it.severity)))),
            Arc::new(StringArray::from_iter_values(readings.iter().map(|it| &it.text))),
        ],
    )
}
