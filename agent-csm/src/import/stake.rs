//! What rejected rows take away from figures: how many rows of which table and account, and how much money.

use std::collections::BTreeMap;

use super::identity::Accounts;
use super::map::MappedRow;
use super::mapping::LinkBy;
use super::report::Reject;
use crate::tables::{ColumnType, RejectedRows, Table, Value};

/// What is known of a row that was not taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stake {
    /// The system it comes from.
    pub(super) system: String,
    /// What it says about its account, in the order to be tried.
    pub(super) links: Vec<(LinkBy, String)>,
    /// Its amount in minor units of `currency`, as far as it can be read.
    pub(super) amount_minor: Option<i64>,
    /// ISO 4217.
    pub(super) currency: Option<String>,
    /// Tables it was meant for, where the record itself is broken.
    pub(super) tables: Vec<String>,
    /// Rows that go with it, where a whole file can't be read into a table; one where absent.
    pub(super) rows: Option<u64>,
}

impl Stake {
    /// What a row that was read has at stake.
    pub(super) fn of(system: &str, table: &Table, mapped: &MappedRow) -> Self {
        Self { system: system.to_owned(), links: mapped.links.clone(), ..Self::default() }
            .with_money(table, &mapped.row.values)
    }

    /// Takes in the first amount of the table, and its currency.
    pub(super) fn with_money(mut self, table: &Table, values: &[Value]) -> Self {
        let at = |name: &str| table.position(name).and_then(|at| values.get(at));
        let money = table.columns.iter().find(|column| column.kind == ColumnType::Money);
        if let Some(Value::Int(amount)) = money.and_then(|column| at(&column.name)) {
            self.amount_minor = Some(amount.saturating_abs());
            self.currency = at("currency").and_then(Value::as_text).map(str::to_owned);
        }
        self
    }
}

/// Table, account and currency of a sum.
type Of = (String, Option<String>, Option<String>);

/// Sums the rejects by table, account and currency.
pub(super) fn rejected(rejects: &[Reject], accounts: &Accounts) -> Vec<RejectedRows> {
    let mut sums: BTreeMap<Of, (u64, Option<i64>)> = BTreeMap::new();
    for reject in rejects {
        let stake = &reject.stake;
        let account = accounts.named(&stake.system, &stake.links);
        for table in reject.table.iter().chain(&stake.tables) {
            let sum = sums.entry((table.clone(), account.clone(), stake.currency.clone())).or_default();
            sum.0 += stake.rows.unwrap_or(1);
            sum.1 = match (sum.1, stake.amount_minor) {
                (Some(sum), Some(amount)) => Some(sum.saturating_add(amount)),
                (sum, amount) => sum.or(amount),
            };
        }
    }
    sums.into_iter()
        .map(|((table, account_id, currency), (rows, amount_minor))| RejectedRows {
            table,
            account_id,
            rows,
            amount_minor,
            currency,
        })
        .collect()
}
