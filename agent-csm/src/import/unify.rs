//! Ids that two systems use for different things, people that two systems know, and whose word on money counts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::batch::{Batch, merge_into};
use super::mapping::SystemKind;
use crate::tables::Value;

/// (system, column, id there) to the id in the tables.
type Renames = BTreeMap<(String, String, String), String>;

/// Makes ids unique across systems and unites people by their mail address. Returns how many people were united.
pub(super) fn settle_ids(batches: &mut [Batch<'_>]) -> u64 {
    let mut renames = Renames::new();
    let united = unite_contacts(batches, &mut renames);
    let mut taken: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut order: Vec<usize> =
        (0..batches.len()).filter(|at| batches[*at].table.name != "accounts").collect();
    order.sort_by_key(|at| batches[*at].rank);
    for at in order {
        let batch = &batches[at];
        let Some(column) = batch.table.key.first().filter(|it| it.ends_with("_id")).cloned() else {
            continue;
        };
        for row in 0..batch.rows.len() {
            let Some(id) = batch.text(row, &column) else { continue };
            let owner = *taken.entry((column.clone(), id.to_owned())).or_insert(batch.rank);
            if owner != batch.rank {
                let slot = (batch.system.to_owned(), column.clone(), id.to_owned());
                renames.entry(slot).or_insert_with(|| format!("{}:{id}", batch.system));
            }
        }
    }
    for batch in batches.iter_mut() {
        for column in
            batch.table.columns.iter().filter(|it| it.name.ends_with("_id") && it.name != "account_id")
        {
            for row in 0..batch.rows.len() {
                let Some(id) = batch.text(row, &column.name) else { continue };
                let slot = (batch.system.to_owned(), column.name.clone(), id.to_owned());
                if let Some(new) = renames.get(&slot) {
                    batch.set(row, &column.name, Value::Text(new.clone()));
                }
            }
        }
    }
    united
}

/// The same address at the same account in two systems is one person, under the first system's id.
fn unite_contacts(batches: &mut [Batch<'_>], renames: &mut Renames) -> u64 {
    let mut people: BTreeMap<(String, String), (usize, usize)> = BTreeMap::new();
    let mut gone: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut order: Vec<usize> =
        (0..batches.len()).filter(|at| batches[*at].table.name == "contacts").collect();
    order.sort_by_key(|at| batches[*at].rank);
    for at in order {
        for row in 0..batches[at].rows.len() {
            let (Some(email), Some(account)) =
                (batches[at].text(row, "email"), batches[at].text(row, "account_id"))
            else {
                continue;
            };
            let slot = (email.to_owned(), account.to_owned());
            let Some((first, first_row)) = people.get(&slot).copied() else {
                people.insert(slot, (at, row));
                continue;
            };
            if batches[first].rank == batches[at].rank {
                continue;
            }
            let old = batches[at].text(row, "contact_id").unwrap_or_default().to_owned();
            let new = batches[first].text(first_row, "contact_id").unwrap_or_default().to_owned();
            let values = batches[at].rows[row].row.values.clone();
            let table = batches[first].table;
            merge_into(table, &mut batches[first].rows[first_row].row.values, &values);
            renames.insert((batches[at].system.to_owned(), "contact_id".to_owned(), old), new);
            gone.insert((at, row));
        }
    }
    for (at, batch) in batches.iter_mut().enumerate() {
        let mut row = 0;
        batch.rows.retain(|_| {
            row += 1;
            !gone.contains(&(at, row - 1))
        });
    }
    gone.len() as u64
}

/// Where billing knows what an account pays, subscriptions a CRM states for it are left out. Returns how many.
pub(super) fn billing_first(batches: &mut [Batch<'_>]) -> u64 {
    let paid: BTreeSet<String> = batches
        .iter()
        .filter(|it| it.table.name == "subscriptions" && it.kind == SystemKind::Billing)
        .flat_map(|batch| {
            (0..batch.rows.len()).filter_map(|row| batch.text(row, "account_id").map(str::to_owned))
        })
        .collect();
    let mut dropped = 0;
    for batch in
        batches.iter_mut().filter(|it| it.table.name == "subscriptions" && it.kind == SystemKind::Crm)
    {
        let before = batch.rows.len();
        let place = batch.table.position("account_id");
        batch.rows.retain(|it| {
            place.and_then(|at| it.row.values[at].as_text()).is_none_or(|id| !paid.contains(id))
        });
        dropped += (before - batch.rows.len()) as u64;
    }
    dropped
}

/// Versions of one subscription follow each other: one ends at the latest when the next one starts.
///
/// Otherwise the account would pay twice on the days on which both are in force. Returns how many were cut short.
pub(super) fn follow_on(batches: &mut [Batch<'_>]) -> u64 {
    let mut starts: BTreeMap<(String, String), BTreeSet<NaiveDate>> = BTreeMap::new();
    let slot = |batch: &Batch<'_>, row: usize| {
        Some((batch.system.to_owned(), batch.text(row, "subscription_id")?.to_owned()))
    };
    let subscriptions = |batch: &&mut Batch<'_>| batch.table.name == "subscriptions";
    for batch in batches.iter_mut().filter(subscriptions) {
        for row in 0..batch.rows.len() {
            if let (Some(slot), Some(start)) = (slot(batch, row), batch.day(row, "start_date")) {
                starts.entry(slot).or_default().insert(start);
            }
        }
    }
    let mut cut = 0;
    for batch in batches.iter_mut().filter(subscriptions) {
        for row in 0..batch.rows.len() {
            let (Some(slot), Some(start)) = (slot(batch, row), batch.day(row, "start_date")) else {
                continue;
            };
            let next = starts.get(&slot).and_then(|it| it.range(start..).nth(1).copied());
            if let Some(next) = next.filter(|next| batch.day(row, "end_date").is_none_or(|end| end > *next)) {
                batch.set(row, "end_date", Value::Date(next));
                cut += 1;
            }
        }
    }
    cut
}
