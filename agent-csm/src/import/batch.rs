//! The rows of all files while they are sorted out, and the rows that come more than once.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::map::MappedRow;
use super::mapping::{SystemKind, TableMapping};
use super::report::{Duplicates, Reject};
use super::stake::Stake;
use crate::tables::{Rule, Table, Value};

/// The rows one table mapping made of one file.
#[derive(Debug)]
pub(super) struct Batch<'a> {
    /// Place of the system in the order that decides whose ids win.
    pub(super) rank: usize,
    pub(super) system: &'a str,
    pub(super) kind: SystemKind,
    /// Name of the Parquet file, without ending.
    pub(super) name: String,
    pub(super) mapping: &'a TableMapping,
    pub(super) table: &'a Table,
    pub(super) rows: Vec<MappedRow>,
    /// When each column with a rule of its own became known.
    pub(super) columns: BTreeMap<String, Rule>,
}

impl Batch<'_> {
    pub(super) fn text(&self, row: usize, column: &str) -> Option<&str> {
        self.rows.get(row)?.row.values.get(self.table.position(column)?)?.as_text()
    }

    pub(super) fn day(&self, row: usize, column: &str) -> Option<NaiveDate> {
        self.rows.get(row)?.row.values.get(self.table.position(column)?)?.as_day()
    }

    pub(super) fn set(&mut self, row: usize, column: &str, value: Value) {
        let at = self.table.position(column);
        if let (Some(at), Some(row)) = (at, self.rows.get_mut(row)) {
            row.row.values[at] = value;
        }
    }
}

/// The key of a row, or `None` where its first part is not known.
fn key(table: &Table, values: &[Value]) -> Option<String> {
    let parts: Vec<&Value> =
        table.key.iter().filter_map(|it| table.position(it)).filter_map(|at| values.get(at)).collect();
    if parts.first().is_none_or(|it| it.is_null()) {
        return None;
    }
    Some(parts.iter().map(|it| it.show()).collect::<Vec<_>>().join("\u{1f}"))
}

/// Drops rows that repeat an earlier one of the same system and table; tells of those that contradict it.
pub(super) fn drop_repeats(batches: &mut [Batch<'_>], rejects: &mut Vec<Reject>) -> Vec<Duplicates> {
    let mut seen: BTreeMap<(usize, String, String), (usize, usize)> = BTreeMap::new();
    let mut counts: BTreeMap<String, Duplicates> = BTreeMap::new();
    for at in 0..batches.len() {
        let rows = std::mem::take(&mut batches[at].rows);
        for mapped in rows {
            let table = batches[at].table;
            let merge = batches[at].mapping.one_per_key;
            let Some(key) = key(table, &mapped.row.values) else {
                batches[at].rows.push(mapped);
                continue;
            };
            let slot = (batches[at].rank, table.name.clone(), key);
            let Some((first_batch, first_row)) = seen.get(&slot).copied() else {
                seen.insert(slot, (at, batches[at].rows.len()));
                batches[at].rows.push(mapped);
                continue;
            };
            let first = &mut batches[first_batch].rows[first_row].row;
            if merge {
                merge_into(table, &mut first.values, &mapped.row.values);
                continue;
            }
            let keep = table.name == "usage_events";
            let count = counts.entry(table.name.clone()).or_insert_with(|| Duplicates {
                table: table.name.clone(),
                exact: 0,
                same_key: 0,
                same_key_kept: keep,
            });
            if first.values == mapped.row.values {
                count.exact += 1;
            } else {
                count.same_key += 1;
                if keep {
                    batches[at].rows.push(mapped);
                } else {
                    rejects.push(Reject {
                        file: mapped.row.file.to_string(),
                        line: mapped.row.line,
                        table: Some(table.name.clone()),
                        problem: format!(
                            "`{}` {} stands at {} already, with other values",
                            table.key.join(", "),
                            slot.2.replace('\u{1f}', ", "),
                            first.place()
                        ),
                        remedy: "keep the row that is right and delete the other".to_owned(),
                        stake: Stake::of(batches[at].system, table, &mapped),
                    });
                }
            }
        }
    }
    counts.into_values().collect()
}

/// Fills what is not known yet; of two first days the earlier one counts.
pub(super) fn merge_into(table: &Table, into: &mut [Value], from: &[Value]) {
    for ((column, old), new) in table.columns.iter().zip(into).zip(from) {
        let first_day = ["signed_on", "created_on"].contains(&column.name.as_str());
        if old.is_null() || (first_day && matches!((&*old, new), (Value::Date(a), Value::Date(b)) if b < a)) {
            *old = new.clone();
        }
    }
}
