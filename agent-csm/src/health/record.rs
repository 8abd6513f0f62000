//! What sessions had on record of each account: the rows that detection, saves and moves are counted from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::assessment::Day;

/// Days for which records are kept, and the newest older one: of a loss of the trailing twelve months, what was known 60
/// days before or earlier.
const DAYS: i64 = 460;
/// Records of sessions closer to each other are thinned out to this many days; the newest two are always kept.
const APART: i64 = 7;

/// Records of accounts by the day of their session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Records {
    /// Days of sessions, oldest first.
    pub days: Vec<Day>,
    /// By account, one per day of [`Records::days`]; absent where the account was not managed that day.
    pub accounts: BTreeMap<String, Vec<Option<Record>>>,
}

/// One account on one day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Kept", into = "Kept")]
pub struct Record {
    /// Health score; absent when unscored.
    pub score: Option<i64>,
    /// Health band.
    pub band: Option<String>,
    /// Whether it was on the list of accounts at risk; absent where a session did not keep it.
    pub at_risk: Option<bool>,
    /// Its place on that list.
    pub rank: Option<i64>,
}

/// As it is written: there are many, so no member is named.
type Kept = (Option<i64>, Option<String>, Option<bool>, Option<i64>);

impl From<Kept> for Record {
    fn from((score, band, at_risk, rank): Kept) -> Self {
        Self { score, band, at_risk, rank }
    }
}

impl From<Record> for Kept {
    fn from(Record { score, band, at_risk, rank }: Record) -> Self {
        (score, band, at_risk, rank)
    }
}

impl Records {
    /// Whether no session had anything on record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// Those of days before `day`.
    #[must_use]
    pub fn before(&self, day: Day) -> Self {
        self.only(|at| self.days[at] < day)
    }

    /// The same with those of one more day, which is after all others; what is too old or too dense is left out.
    #[must_use]
    pub fn with(&self, day: Day, today: BTreeMap<String, Record>) -> Self {
        let mut all = self.before(day);
        let places = all.days.len();
        for (account, record) in today {
            let of = all.accounts.entry(account).or_default();
            of.resize(places, None);
            of.push(Some(record));
        }
        all.days.push(day);
        for of in all.accounts.values_mut() {
            of.resize(places + 1, None);
        }
        let wanted = all.wanted(day);
        all.only(|at| wanted[at])
    }

    /// Every record with its account and day, by account and day.
    pub fn rows(&self) -> impl Iterator<Item = (&str, Day, &Record)> {
        self.accounts.iter().flat_map(move |(account, of)| {
            let dated = self.days.iter().zip(of);
            dated.filter_map(move |(day, record)| Some((account.as_str(), *day, record.as_ref()?)))
        })
    }

    /// Which days are kept on `day`.
    fn wanted(&self, day: Day) -> Vec<bool> {
        let mut last: Option<Day> = None;
        let newest = self.days.len().saturating_sub(2);
        let oldest = self.days.iter().rposition(|on| on.days_to(day) > DAYS).unwrap_or(0);
        self.days
            .iter()
            .enumerate()
            .map(|(at, on)| {
                let apart = last.is_none_or(|last| last.days_to(*on) >= APART);
                let wanted = at >= newest || at == oldest || (apart && at > oldest);
                if wanted {
                    last = Some(*on);
                }
                wanted
            })
            .collect()
    }

    /// Those of the places that are wanted, without accounts of which nothing is left.
    fn only(&self, wanted: impl Fn(usize) -> bool) -> Self {
        let places: Vec<usize> = (0..self.days.len()).filter(|at| wanted(*at)).collect();
        let of = |records: &Vec<Option<Record>>| -> Vec<Option<Record>> {
            places.iter().map(|at| records.get(*at).cloned().flatten()).collect()
        };
        Self {
            days: places.iter().map(|at| self.days[*at]).collect(),
            accounts: self
                .accounts
                .iter()
                .map(|(account, records)| (account.clone(), of(records)))
                .filter(|(_, records)| records.iter().any(Option::is_some))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn with(records: &Records, on: &str, accounts: &[(&str, i64)]) -> Records {
        let today = accounts
            .iter()
            .map(|(id, rank)| ((*id).to_owned(), Record { rank: Some(*rank), ..Record::default() }))
            .collect();
        records.with(day(on), today)
    }

    fn told(records: &Records) -> Vec<(String, String, Option<i64>)> {
        records.rows().map(|(id, on, record)| (id.to_owned(), on.to_string(), record.rank)).collect()
    }

    #[test]
    fn who_has_left_stays_on_record_and_the_same_day_again_counts_once() {
        let first = with(&Records::default(), "2026-06-01", &[("A", 1), ("B", 2)]);
        let second = with(&first, "2026-06-08", &[("A", 3), ("C", 1)]);
        let again = with(&second, "2026-06-08", &[("A", 4)]);
        let row = |id: &str, on: &str, rank| (id.to_owned(), on.to_owned(), Some(rank));
        assert_eq!(
            told(&second),
            [
                row("A", "2026-06-01", 1),
                row("A", "2026-06-08", 3),
                row("B", "2026-06-01", 2),
                row("C", "2026-06-08", 1)
            ]
        );
        assert_eq!(
            told(&again),
            [row("A", "2026-06-01", 1), row("A", "2026-06-08", 4), row("B", "2026-06-01", 2)]
        );
        let text = serde_json::to_string(&again).unwrap();
        assert_eq!(serde_json::from_str::<Records>(&text).unwrap(), again);
    }

    /// Daily sessions of 500 days: one a week, the newest two, and none older than 460 days.
    #[test]
    fn daily_sessions_leave_a_record_a_week_and_nothing_older_than_is_counted() {
        let mut records = Records::default();
        let start = day("2025-01-01");
        for number in 0..500 {
            let on = start.plus(number);
            records = records.with(on, [("A".to_owned(), Record::default())].into());
        }
        let newest = start.plus(499);
        assert_eq!(records.days.last(), Some(&newest));
        assert_eq!(records.days[records.days.len() - 2], start.plus(498));
        // And the newest that is older, which is the last word on what was lost a year ago.
        assert!(records.days[1..].iter().all(|on| on.days_to(newest) <= 460));
        // 460 days hold 65 or 66 weeks.
        assert!((65..=69).contains(&records.days.len()), "{}", records.days.len());
        let gaps = records.days.windows(2).map(|pair| pair[0].days_to(pair[1])).max();
        assert_eq!(gaps, Some(7));
    }
}
