use uuid::Uuid;

/// Tells the time. Injected, so that a session run again writes the same bytes.
pub trait Clock: Send + Sync + 'static {
    /// Microseconds since 1970 UTC.
    fn now_micros(&self) -> i64;
}

/// Names sessions. Injected like the clock.
pub trait Ids: Send + Sync + 'static {
    /// An id never returned before; later ids sort after earlier ones.
    fn next(&self) -> String;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now_micros(&self) -> i64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    }
}

/// UUID version 7: time, then chance.
#[derive(Clone, Copy, Debug, Default)]
pub struct UuidIds;

impl Ids for UuidIds {
    fn next(&self) -> String {
        Uuid::now_v7().to_string()
    }
}

/// `micros` since 1970 UTC as RFC 3339 with microseconds: `2026-01-31T09:30:00.000000Z`.
#[must_use]
pub fn rfc3339(micros: i64) -> String {
    let (second, micro) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    let (day, of_day) = (second.div_euclid(86_400), second.rem_euclid(86_400));
    let (year, month, day) = civil(day);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micro:06}Z")
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar.
///
/// Years are counted from March, so that the leap day is the last of its year,
/// and in eras of 400 years, which all have 146,097 days.
fn civil(day: i64) -> (i64, i64, i64) {
    let from_march_of_year_0 = day + 719_468;
    let era = from_march_of_year_0.div_euclid(146_097);
    let in_era = from_march_of_year_0.rem_euclid(146_097);
    let year_in_era = (in_era - in_era / 1_460 + in_era / 36_524 - in_era / 146_096) / 365;
    let in_year = in_era - (365 * year_in_era + year_in_era / 4 - year_in_era / 100);
    let month_from_march = (5 * in_year + 2) / 153;
    let day = in_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_in_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::rfc3339;

    #[test]
    fn times_are_written_as_the_calendar_has_them() {
        // Expected values from `date -u -d @<seconds>`.
        let rows = [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_827_696_000_001, "2000-02-29T12:34:56.000001Z"),
            (1_709_164_800_000_000, "2024-02-29T00:00:00.000000Z"),
            (1_735_689_599_999_999, "2024-12-31T23:59:59.999999Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
        ];
        for (micros, expected) in rows {
            assert_eq!(rfc3339(micros), expected);
        }
    }
}
