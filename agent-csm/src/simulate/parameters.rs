//! What the person who simulates may choose.

use chrono::NaiveDate;

use super::calendar::{add_days, sub_months};

/// What to simulate. None of these names a figure that should come out.
#[derive(Clone, Debug, PartialEq, clap::Args)]
pub struct Parameters {
    /// Companies that ever signed up: customers, former customers, trials, prospects and our own test accounts together
    #[arg(long, default_value_t = 85, value_parser = clap::value_parser!(u64).range(1..))]
    pub accounts: u64,
    /// Seed of the random numbers; the same seed and options give the same bytes
    #[arg(long, default_value_t = 2026)]
    pub seed: u64,
    /// Months of history before the as-of date
    #[arg(long, default_value_t = 36, value_parser = clap::value_parser!(u32).range(1..=240))]
    pub months: u32,
    /// Days of product usage that are kept, in full detail, up to the as-of date
    #[arg(long, default_value_t = 400)]
    pub usage_days: u32,
    /// Last day of the simulated history
    #[arg(long, value_name = "DATE", default_value = "2026-09-30")]
    pub as_of: NaiveDate,
    /// Write what this very company would have exported on this day: the same accounts, people and events, as far as
    /// they were known then, with usage since the first day of the history [default: the as-of date]
    #[arg(long, value_name = "DATE")]
    pub upto: Option<NaiveDate>,
    /// Name of the company whose customers these are
    #[arg(long, default_value = "Lumen Analytics")]
    pub company: String,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            accounts: 85,
            seed: 2026,
            months: 36,
            usage_days: 400,
            as_of: NaiveDate::from_ymd_opt(2026, 9, 30).unwrap_or(NaiveDate::MIN),
            upto: None,
            company: "Lumen Analytics".to_owned(),
        }
    }
}

impl Parameters {
    /// The first day of the simulated history.
    pub(super) fn from(&self) -> NaiveDate {
        sub_months(add_days(self.as_of, 1), self.months)
    }

    /// The day the files are written as of.
    pub(super) fn day(&self) -> NaiveDate {
        self.upto.unwrap_or(self.as_of)
    }
}
