//! The parsed form of a knowledge SQL file.

use chrono::{Days, Months, NaiveDate};
use protocol::{Target, Unit};

use super::populations::Population;

/// Which folder a SQL file belongs to. Closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MeasureKind {
    /// `metrics/`: a figure.
    Metric,
    /// `signals/`: a reading per account.
    Signal,
    /// `derived/`: a table.
    Derived,
    /// `checks/`: an invariant; its rows are what breaks it.
    Check,
}

impl MeasureKind {
    /// The key that names the measure in its head.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Metric => "metric",
            Self::Signal => "signal",
            Self::Derived => "derived",
            Self::Check => "check",
        }
    }

    /// The folder its files lie in.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::Metric => "metrics",
            Self::Signal => "signals",
            Self::Derived => "derived",
            Self::Check => "checks",
        }
    }
}

/// What a signal speaks of. Closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SignalKind {
    /// Revenue may be lost.
    Risk,
    /// Revenue may be gained.
    Growth,
    /// Bought and not used.
    Adoption,
    /// Worth knowing, neither good nor bad.
    Context,
}

impl SignalKind {
    /// The word used in heads, tables and messages.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Risk => "risk",
            Self::Growth => "growth",
            Self::Adoption => "adoption",
            Self::Context => "context",
        }
    }
}

/// A named aggregate over a signal's rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Let {
    /// Name by which `score`, `fires` and `text` refer to it.
    pub name: String,
    /// SQL aggregate.
    pub expr: String,
}

/// What a signal's head says beyond a metric's.
#[derive(Clone, Debug, PartialEq)]
pub struct SignalHead {
    /// Risk, growth, adoption or context.
    pub kind: SignalKind,
    /// Health dimension: usage, adoption, support, engagement, payment, contract, stakeholder, sentiment.
    pub dimension: String,
    /// Further aggregates.
    pub lets: Vec<Let>,
    /// Health component 0..100 over `value`, `n` and the lets; absent when the signal is no component.
    pub score: Option<String>,
    /// SQL boolean over `value`, `n` and the lets; absent when the signal never fires.
    pub fires: Option<String>,
    /// 1 (worth knowing) to 3 (act now).
    pub severity: u8,
    /// Plain sentence with `{value}`, `{n}` and `{let}` holes.
    pub text: String,
}

/// How far a measure looks back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowSpec {
    /// That many calendar months.
    Months(u32),
    /// That many days.
    Days(u32),
}

impl WindowSpec {
    /// `[start, end)` of the window that ends with the end of day `as_of`; absent out of the calendar.
    #[must_use]
    pub fn range(&self, as_of: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
        let back = match self {
            Self::Months(count) => as_of.checked_sub_months(Months::new(*count))?,
            Self::Days(count) => as_of.checked_sub_days(Days::new(u64::from(*count)))?,
        };
        Some((back.succ_opt()?, as_of.succ_opt()?))
    }

    /// The window in words: `12 months`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Months(count) => format!("{count} months"),
            Self::Days(count) => format!("{count} days"),
        }
    }
}

/// The range a business can reach; outside, a figure is flagged.
#[derive(Clone, Debug, PartialEq)]
pub struct Plausible {
    /// Bounds that must all hold.
    pub bounds: Vec<Target>,
}

/// The target must hold in every group, not only over all rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Each {
    /// Column of the body that names the group.
    pub column: String,
}

/// One knowledge SQL file: what its head says, and its query.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Metric, signal, derived table or check.
    pub kind: MeasureKind,
    /// Name; the file's stem.
    pub name: String,
    /// Name people use.
    pub title: String,
    /// The definition in plain words.
    pub says: String,
    /// SQL aggregate over the body's rows; empty for derived tables.
    pub value: String,
    /// SQL aggregate that counts what the value is over.
    pub n: String,
    /// What the value counts.
    pub unit: Unit,
    /// How far it looks back; absent for a state on the as-of date.
    pub window: Option<WindowSpec>,
    /// Fewer than this: unknown.
    pub min_n: u64,
    /// The target in the head; `csm.toml` may override it.
    pub target: Option<Target>,
    /// Group in each of which the target must hold.
    pub each: Option<Each>,
    /// Outside: flagged implausible.
    pub plausible: Option<Plausible>,
    /// Tables it reads: canonical ones must have rows, derived ones are made first.
    pub needs: Vec<String>,
    /// `table.column` of which at least one value must be known.
    pub needs_column: Vec<(String, String)>,
    /// Tables of which every version of a row must be there, not only today's.
    pub needs_history: Vec<String>,
    /// Tables whose money it adds up or compares: unknown while one of their currencies has no rate.
    pub money: Vec<String>,
    /// Why the value is NULL, when that is all that is known.
    pub unknown: Option<String>,
    /// A plain sum over accounts: its parts by account, owner, segment and tier must add up to it.
    pub additive: bool,
    /// For metrics: whose rows may count; absent where a workspace's own file names none.
    pub population: Option<Population>,
    /// The column of the body that names the account a row belongs to; absent where rows are sums over accounts.
    pub account: Option<String>,
    /// For checks: the metrics that are unknown while it does not hold; `*` is those its rows name, `all` every one.
    pub guards: Vec<String>,
    /// Set for signals.
    pub signal: Option<SignalHead>,
    /// The query.
    pub body: String,
    /// Path relative to `knowledge/`.
    pub file: String,
    /// SHA-256 of the file, hex.
    pub sha256: String,
}
