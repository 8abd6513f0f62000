//! A mapping applied to a file: text cells become canonical values, or the row says why not.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{NaiveDateTime, TimeDelta};

use super::check;
use super::currency::currency_digits;
use super::dates::DateStyle;
use super::domain::{email_domain, host_domain};
use super::header::{HeaderIndex, offset_minutes};
use super::mapping::{ColumnMapping, Condition, FileMapping, LinkBy, TableMapping, Transform};
use super::money::{Decimal, Interval};
use super::read::{RawFile, RawRow};
use super::report::Reject;
use super::stake::Stake;
use crate::tables::{Column, ColumnType, Row, Schema, Table, Value};

/// A canonical row whose account is still to be found.
#[derive(Clone, Debug)]
pub(super) struct MappedRow {
    pub(super) row: Row,
    /// What the source says about its account, in the order to be tried.
    pub(super) links: Vec<(LinkBy, String)>,
}

/// The rows one table mapping made of one file.
#[derive(Clone, Debug)]
pub(super) struct MappedTable<'a> {
    pub(super) mapping: &'a TableMapping,
    pub(super) table: &'a Table,
    pub(super) rows: Vec<MappedRow>,
}

/// What a row or a file could not give.
pub(super) type Fault = (String, String);

/// What applying needs to know beside the mapping.
pub(super) struct Setting<'a> {
    pub(super) schema: &'a Schema,
    pub(super) currency: &'a str,
    /// Name of the mapping.
    pub(super) system: &'a str,
    /// Path relative to the workspace.
    pub(super) file: Arc<str>,
    /// Order of slashed dates, if csm.toml says.
    pub(super) dates: Option<&'a str>,
}

/// Maps every row; what can't be mapped is told in `rejects`.
pub(super) fn apply<'a>(
    mapping: &'a FileMapping,
    raw: &RawFile,
    set: &Setting<'a>,
    rejects: &mut Vec<Reject>,
) -> Vec<MappedTable<'a>> {
    let index = HeaderIndex::new(&raw.headers);
    let mut made = Vec::new();
    for table_mapping in &mapping.tables {
        let Some(table) = set.schema.table(&table_mapping.name) else { continue };
        let reject = |line, (problem, remedy): Fault, stake: Stake| Reject {
            file: set.file.to_string(),
            line,
            table: Some(table.name.clone()),
            problem,
            remedy,
            stake: Stake { system: set.system.to_owned(), ..stake },
        };
        let sheet = Sheet { raw, index: &index, set, order: set.dates.or(mapping.dates.as_deref()) };
        let plan = match sheet.plan(table_mapping, table) {
            Ok(plan) => plan,
            Err(fault) => {
                let stake = Stake { rows: Some(raw.rows.len() as u64), ..Stake::default() };
                rejects.push(reject(1, fault, stake));
                continue;
            }
        };
        let mut rows = Vec::new();
        for record in &raw.rows {
            if !sheet.wanted(table_mapping, record) {
                continue;
            }
            match sheet.row(&plan, table_mapping, table, record) {
                Ok(row) => rows.push(row),
                Err(fault) => {
                    rejects.push(reject(
                        record.line,
                        fault,
                        sheet.stake(&plan, table_mapping, table, record),
                    ));
                }
            }
        }
        made.push(MappedTable { mapping: table_mapping, table, rows });
    }
    made
}

/// Where one column's value comes from in this very file.
struct ColumnPlan<'a> {
    column: &'a Column,
    mapping: ColumnMapping,
    from: Vec<usize>,
    minor_from: Vec<usize>,
    fallback: Vec<usize>,
    join: Vec<usize>,
    per: Vec<usize>,
    times: Vec<usize>,
    plus_minutes: Vec<usize>,
    /// Date style and zone offset per header place.
    styles: BTreeMap<usize, (DateStyle, i64)>,
}

struct Sheet<'s, 'a> {
    raw: &'s RawFile,
    index: &'s HeaderIndex,
    set: &'s Setting<'a>,
    order: Option<&'s str>,
}

impl Sheet<'_, '_> {
    fn plan<'t>(&self, mapping: &TableMapping, table: &'t Table) -> Result<Vec<ColumnPlan<'t>>, Fault> {
        let mut plans = Vec::new();
        for column in &table.columns {
            let spec = match mapping.columns.get(&column.name) {
                Some(spec) => spec.clone(),
                None if mapping.same_names && column.kind == ColumnType::Money => {
                    ColumnMapping { minor_from: vec![column.name.clone()], ..ColumnMapping::default() }
                }
                None if mapping.same_names => {
                    ColumnMapping { from: vec![column.name.clone()], ..ColumnMapping::default() }
                }
                None => ColumnMapping::default(),
            };
            let mut plan = ColumnPlan {
                column,
                from: self.index.all(&spec.from),
                minor_from: self.index.all(&spec.minor_from),
                fallback: self.index.all(&spec.fallback),
                join: self.index.all(&spec.join),
                per: self.index.all(&spec.per),
                times: self.index.all(&spec.times),
                plus_minutes: self.index.all(&spec.plus_minutes),
                styles: BTreeMap::new(),
                mapping: spec,
            };
            let none = plan.from.is_empty() && plan.minor_from.is_empty() && plan.join.is_empty();
            let linked = column.name == "account_id" && !mapping.account.is_empty();
            if column.required && none && plan.mapping.value.is_none() && !linked {
                let names = [&plan.mapping.from[..], &plan.mapping.minor_from, &plan.mapping.join].concat();
                return Err((
                    format!("no column for `{}`, which `{}` needs", column.name, table.name),
                    format!(
                        "add a column `{}`, or map another one to it in knowledge/sources",
                        names.join("` or `")
                    ),
                ));
            }
            if matches!(column.kind, ColumnType::Date | ColumnType::Timestamp) {
                for at in plan.from.iter().chain(&plan.fallback) {
                    let cells = self.raw.rows.iter().filter_map(|it| filled(it, *at));
                    let style = DateStyle::of(cells, plan.mapping.format.as_deref(), self.order);
                    let zone = self.raw.headers.get(*at).and_then(|it| it.zone.as_deref());
                    plan.styles.insert(*at, (style, zone.and_then(offset_minutes).unwrap_or(0)));
                }
            }
            plans.push(plan);
        }
        Ok(plans)
    }

    fn wanted(&self, mapping: &TableMapping, record: &RawRow) -> bool {
        !mapping.skip_if.iter().any(|it| self.holds(it, record))
            && (mapping.only_if.is_empty() || mapping.only_if.iter().any(|it| self.holds(it, record)))
    }

    fn holds(&self, condition: &Condition, record: &RawRow) -> bool {
        let text = first(record, &self.index.all(&condition.from));
        let is = |words: &[String]| text.is_some_and(|it| words.iter().any(|w| w.eq_ignore_ascii_case(it)));
        let earlier = || match (text, first(record, &self.index.all(&condition.before))) {
            (Some(a), Some(b)) => a < b,
            _ => false,
        };
        is(&condition.is) || condition.filled == Some(text.is_some()) || earlier()
    }

    fn row(
        &self,
        plan: &[ColumnPlan<'_>],
        mapping: &TableMapping,
        table: &Table,
        record: &RawRow,
    ) -> Result<MappedRow, Fault> {
        let mut values = vec![Value::Null; table.columns.len()];
        // Money needs the row's currency, so it comes last.
        let money = |it: &&(usize, &ColumnPlan<'_>)| it.1.column.kind == ColumnType::Money;
        let order: Vec<(usize, &ColumnPlan<'_>)> = plan.iter().enumerate().collect();
        for (at, column) in order.iter().filter(|it| !money(it)).chain(order.iter().filter(money)) {
            let currency = table.position("currency").and_then(|it| values[it].as_text().map(str::to_owned));
            let value = self
                .value(column, record, currency.as_deref())
                .map_err(|(problem, remedy)| (format!("`{}`: {problem}", column.column.name), remedy))?;
            values[*at] = value;
        }
        check::complete(table, &mut values);
        let linked = !mapping.account.is_empty();
        for (column, value) in table.columns.iter().zip(&values) {
            if column.required && value.is_null() && !(linked && column.name == "account_id") {
                return Err((
                    format!("`{}` is empty, and `{}` needs it", column.name, table.name),
                    format!("fill it in ({})", column.doc),
                ));
            }
        }
        check::accept(table, &values)?;
        let links = self.links(mapping, table, record, &values);
        let row = Row { values, file: self.set.file.clone(), line: record.line };
        Ok(MappedRow { row, links })
    }

    /// What the record says about its account, in the order to be tried.
    fn links(
        &self,
        mapping: &TableMapping,
        table: &Table,
        record: &RawRow,
        values: &[Value],
    ) -> Vec<(LinkBy, String)> {
        let mut links: Vec<(LinkBy, String)> = Vec::new();
        for link in &mapping.account {
            if let Some(text) = first(record, &self.index.all(&link.from)) {
                links.push((link.by, text.to_owned()));
            }
        }
        if mapping.account.is_empty()
            && table.name != "accounts"
            && let Some(id) = table.position("account_id").and_then(|it| values[it].as_text())
        {
            links.push((LinkBy::Id, id.to_owned()));
        }
        links
    }

    /// Account and amount of a record that gives no row, as far as they can be read by themselves.
    fn stake(
        &self,
        plan: &[ColumnPlan<'_>],
        mapping: &TableMapping,
        table: &Table,
        record: &RawRow,
    ) -> Stake {
        let read = |column: &ColumnPlan<'_>, currency: Option<&str>| {
            self.value(column, record, currency).unwrap_or(Value::Null)
        };
        let mut values: Vec<Value> = plan
            .iter()
            .map(|it| if it.column.kind == ColumnType::Money { Value::Null } else { read(it, None) })
            .collect();
        let at = table.position("currency");
        let currency = at.and_then(|it| values[it].as_text().map(str::to_owned));
        for (column, value) in plan.iter().zip(&mut values) {
            if column.column.kind == ColumnType::Money {
                *value = read(column, currency.as_deref());
            }
        }
        Stake { links: self.links(mapping, table, record, &values), ..Stake::default() }
            .with_money(table, &values)
    }

    fn value(&self, plan: &ColumnPlan<'_>, record: &RawRow, currency: Option<&str>) -> Result<Value, Fault> {
        let spec = &plan.mapping;
        if spec.null_if.iter().any(|it| self.holds(it, record)) {
            return Ok(Value::Null);
        }
        if let Some(text) = first(record, &plan.minor_from) {
            return decimal(text)?.whole().map(Value::Int).ok_or_else(|| {
                (
                    format!("`{text}` is not a whole number of minor units"),
                    "write cents, not units".to_owned(),
                )
            });
        }
        let mut found = place(record, &plan.from);
        if found.is_none() && spec.fallback_if.iter().any(|it| self.holds(it, record)) {
            found = place(record, &plan.fallback);
        }
        let joined;
        let text: Option<&str> = if plan.join.is_empty() {
            found.map(|it| it.1)
        } else {
            joined = plan.join.iter().filter_map(|at| filled(record, *at)).collect::<Vec<_>>().join(" ");
            Some(joined.as_str()).filter(|it| !it.is_empty())
        };
        let text = match text {
            Some(text) => reshape(spec, text)?,
            None => match spec.value.as_deref() {
                Some("@currency") => self.set.currency.to_owned(),
                Some("@row") => format!("{}:{}", self.set.file, record.line),
                Some(value) => value.to_owned(),
                None => return Ok(Value::Null),
            },
        };
        if text.is_empty() {
            return Ok(Value::Null);
        }
        match plan.column.kind {
            ColumnType::Text if plan.column.name == "currency" => known_currency(&text).map(Value::Text),
            ColumnType::Text => Ok(Value::Text(format!("{}{text}", spec.prefix))),
            ColumnType::Int => decimal(&text)?.whole().map(Value::Int).ok_or_else(|| {
                (format!("`{text}` is not a whole number"), "write it without decimals".to_owned())
            }),
            ColumnType::Float => text
                .parse()
                .ok()
                .filter(|it: &f64| it.is_finite())
                .map(Value::Float)
                .ok_or_else(|| (format!("`{text}` is not a number"), "write it as `12.5`".to_owned())),
            ColumnType::Bool => boolean(&text),
            ColumnType::Money => self.money(plan, record, &text, currency),
            ColumnType::Date => {
                let at = self.instant(plan, found.map(|it| it.0), record, &text)?;
                Ok(at.map_or(Value::Null, |it| Value::Date(it.date())))
            }
            ColumnType::Timestamp => {
                let at = self.instant(plan, found.map(|it| it.0), record, &text)?;
                Ok(at.map_or(Value::Null, Value::Timestamp))
            }
        }
    }

    fn instant(
        &self,
        plan: &ColumnPlan<'_>,
        at: Option<usize>,
        record: &RawRow,
        text: &str,
    ) -> Result<Option<NaiveDateTime>, Fault> {
        let (style, offset) = at.and_then(|it| plan.styles.get(&it)).cloned().unwrap_or((DateStyle::Iso, 0));
        let mut minutes = -offset;
        if !plan.mapping.plus_minutes.is_empty() {
            let Some(more) = first(record, &plan.plus_minutes) else { return Ok(None) };
            minutes += decimal(more)?.scaled(Decimal::ONE, 1, 1, 0).unwrap_or(0);
        }
        let read = style.read(text)?;
        let days = TimeDelta::try_days(plan.mapping.plus_days).unwrap_or_default();
        let moved = TimeDelta::try_minutes(minutes).and_then(|it| read.checked_add_signed(it));
        let moved = moved.and_then(|it| it.checked_add_signed(days));
        moved.map(Some).ok_or_else(|| (format!("`{text}` is out of range"), "correct the date".to_owned()))
    }

    fn money(
        &self,
        plan: &ColumnPlan<'_>,
        record: &RawRow,
        text: &str,
        currency: Option<&str>,
    ) -> Result<Value, Fault> {
        let digits = currency.and_then(currency_digits).ok_or_else(|| {
            (
                "the amount has no currency".to_owned(),
                "add a column `currency` with ISO 4217 codes".to_owned(),
            )
        })?;
        let (num, den) = match first(record, &plan.per) {
            Some(per) => Interval::parse(per)
                .ok_or_else(|| {
                    let hint = "write month, quarter, year or week, with a number in front if need be";
                    (format!("`{per}` is not a billing interval"), hint.to_owned())
                })?
                .monthly(),
            None => (1, 1),
        };
        let times = first(record, &plan.times).map_or(Ok(Decimal::ONE), decimal)?;
        decimal(text)?
            .scaled(times, num, den, digits)
            .map(Value::Int)
            .ok_or_else(|| (format!("`{text}` is too large an amount"), "correct the amount".to_owned()))
    }
}

/// Transform, then map words.
fn reshape(spec: &ColumnMapping, text: &str) -> Result<String, Fault> {
    let text = match spec.transform {
        None => text.to_owned(),
        Some(Transform::Lower) => text.to_lowercase(),
        Some(Transform::Upper) => text.to_uppercase(),
        Some(Transform::EmailDomain) => email_domain(text).unwrap_or_default(),
        Some(Transform::Domain) => host_domain(text).unwrap_or_default(),
        Some(Transform::FirstOfList) => text.split([';', ',']).next().unwrap_or_default().trim().to_owned(),
        Some(Transform::Interval) => {
            Interval::parse(text).map_or_else(|| text.to_lowercase(), Interval::word)
        }
        Some(Transform::DurationMinutes) => {
            let parts: Vec<i64> = text.split(':').filter_map(|it| it.trim().parse().ok()).collect();
            match parts.as_slice() {
                [h, m, s] if (0..60).contains(m) && (0..60).contains(s) && (0..1_000_000).contains(h) => {
                    (h * 60 + m + i64::from(*s >= 30)).to_string()
                }
                _ => return Err((format!("`{text}` is not a duration"), "write it as HH:mm:ss".to_owned())),
            }
        }
        Some(Transform::HoursMinutes) => {
            decimal(text)?.scaled(Decimal::ONE, 60, 1, 0).map(|it| it.to_string()).unwrap_or_default()
        }
        Some(Transform::SharePercent) => {
            // Millionths of a percent: exact, then written with its point.
            let millionths = decimal(text)?.scaled(Decimal::ONE, 100, 1, 6).unwrap_or_default();
            let sign = if millionths < 0 { "-" } else { "" };
            let all = millionths.unsigned_abs();
            format!("{sign}{}.{:06}", all / 1_000_000, all % 1_000_000)
        }
    };
    if spec.map.is_empty() {
        return Ok(text);
    }
    Ok(match (spec.map.get(&text.to_lowercase()), &spec.other) {
        (Some(word), _) => word.clone(),
        (None, Some(other)) => other.clone(),
        (None, None) => text,
    })
}

fn decimal(text: &str) -> Result<Decimal, Fault> {
    Decimal::parse(text).ok_or_else(|| {
        (
            format!("`{text}` is not a number"),
            "write it as `1234.50`, with a point and no other signs".to_owned(),
        )
    })
}

fn boolean(text: &str) -> Result<Value, Fault> {
    match text.to_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" => Ok(Value::Bool(true)),
        "false" | "f" | "no" | "n" | "0" => Ok(Value::Bool(false)),
        _ => Err((format!("`{text}` is neither true nor false"), "write true or false".to_owned())),
    }
}

fn known_currency(text: &str) -> Result<String, Fault> {
    let code = text.to_uppercase();
    match currency_digits(&code) {
        Some(_) => Ok(code),
        None => Err((
            format!("`{text}` is not a currency"),
            "use the three letters of ISO 4217: USD, EUR, JPY".to_owned(),
        )),
    }
}

/// The cell, trimmed, if it holds something.
fn filled(record: &RawRow, at: usize) -> Option<&str> {
    let text = record.cells.get(at)?.trim();
    (!text.is_empty() && !["null", "\\n"].contains(&text.to_lowercase().as_str())).then_some(text)
}

fn place<'r>(record: &'r RawRow, places: &[usize]) -> Option<(usize, &'r str)> {
    places.iter().find_map(|at| filled(record, *at).map(|text| (*at, text)))
}

fn first<'r>(record: &'r RawRow, places: &[usize]) -> Option<&'r str> {
    place(record, places).map(|it| it.1)
}
