//! Dates as exports write them: one order per column, found from the whole column, never guessed per row.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// How the dates of one column are written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum DateStyle {
    /// `2024-03-05`, with or without a time.
    Iso,
    /// `05/03/2024`, day first.
    DayFirst(char),
    /// `03/05/2024`, month first.
    MonthFirst(char),
    /// `05/03/2024`, and nothing in the column says which is which.
    Ambiguous(char),
    /// `March 5, 2024`.
    Words,
    /// Seconds since 1970.
    Epoch,
    /// Declared in chrono's letters.
    Declared(String),
}

impl DateStyle {
    /// The style of a column: declared, else what most of its values show.
    pub(super) fn of<'a>(
        values: impl Iterator<Item = &'a str>,
        declared: Option<&str>,
        order: Option<&str>,
    ) -> Self {
        if let Some(format) = declared {
            return Self::Declared(format.to_owned());
        }
        let mut shapes: BTreeMap<Self, usize> = BTreeMap::new();
        let (mut day_first, mut month_first) = (false, false);
        for text in values {
            let Some(shape) = shape(text) else { continue };
            if let (Self::Ambiguous(mark), Some((first, second))) = (&shape, leading_pair(text)) {
                day_first |= first > 12 && second <= 12 && *mark != '.';
                month_first |= second > 12 && first <= 12;
            }
            *shapes.entry(shape).or_default() += 1;
        }
        let most = shapes.values().max().copied().unwrap_or(0);
        let found = shapes.into_iter().find(|(_, n)| *n == most).map_or(Self::Iso, |(shape, _)| shape);
        match found {
            Self::Ambiguous(mark) => match (order, day_first, month_first) {
                (Some("DMY"), ..) => Self::DayFirst(mark),
                (Some("MDY"), ..) => Self::MonthFirst(mark),
                (_, true, false) => Self::DayFirst(mark),
                (_, false, true) => Self::MonthFirst(mark),
                // Nobody writes 3.5.2024 for the fifth of March.
                _ if mark == '.' => Self::DayFirst(mark),
                _ => Self::Ambiguous(mark),
            },
            other => other,
        }
    }

    /// Reads one value; a date without a time is its midnight. Offsets are taken off, so that the result is UTC.
    pub(super) fn read(&self, text: &str) -> Result<NaiveDateTime, (String, String)> {
        let read = match self {
            Self::Iso => iso(text),
            Self::DayFirst(mark) => numbers(text, *mark).and_then(|(d, m, rest)| day_and_time(d, m, rest)),
            Self::MonthFirst(mark) => numbers(text, *mark).and_then(|(m, d, rest)| day_and_time(d, m, rest)),
            Self::Ambiguous(_) => None,
            Self::Words => words(text),
            Self::Epoch => {
                text.parse().ok().and_then(|it| DateTime::from_timestamp(it, 0)).map(|it| it.naive_utc())
            }
            Self::Declared(format) => NaiveDateTime::parse_from_str(text, format)
                .ok()
                .or_else(|| NaiveDate::parse_from_str(text, format).ok().map(|it| it.into())),
        };
        read.filter(|it| (1900..=2200).contains(&chrono::Datelike::year(it))).ok_or_else(|| self.refuse(text))
    }

    fn refuse(&self, text: &str) -> (String, String) {
        if matches!(self, Self::Ambiguous(_)) {
            return (
                format!(
                    "`{text}` can be read day first or month first, and so can every other date of the column"
                ),
                "say which in csm.toml: `dates = \"DMY\"` or `dates = \"MDY\"` under the file's `[[source]]`"
                    .to_owned(),
            );
        }
        let hint = match numbers(text, '/').or_else(|| numbers(text, '-')) {
            Some((a, b, rest)) => {
                let year = rest.get(..4).unwrap_or("yyyy");
                format!("write `{year}-{b:02}-{a:02}` or `{year}-{a:02}-{b:02}`, whichever is meant")
            }
            None => "write the date like the others of its column".to_owned(),
        };
        (format!("`{text}` is not a date written as {}, like most of its column", self.pattern()), hint)
    }

    fn pattern(&self) -> String {
        match self {
            Self::Iso => "YYYY-MM-DD".to_owned(),
            Self::DayFirst(mark) => format!("DD{mark}MM{mark}YYYY"),
            Self::MonthFirst(mark) => format!("MM{mark}DD{mark}YYYY"),
            Self::Ambiguous(mark) => format!("??{mark}??{mark}YYYY"),
            Self::Words => "Month D, YYYY".to_owned(),
            Self::Epoch => "seconds since 1970".to_owned(),
            Self::Declared(format) => format!("`{format}`"),
        }
    }
}

/// What a value looks like; `Ambiguous` for all-number dates that do not start with the year.
fn shape(text: &str) -> Option<DateStyle> {
    if iso(text).is_some() {
        return Some(DateStyle::Iso);
    }
    for mark in ['/', '.', '-'] {
        if numbers(text, mark).is_some() {
            return Some(DateStyle::Ambiguous(mark));
        }
    }
    if words(text).is_some() {
        return Some(DateStyle::Words);
    }
    ((9..=10).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit())).then_some(DateStyle::Epoch)
}

fn leading_pair(text: &str) -> Option<(u32, u32)> {
    ['/', '.', '-'].into_iter().find_map(|mark| numbers(text, mark)).map(|(a, b, _)| (a, b))
}

/// `a`, `b` and the rest of `a/b/rest`, where the rest starts with a year of four digits.
fn numbers(text: &str, mark: char) -> Option<(u32, u32, &str)> {
    let mut parts = text.splitn(3, mark);
    let (a, b, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let short = |it: &str| (1..=2).contains(&it.len()) && it.bytes().all(|b| b.is_ascii_digit());
    let year = rest.get(..4)?;
    (short(a) && short(b) && year.bytes().all(|it| it.is_ascii_digit())).then_some((
        a.parse().ok()?,
        b.parse().ok()?,
        rest,
    ))
}

fn day_and_time(day: u32, month: u32, rest: &str) -> Option<NaiveDateTime> {
    let date = NaiveDate::from_ymd_opt(rest.get(..4)?.parse().ok()?, month, day)?;
    with_time(date, rest.get(4..)?)
}

fn iso(text: &str) -> Option<NaiveDateTime> {
    let date = text.get(..10)?;
    let marks = date.as_bytes();
    let mark = *marks.get(4)?;
    if !(mark == b'-' || mark == b'/') || marks[7] != mark {
        return None;
    }
    let number = |it: &str| it.bytes().all(|b| b.is_ascii_digit()).then(|| it.parse::<u32>().ok()).flatten();
    let year = number(date.get(..4)?).and_then(|it| i32::try_from(it).ok())?;
    let day = NaiveDate::from_ymd_opt(year, number(date.get(5..7)?)?, number(date.get(8..10)?)?)?;
    with_time(day, text.get(10..)?)
}

/// Adds ` H:MM[:SS[.fff]][ AM][Z|+HH:MM]`.
fn with_time(day: NaiveDate, rest: &str) -> Option<NaiveDateTime> {
    let rest = rest.strip_prefix('T').unwrap_or(rest).trim();
    if rest.is_empty() {
        return day.and_hms_opt(0, 0, 0);
    }
    let rest = rest.strip_suffix("UTC").unwrap_or(rest).trim_end();
    let (clock, offset) = match rest.strip_suffix(['Z', 'z']) {
        Some(clock) => (clock, 0),
        None => match rest.rfind(['+', '-']) {
            Some(at) => (rest.get(..at)?, offset(rest.get(at..)?)?),
            None => (rest, 0),
        },
    };
    let clock = clock.trim();
    let time = ["%H:%M:%S%.f", "%H:%M", "%I:%M:%S %p", "%I:%M %p"]
        .iter()
        .find_map(|format| NaiveTime::parse_from_str(clock, format).ok())?;
    day.and_time(time).checked_sub_signed(TimeDelta::try_minutes(offset)?)
}

/// Minutes of `+02:00`, `-0500` or `+02`.
fn offset(text: &str) -> Option<i64> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text.get(1..)?.chars().filter(|it| *it != ':').collect();
    if !digits.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let hours: i64 = digits.get(..2)?.parse().ok()?;
    let minutes: i64 = digits.get(2..4).map_or(Some(0), |it| it.parse().ok())?;
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

fn words(text: &str) -> Option<NaiveDateTime> {
    ["%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%d-%b-%Y"]
        .iter()
        .find_map(|format| NaiveDate::parse_from_str(text, format).ok())
        .map(Into::into)
}
