//! The ranking: what each request stands on, and which comes first. Pure; the same hand-off gives the same backlog.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use agent_core::agent::Failure;
use protocol::{ErrorCode, Figure, Members};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::shared::handed::{Handed, objects, text};
use crate::shared::money::Money;

/// Requests in the order of what they would unlock.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Backlog {
    /// The day the figures look from.
    pub(crate) as_of: String,
    /// Best known revenue first; unknown revenue last.
    pub(crate) lines: Vec<Line>,
}

/// One request of customers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    /// As it was handed over.
    pub(crate) title: String,
    /// ARR of those who pay and ask.
    pub(crate) arr: Arr,
    /// Who asks: id, name, the figure of their ARR where one was named.
    pub(crate) accounts: Vec<Asker>,
}

/// ARR behind a request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Arr {
    /// Minor units and currency; absent when unknown.
    pub(crate) known: Option<(i64, String)>,
    /// Why it is unknown; empty when it is known.
    pub(crate) reason: String,
    /// The figures it is, or would be, the sum of.
    pub(crate) sum_of: Vec<String>,
}

/// A customer who asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Asker {
    pub(crate) account_id: String,
    pub(crate) name: String,
    /// The figure of their ARR, as the item names it.
    pub(crate) figure: Option<String>,
    /// Ids of the rows in which they asked.
    pub(crate) requests: BTreeSet<String>,
}

impl Backlog {
    /// Ranks what was handed over: ARR behind it, then reach, then title. Unknown ARR stands after all that is known.
    ///
    /// Two items of one title, or one without any, are refused: their figures could not be told apart.
    pub(crate) fn of(handed: &Handed) -> Result<Self, Failure> {
        let mut lines: Vec<Line> = handed.items.iter().map(|item| Line::of(item, handed)).collect();
        let mut titles = BTreeSet::new();
        for (at, line) in lines.iter().enumerate() {
            if line.title.is_empty() || !titles.insert(&line.title) {
                let message =
                    format!("`payload.items[{at}].title` is missing or there twice: `{}`", line.title);
                return Err(Failure::new(ErrorCode::InvalidRequest, message)
                    .with_hint("hand over each request once, with the accounts that made it"));
            }
        }
        lines.sort_by(|a, b| a.order().cmp(&b.order()));
        Ok(Self { as_of: handed.as_of(), lines })
    }

    /// How many lines have a known ARR.
    pub(crate) fn known(&self) -> usize {
        self.lines.iter().filter(|line| line.arr.known.is_some()).count()
    }

    /// The line that would unlock the most: the first, if what it unlocks is known and more than nothing.
    pub(crate) fn top(&self) -> Option<&Line> {
        self.lines.first().filter(|line| line.arr.known.as_ref().is_some_and(|(minor, _)| *minor > 0))
    }
}

impl Line {
    fn of(item: &Members, handed: &Handed) -> Self {
        let mut accounts: BTreeMap<&str, Asker> = BTreeMap::new();
        for account in objects(item, "accounts") {
            let id = text(account, "account_id");
            accounts.entry(id).or_insert_with(|| Asker {
                account_id: id.to_owned(),
                name: text(account, "account").to_owned(),
                figure: account.get("arr").and_then(|arr| arr["figure"].as_str()).map(str::to_owned),
                requests: BTreeSet::new(),
            });
        }
        for request in objects(item, "requests") {
            if let Some(asker) = accounts.get_mut(text(request, "account_id")) {
                asker.requests.insert(text(request, "request_id").to_owned());
            }
        }
        Self {
            title: text(item, "title").trim().to_owned(),
            arr: Arr::of(item, handed),
            accounts: accounts.into_values().collect(),
        }
    }

    /// How many customers asked.
    pub(crate) fn reach(&self) -> usize {
        self.accounts.len()
    }

    fn order(&self) -> (bool, Reverse<i64>, Reverse<usize>, &str) {
        let minor = self.arr.known.as_ref().map_or(0, |(minor, _)| *minor);
        (self.arr.known.is_none(), Reverse(minor), Reverse(self.reach()), &self.title)
    }

    /// The ARR as shown to people.
    pub(crate) fn shown(&self) -> String {
        match &self.arr.known {
            Some((minor, currency)) => Money { minor: *minor, currency: currency.clone() }.to_string(),
            None => "unknown".to_owned(),
        }
    }

    /// The rows behind the line's ARR figure: each figure that was added up.
    pub(crate) fn arr_rows(&self, figures: &BTreeMap<String, Figure>) -> Vec<Value> {
        let row = |id: &String| {
            let figure = figures.get(id);
            json!({"figure": id, "value": figure.and_then(|figure| figure.value.clone()),
                   "currency": figure.and_then(|figure| figure.currency.clone()),
                   "rows": figure.and_then(|figure| figure.evidence.as_ref()).map(|rows| rows.rows.clone())})
        };
        self.arr.sum_of.iter().map(row).collect()
    }

    /// The rows behind the line's reach: each customer with the requests they made.
    pub(crate) fn reach_rows(&self) -> Vec<Value> {
        let row = |asker: &Asker| json!({"account_id": asker.account_id, "account": asker.name, "requests": asker.requests});
        self.accounts.iter().map(row).collect()
    }
}

impl Arr {
    /// Adds up the figures the item says it is the sum of, and holds the result against what the item states.
    fn of(item: &Members, handed: &Handed) -> Self {
        let stated = item.get("arr").unwrap_or(&Value::Null);
        let sum_of: Vec<String> = stated["sum_of"]
            .as_array()
            .map(|ids| ids.iter().filter_map(Value::as_str).map(str::to_owned).collect())
            .unwrap_or_default();
        let once: BTreeSet<&String> = sum_of.iter().collect();
        let added = match stated["value_minor"].as_i64() {
            None => Err(stated["reason"].as_str().unwrap_or("the item states no ARR").to_owned()),
            Some(stated) => once
                .iter()
                .map(|id| handed.figure(id).and_then(Money::of))
                .collect::<Result<Vec<_>, _>>()
                .and_then(|amounts| sum(&amounts))
                .and_then(|sum| match sum.minor == stated {
                    true => Ok(sum),
                    false => Err(format!(
                        "the item states {stated} minor units, its figures add up to {}",
                        sum.minor
                    )),
                }),
        };
        match added {
            Ok(sum) => Self { known: Some((sum.minor, sum.currency)), reason: String::new(), sum_of },
            Err(reason) => Self { known: None, reason, sum_of },
        }
    }
}

/// The sum of these amounts; none of nothing, of two currencies, or beyond 64 bits.
fn sum(amounts: &[Money]) -> Result<Money, String> {
    let Some(first) = amounts.first() else { return Err("there is nothing to add up".to_owned()) };
    let mut minor = 0_i64;
    for amount in amounts {
        if amount.currency != first.currency {
            return Err(format!("{} and {} cannot be added up", first.currency, amount.currency));
        }
        minor = minor.checked_add(amount.minor).ok_or("the sum is too large")?;
    }
    Ok(Money { minor, currency: first.currency.clone() })
}
