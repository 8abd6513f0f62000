//! Days, months and working hours.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Weekday};

use super::behaviour::{OFFICE_CLOSES, OFFICE_OPENS};

/// `date` plus `count` calendar months, the day clamped to the month's last.
pub(super) fn add_months(date: NaiveDate, count: u32) -> NaiveDate {
    date.checked_add_months(Months::new(count)).unwrap_or(NaiveDate::MAX)
}

/// `date` less `count` calendar months, the day clamped to the month's last.
pub(super) fn sub_months(date: NaiveDate, count: u32) -> NaiveDate {
    date.checked_sub_months(Months::new(count)).unwrap_or(NaiveDate::MIN)
}

/// `date` plus `count` days; negative counts go back.
pub(super) fn add_days(date: NaiveDate, count: i64) -> NaiveDate {
    let days = Days::new(count.unsigned_abs());
    if count < 0 {
        date.checked_sub_days(days).unwrap_or(NaiveDate::MIN)
    } else {
        date.checked_add_days(days).unwrap_or(NaiveDate::MAX)
    }
}

/// Days from `from` to `to`.
pub(super) fn days_between(from: NaiveDate, to: NaiveDate) -> i64 {
    to.signed_duration_since(from).num_days()
}

/// The first day of the date's month.
pub(super) fn month_start(date: NaiveDate) -> NaiveDate {
    date.with_day(1).unwrap_or(date)
}

/// The Monday on or before the date.
pub(super) fn monday(date: NaiveDate) -> NaiveDate {
    add_days(date, -i64::from(date.weekday().num_days_from_monday()))
}

/// The date itself, or the Monday after a weekend.
pub(super) fn working_day(date: NaiveDate) -> NaiveDate {
    match date.weekday() {
        Weekday::Sat => add_days(date, 2),
        Weekday::Sun => add_days(date, 1),
        _ => date,
    }
}

/// A day and a minute of it.
pub(super) fn at_minute(date: NaiveDate, minute: i64) -> NaiveDateTime {
    date.and_time(chrono::NaiveTime::MIN) + TimeDelta::minutes(minute)
}

/// The moment `minutes` of office time after `from`: weekdays, [`OFFICE_OPENS`] to [`OFFICE_CLOSES`], UTC.
pub(super) fn after_office_minutes(from: NaiveDateTime, minutes: i64) -> NaiveDateTime {
    let mut day = working_day(from.date());
    let mut minute = if day == from.date() {
        (i64::from(from.hour()) * 60 + i64::from(from.minute())).max(OFFICE_OPENS)
    } else {
        OFFICE_OPENS
    };
    let mut left = minutes;
    loop {
        let room = (OFFICE_CLOSES - minute).max(0);
        if left < room {
            return at_minute(day, minute + left);
        }
        left -= room;
        day = working_day(add_days(day, 1));
        minute = OFFICE_OPENS;
    }
}

/// A timestamp as it is written to files.
pub(super) fn stamp(at: NaiveDateTime) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn office_time_skips_nights_and_weekends() {
        let date = |d| NaiveDate::from_ymd_opt(2026, 9, d).unwrap();
        // Friday 25 September 17:30, one hour of work: Monday 08:30.
        assert_eq!(
            after_office_minutes(at_minute(date(25), 17 * 60 + 30), 60),
            at_minute(date(28), 8 * 60 + 30)
        );
        // Before opening counts from opening.
        assert_eq!(after_office_minutes(at_minute(date(23), 60), 5), at_minute(date(23), 8 * 60 + 5));
    }
}
