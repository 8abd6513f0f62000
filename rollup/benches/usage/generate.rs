//! Raw events of a product that never existed, the same for the same seed: one Parquet file per month, and one more
//! day by itself.
//!
//! Skewed as usage is: account sizes and people's habits have long tails, few features carry most events, weekends are
//! quiet, accounts come during the first months and some go silent.

use std::error::Error;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, DictionaryArray, Int32Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Int32Type, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

/// 2026-01-01, in days since 1970-01-01.
pub(crate) const FIRST_DAY: i32 = 20_454;
/// Days of the full data; the day after them is the one more.
pub(crate) const DAYS: i32 = 181;
/// Days of the months of the full data.
const MONTHS: [i32; 6] = [31, 28, 31, 30, 31, 30];
const FEATURES: usize = 40;

/// A small generator of numbers (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Evenly between 0 and 1.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn below(&mut self, many: u64) -> u64 {
        self.next() % many
    }

    /// Normal, mean 0, deviation 1 (Box and Muller).
    fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().max(1e-12).ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }
}

struct Person {
    account: i32,
    user: i32,
    /// Chance to use the product on a weekday.
    habit: f64,
    first: i32,
    last: i32,
}

struct Event {
    at: i64,
    account: i32,
    user: i32,
    feature: i32,
    seconds: i32,
    errors: i32,
}

/// Writes about `events` events of `accounts` accounts below `dir`; returns how many there are in the full data and on
/// the one more day.
pub(crate) fn generate(
    dir: &Path,
    accounts: i32,
    events: u64,
    seed: u64,
) -> Result<(u64, u64), Box<dyn Error>> {
    let mut numbers = Numbers(seed);
    let mut people = Vec::new();
    for account in 0..accounts {
        let size = (0.75 + 1.15 * numbers.normal()).exp().clamp(1.0, 2_000.0) as i32;
        let liking = 0.35 + 0.5 * numbers.unit();
        let first = if numbers.unit() < 0.75 { 0 } else { numbers.below(150) as i32 };
        let last = if numbers.unit() < 0.9 { DAYS + 1 } else { first + 20 + numbers.below(160) as i32 };
        for _ in 0..size {
            let late = if numbers.unit() < 0.8 { 0 } else { numbers.below(120) as i32 };
            people.push(Person {
                account,
                user: people.len() as i32,
                habit: liking * numbers.unit().powi(2),
                first: first + late,
                last,
            });
        }
    }
    // What one person does on a day of use, so that the whole comes out at about `events`.
    let weekday = |day: i32| (day + 4 + FIRST_DAY - 1) % 7 >= 2;
    let share = |day: i32| if weekday(day) { 1.0 } else { 0.2 };
    let there = |it: &Person, day: i32| day >= it.first && day < it.last;
    let visits: f64 = (0..DAYS)
        .map(|day| people.iter().filter(|it| there(it, day)).map(|it| it.habit).sum::<f64>() * share(day))
        .sum();
    let per_visit = events as f64 / visits;
    let repeats = per_visit / 2.2;
    // Few features carry most events.
    let weights: Vec<f64> = (1..=FEATURES).map(|it| 1.0 / (it as f64).powf(1.1)).collect();
    let total: f64 = weights.iter().sum();
    let bounds: Vec<f64> = weights
        .iter()
        .scan(0.0, |sum, it| {
            *sum += it / total;
            Some(*sum)
        })
        .collect();

    let names = Names {
        accounts: words((0..accounts).map(|it| format!("acc_{it:06}"))),
        users: words((0..people.len()).map(|it| format!("u_{it:08}"))),
        features: words((0..FEATURES).map(|it| format!("feature_{it:02}"))),
    };
    let (raw, more) = (dir.join("raw"), dir.join("more"));
    fs::create_dir_all(&raw)?;
    fs::create_dir_all(&more)?;
    let (mut written, mut day) = (0u64, 0);
    let mut days = Vec::new();
    for (month, length) in (1..).zip(MONTHS) {
        let mut out = writer(&raw.join(format!("events-2026-{month:02}.parquet")))?;
        for _ in 0..length {
            one_day(&mut numbers, &people, day, share(day), repeats, &bounds, &mut days);
            written += days.len() as u64;
            out.write(&names.batch(&days)?)?;
            day += 1;
        }
        out.close()?;
    }
    let mut out = writer(&more.join("events-2026-07-01.parquet"))?;
    one_day(&mut numbers, &people, day, share(day), repeats, &bounds, &mut days);
    out.write(&names.batch(&days)?)?;
    out.close()?;
    Ok((written, days.len() as u64))
}

fn one_day(
    numbers: &mut Numbers,
    people: &[Person],
    day: i32,
    share: f64,
    repeats: f64,
    bounds: &[f64],
    events: &mut Vec<Event>,
) {
    events.clear();
    for person in people.iter().filter(|it| day >= it.first && day < it.last) {
        if numbers.unit() >= person.habit * share {
            continue;
        }
        let start = 6 * 3_600 + numbers.below(12 * 3_600) as i64;
        // One feature, then another with chance 6/11: 2.2 on average.
        loop {
            let pick = numbers.unit();
            let feature = bounds.iter().position(|it| pick < *it).unwrap_or(0) as i32;
            let times = 1 + (-(repeats - 1.0).max(0.01) * (1.0 - numbers.unit()).ln()).round() as i32;
            for _ in 0..times {
                let at = start + numbers.below(4 * 3_600) as i64;
                events.push(Event {
                    at: (i64::from(FIRST_DAY + day) * 86_400 + at) * 1_000_000,
                    account: person.account,
                    user: person.user,
                    feature,
                    seconds: 5 + numbers.below(600) as i32,
                    errors: i32::from(numbers.unit() < 0.01),
                });
            }
            if numbers.unit() >= 6.0 / 11.0 {
                break;
            }
        }
    }
    events.sort_by_key(|it| (it.at, it.user, it.feature));
}

fn words(texts: impl Iterator<Item = String>) -> Arc<StringArray> {
    Arc::new(texts.map(Some).collect())
}

struct Names {
    accounts: Arc<StringArray>,
    users: Arc<StringArray>,
    features: Arc<StringArray>,
}

impl Names {
    fn batch(&self, events: &[Event]) -> Result<RecordBatch, Box<dyn Error>> {
        let text = |words: &Arc<StringArray>, of: fn(&Event) -> i32| -> Result<ArrayRef, Box<dyn Error>> {
            let keys: Int32Array = events.iter().map(of).collect();
            Ok(cast(&DictionaryArray::<Int32Type>::try_new(keys, words.clone())?, &DataType::Utf8)?)
        };
        let number =
            |of: fn(&Event) -> i32| -> ArrayRef { Arc::new(events.iter().map(of).collect::<Int32Array>()) };
        let at: TimestampMicrosecondArray = events.iter().map(|it| Some(it.at)).collect();
        Ok(RecordBatch::try_new(
            schema(),
            vec![
                text(&self.accounts, |it| it.account)?,
                text(&self.users, |it| it.user)?,
                text(&self.features, |it| it.feature)?,
                Arc::new(at.with_timezone("UTC")),
                number(|it| it.seconds),
                number(|it| it.errors),
            ],
        )?)
    }
}

fn schema() -> Arc<Schema> {
    Arc::new(Schema::new(vec![
        Field::new("account_id", DataType::Utf8, false),
        Field::new("user_id", DataType::Utf8, false),
        Field::new("feature", DataType::Utf8, false),
        Field::new("occurred_at", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), false),
        Field::new("duration_secs", DataType::Int32, false),
        Field::new("errors", DataType::Int32, false),
    ]))
}

fn writer(path: &Path) -> Result<ArrowWriter<File>, Box<dyn Error>> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(262_144))
        .build();
    Ok(ArrowWriter::try_new(File::create(path)?, schema(), Some(properties))?)
}
