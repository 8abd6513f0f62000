//! What a single canonical row must hold to, and what follows from its own values.

use chrono::TimeDelta;

use super::map::Fault;
use crate::tables::{Table, Value};

/// Fills in what the row itself implies: the first reply from the minutes and the other way round.
pub(super) fn complete(table: &Table, values: &mut [Value]) {
    if table.name != "tickets" {
        return;
    }
    let places = ["opened_at", "first_reply_at", "first_reply_minutes"].map(|it| table.position(it));
    let [Some(opened), Some(reply), Some(minutes)] = places else { return };
    match (&values[opened], &values[reply], &values[minutes]) {
        (Value::Timestamp(start), Value::Null, Value::Int(wait)) => {
            let at = TimeDelta::try_minutes(*wait).and_then(|it| start.checked_add_signed(it));
            values[reply] = at.map_or(Value::Null, Value::Timestamp);
        }
        (Value::Timestamp(start), Value::Timestamp(end), Value::Null) => {
            values[minutes] = Value::Int((*end - *start).num_minutes());
        }
        _ => {}
    }
}

/// Refuses a row that can't be true.
pub(super) fn accept(table: &Table, values: &[Value]) -> Result<(), Fault> {
    let get = |name: &str| table.position(name).and_then(|at| values.get(at)).unwrap_or(&Value::Null);
    match table.name.as_str() {
        "invoices" => {
            if let Some(amount) = get("amount_minor").as_int().filter(|it| *it < 0) {
                return Err((
                    format!("`amount_minor`: the invoice is negative ({amount} minor units)"),
                    "leave credit notes out of the invoices, or correct the sign".to_owned(),
                ));
            }
        }
        "subscriptions" => {
            if let (Some(start), Some(end)) = (get("start_date").as_day(), get("end_date").as_day())
                && end < start
            {
                return Err((
                    format!("`end_date`: it ends on {end}, before it starts on {start}"),
                    "correct one of the two dates".to_owned(),
                ));
            }
            if let Some(mrr) = get("mrr_minor").as_int().filter(|it| *it < 0) {
                return Err((
                    format!("`mrr_minor`: the recurring value is negative ({mrr} minor units)"),
                    "correct the amount; discounts lower it, they don't make it negative".to_owned(),
                ));
            }
        }
        "survey_responses" => {
            let (score, low, high) = (get("score"), get("scale_min"), get("scale_max"));
            if let (Some(score), Some(low), Some(high)) = (score.as_int(), low.as_int(), high.as_int())
                && (score < low || score > high)
            {
                let kind = get("kind").show();
                return Err((
                    format!("`score`: {score} is outside the {kind} scale {low} to {high}"),
                    "correct the score, or set `scale_min` and `scale_max` to the survey's scale".to_owned(),
                ));
            }
        }
        "tickets" => {
            if let Some(wait) = get("first_reply_minutes").as_int().filter(|it| *it < 0) {
                return Err((
                    format!(
                        "`first_reply_minutes`: the first reply came {} minutes before the ticket",
                        -wait
                    ),
                    "correct one of the two times".to_owned(),
                ));
            }
        }
        _ => {}
    }
    Ok(())
}
