//! A day of the calendar, counted from 1970-01-01.

use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day(i64);

impl Day {
    /// Reads `2026-09-30`; nothing else.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-').map(|part| part.parse::<i64>().ok());
        let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
        if text.len() != 10 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        // Years begin in March here, so that the leap day is the last of its year.
        let (year_from_march, month_from_march) = (year - i64::from(month <= 2), (month + 9) % 12);
        let before = (153 * month_from_march + 2) / 5 + day - 1;
        let leap_days = year_from_march / 4 - year_from_march / 100 + year_from_march / 400;
        let this = Self(365 * year_from_march + leap_days + before - 719_468);
        // A day that does not exist, such as 2026-02-30, would read back as another one.
        (this.to_string() == text).then_some(this)
    }

    pub(crate) fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// Saturday or Sunday.
    pub(crate) fn is_weekend(self) -> bool {
        // 1970-01-01 was a Thursday.
        matches!((self.0 + 3).rem_euclid(7), 5 | 6)
    }

    pub(crate) fn since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.0 + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}
