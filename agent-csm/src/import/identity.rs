//! Which accounts of different systems are the same company, and which account a row belongs to.

use std::collections::{BTreeMap, BTreeSet};

use super::batch::{Batch, merge_into};
use super::domain::{email_domain, normal_name};
use super::map::MappedRow;
use super::mapping::LinkBy;
use super::report::{Identity, JoinRate, Reject};
use super::stake::Stake;
use crate::tables::{Rule, Table, Value};

/// Every account of every system.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    /// (system, id there) to account id.
    ids: BTreeMap<(String, String), String>,
    /// Systems that have accounts.
    systems: BTreeSet<String>,
    /// Id in any system to account ids.
    ext_ids: BTreeMap<String, BTreeSet<String>>,
    /// Account ids in the tables.
    known: BTreeSet<String>,
    /// Domain or name to the accounts that bear it.
    domains: BTreeMap<String, BTreeSet<String>>,
    names: BTreeMap<String, BTreeSet<String>>,
    /// (system, subscription) to account id.
    subscriptions: BTreeMap<(String, String), String>,
    pub(super) identities: Vec<Identity>,
    /// Rows that went into the row of another system, per source file.
    pub(super) merged: BTreeMap<String, u64>,
}

/// One account found so far.
struct Found {
    batch: usize,
    row: usize,
    id: String,
    domain: Option<String>,
    name: String,
}

impl Accounts {
    /// Merges the accounts of different systems, in the order of the systems, and gives each its id.
    pub(super) fn unite(batches: &mut [Batch<'_>]) -> Self {
        let mut all = Self::default();
        let mut order: Vec<usize> =
            (0..batches.len()).filter(|at| batches[*at].table.name == "accounts").collect();
        order.sort_by_key(|at| batches[*at].rank);
        let mut found: Vec<Found> = Vec::new();
        let mut gone: BTreeSet<(usize, usize)> = BTreeSet::new();
        for rank in order.iter().map(|at| batches[*at].rank).collect::<BTreeSet<_>>() {
            let earlier = found.len();
            let mut claimed: BTreeSet<usize> = BTreeSet::new();
            let mine: Vec<(usize, usize)> = order
                .iter()
                .filter(|at| batches[**at].rank == rank)
                .flat_map(|at| (0..batches[*at].rows.len()).map(|row| (*at, row)))
                .collect();
            let (own_domains, own_names) = bearers(batches, &mine);
            for (at, row) in mine {
                let batch = &batches[at];
                let ext_id = batch.text(row, "account_id").unwrap_or_default().to_owned();
                let domain = batch.text(row, "domain").map(str::to_owned);
                let name = normal_name(batch.text(row, "name").unwrap_or_default());
                let only = |fits: &dyn Fn(&Found) -> bool| {
                    let mut hits = (0..earlier).filter(|it| fits(&found[*it]));
                    hits.next().filter(|_| hits.next().is_none()).filter(|it| !claimed.contains(it))
                };
                let by_domain = domain
                    .as_ref()
                    .filter(|it| own_domains.get(*it) == Some(&1))
                    .and_then(|it| only(&|other: &Found| other.domain.as_ref() == Some(it)));
                let by_name = || {
                    // Two companies of one name and different domains are two companies.
                    let fits = |other: &Found| {
                        other.name == name
                            && !matches!((&other.domain, &domain), (Some(a), Some(b)) if a != b)
                    };
                    only(&fits).filter(|_| !name.is_empty() && own_names.get(&name) == Some(&1))
                };
                let (same, rule) = match by_domain {
                    Some(it) => (Some(it), "same domain"),
                    None => (by_name(), "same name"),
                };
                let system = batch.system.to_owned();
                let (id, rule) = match same {
                    Some(it) => {
                        claimed.insert(it);
                        let place = (found[it].batch, found[it].row);
                        fold(batches, place, (at, row));
                        gone.insert((at, row));
                        *all.merged.entry(batches[at].rows[row].row.file.to_string()).or_default() += 1;
                        if found[it].domain.is_none() {
                            found[it].domain = domain;
                        }
                        (found[it].id.clone(), rule)
                    }
                    None => {
                        let id = if all.known.contains(&ext_id) {
                            format!("{system}:{ext_id}")
                        } else {
                            ext_id.clone()
                        };
                        all.known.insert(id.clone());
                        batches[at].set(row, "account_id", Value::Text(id.clone()));
                        found.push(Found { batch: at, row, id: id.clone(), domain, name });
                        (id, "own id")
                    }
                };
                all.systems.insert(system.clone());
                all.ext_ids.entry(ext_id.clone()).or_default().insert(id.clone());
                all.ids.insert((system.clone(), ext_id.clone()), id.clone());
                all.identities.push(Identity { account_id: id, system, ext_id, rule: rule.to_owned() });
            }
        }
        for it in &found {
            all.names.entry(it.name.clone()).or_default().insert(it.id.clone());
            if let Some(domain) = &it.domain {
                all.domains.entry(domain.clone()).or_default().insert(it.id.clone());
            }
        }
        for (at, batch) in batches.iter_mut().enumerate() {
            let mut row = 0;
            batch.rows.retain(|_| {
                row += 1;
                !gone.contains(&(at, row - 1))
            });
        }
        all.parents(batches);
        all
    }

    /// Parents are named by ids of their own system.
    fn parents(&self, batches: &mut [Batch<'_>]) {
        for batch in batches.iter_mut().filter(|it| it.table.name == "accounts") {
            for row in 0..batch.rows.len() {
                if let Some(parent) = batch.text(row, "parent_id") {
                    let id = self.ids.get(&(batch.system.to_owned(), parent.to_owned())).cloned();
                    batch.set(row, "parent_id", id.map_or(Value::Null, Value::Text));
                }
            }
        }
    }

    /// Finds the account of every row; rows that name one that does not exist are kept out.
    pub(super) fn join(&mut self, batches: &mut [Batch<'_>], rejects: &mut Vec<Reject>) -> Vec<JoinRate> {
        let mut rates: BTreeMap<(String, String), JoinRate> = BTreeMap::new();
        // Usage finds its account through subscriptions, so those come first.
        let mut order: Vec<usize> = (0..batches.len()).collect();
        order.sort_by_key(|at| batches[*at].table.name != "subscriptions");
        for at in order {
            let batch = &mut batches[at];
            let Some(place) = batch.table.position("account_id").filter(|_| batch.table.name != "accounts")
            else {
                continue;
            };
            let required = batch.table.columns[place].required;
            let (system, table) = (batch.system.to_owned(), batch.table.name.clone());
            let rate = rates.entry((table.clone(), system.clone())).or_insert_with(|| JoinRate {
                table: table.clone(),
                system: system.clone(),
                ..JoinRate::default()
            });
            for mut mapped in std::mem::take(&mut batch.rows) {
                rate.rows += 1;
                let found = self.named(&system, &mapped.links);
                let firm = mapped.links.iter().find(|it| it.0 != LinkBy::EmailDomain);
                match (found, firm) {
                    (Some(id), _) => {
                        rate.joined += 1;
                        if table == "subscriptions"
                            && let Some(sub) = batch
                                .table
                                .position("subscription_id")
                                .and_then(|it| mapped.row.values[it].as_text())
                        {
                            self.subscriptions.insert((system.clone(), sub.to_owned()), id.clone());
                        }
                        mapped.row.values[place] = Value::Text(id);
                        batch.rows.push(mapped);
                    }
                    (None, None) if !required => {
                        rate.without_account += 1;
                        mapped.row.values[place] = Value::Null;
                        batch.rows.push(mapped);
                    }
                    _ => rejects.push(unknown(&system, batch.table, &mapped)),
                }
            }
        }
        rates.into_values().collect()
    }

    /// The account that `system` calls `text`; of a `;` list the first.
    pub(super) fn of_id(&self, system: &str, text: &str) -> Option<String> {
        let ext = text.split(';').next().unwrap_or_default().trim();
        if let Some(own) = self.ids.get(&(system.to_owned(), ext.to_owned())) {
            return Some(own.clone());
        }
        // A system without accounts of its own speaks of the accounts of the others.
        if self.systems.contains(system) {
            return None;
        }
        if self.known.contains(ext) {
            return Some(ext.to_owned());
        }
        one(self.ext_ids.get(ext))
    }

    /// The account that `links` of a row of `system` name, the first that is known.
    pub(super) fn named(&self, system: &str, links: &[(LinkBy, String)]) -> Option<String> {
        links.iter().find_map(|(by, text)| match by {
            LinkBy::Id => self.of_id(system, text),
            LinkBy::Name => one(self.names.get(&normal_name(text))),
            LinkBy::EmailDomain => {
                text.split([';', ',']).filter_map(email_domain).find_map(|it| one(self.domains.get(&it)))
            }
            LinkBy::Subscription => self.subscriptions.get(&(system.to_owned(), text.clone())).cloned(),
        })
    }
}

fn unknown(system: &str, table: &Table, mapped: &MappedRow) -> Reject {
    let (problem, remedy) = match mapped.links.first() {
        Some((LinkBy::Subscription, text)) => (
            format!("subscription `{text}` is not known, so neither is the account"),
            "add the subscription to its file, or leave the row out",
        ),
        Some((_, text)) => {
            (format!("account `{text}` is not known"), "add the account to the accounts, or correct the row")
        }
        None => ("the row names no account".to_owned(), "fill in the account"),
    };
    Reject {
        file: mapped.row.file.to_string(),
        line: mapped.row.line,
        table: Some(table.name.clone()),
        problem,
        remedy: remedy.to_owned(),
        stake: Stake::of(system, table, mapped),
    }
}

fn one(ids: Option<&BTreeSet<String>>) -> Option<String> {
    ids.filter(|it| it.len() == 1).and_then(|it| it.first().cloned())
}

type Counts = BTreeMap<String, usize>;

/// How many accounts of one system bear each domain and each name.
fn bearers(batches: &[Batch<'_>], rows: &[(usize, usize)]) -> (Counts, Counts) {
    let (mut domains, mut names) = (Counts::new(), Counts::new());
    for (at, row) in rows {
        if let Some(domain) = batches[*at].text(*row, "domain") {
            *domains.entry(domain.to_owned()).or_default() += 1;
        }
        let name = normal_name(batches[*at].text(*row, "name").unwrap_or_default());
        *names.entry(name).or_default() += 1;
    }
    (domains, names)
}

/// Fills the account at `into` with what the one at `from` knows; the later of two "known at" holds.
fn fold(batches: &mut [Batch<'_>], into: (usize, usize), from: (usize, usize)) {
    let values = batches[from.0].rows[from.1].row.values.clone();
    let rules = batches[from.0].columns.clone();
    let table = batches[into.0].table;
    for (at, column) in table.columns.iter().enumerate() {
        let filled = batches[into.0].rows[into.1].row.values[at].is_null() && !values[at].is_null();
        if let Some(rule) = rules.get(&column.name).filter(|it| filled && **it == Rule::Import) {
            batches[into.0].columns.insert(column.name.clone(), rule.clone());
        }
    }
    merge_into(table, &mut batches[into.0].rows[into.1].row.values, &values);
}
