//! What a rollup says, beside events counted one by one.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use proptest::prelude::*;
use rollup::{Columns, MANIFEST_FILE, Rollup, RollupError, Source};

/// 2024-12-31.
const AS_OF: i32 = 20_088;

/// An event: account, person, feature, day, uses, seconds, errors.
#[derive(Clone, Debug, PartialEq)]
struct Event {
    account: u8,
    user: Option<u8>,
    feature: Option<u8>,
    day: i32,
    uses: Option<i64>,
    seconds: Option<i64>,
    errors: Option<i64>,
}

fn event() -> impl Strategy<Value = Event> {
    let ago = prop_oneof![0..8i32, 0..30i32, 0..110i32, 0..400i32, -5..0i32];
    (
        0..6u8,
        proptest::option::weighted(0.9, 0..9u8),
        proptest::option::weighted(0.9, 0..5u8),
        ago,
        proptest::option::of(0..5i64),
        proptest::option::of(0..100i64),
        proptest::option::of(0..3i64),
    )
        .prop_map(|(account, user, feature, ago, uses, seconds, errors)| Event {
            account,
            user,
            feature,
            day: AS_OF - ago,
            uses,
            seconds,
            errors,
        })
}

fn columns() -> Columns {
    let named = |it: &str| Some(it.to_owned());
    Columns {
        account: "account".to_owned(),
        user: named("user"),
        feature: named("feature"),
        when: "at".to_owned(),
        uses: named("uses"),
        seconds: named("seconds"),
        errors: named("errors"),
    }
}

/// Writes events with row groups of `group` rows; instants, or days.
fn write(path: &Path, events: &[Event], group: usize, instants: bool) -> Source {
    let text = |of: &dyn Fn(&Event) -> Option<String>| -> ArrayRef {
        Arc::new(events.iter().map(of).collect::<StringArray>())
    };
    let number = |of: &dyn Fn(&Event) -> Option<i64>| -> ArrayRef {
        Arc::new(events.iter().map(of).collect::<Int64Array>())
    };
    let at: ArrayRef = if instants {
        let micros = events.iter().map(|it| Some(i64::from(it.day) * 86_400_000_000 + 86_399_999_999));
        Arc::new(micros.collect::<TimestampMicrosecondArray>())
    } else {
        Arc::new(events.iter().map(|it| Some(it.day)).collect::<Date32Array>())
    };
    let rows = RecordBatch::try_from_iter_with_nullable([
        ("account", text(&|it| Some(format!("a{}", it.account))), true),
        ("user", text(&|it| it.user.map(|user| format!("u{user}"))), true),
        ("feature", text(&|it| it.feature.map(|feature| format!("f{feature}"))), true),
        ("at", at, true),
        ("uses", cast(&number(&|it| it.uses), &DataType::Int32).unwrap(), true),
        ("seconds", number(&|it| it.seconds), true),
        ("errors", number(&|it| it.errors), true),
    ])
    .unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group)).build();
    let mut writer =
        ArrowWriter::try_new(File::create(path).unwrap(), rows.schema(), Some(properties)).unwrap();
    writer.write(&rows).unwrap();
    writer.close().unwrap();
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    Source { name, file: path.to_path_buf(), columns: columns() }
}

/// One row of features as text, by account; in the order of `FEATURES`.
type Features = BTreeMap<String, Vec<String>>;

fn core() -> BTreeSet<String> {
    ["f0", "f1"].map(str::to_owned).into()
}

fn features(rollup: &Rollup, as_of: i32) -> Features {
    let rows = rollup.account_features(as_of, &core()).unwrap();
    let names = rows.column(0).as_string::<i32>();
    let cell = |array: &ArrayRef, at: usize| match array.data_type() {
        _ if array.is_null(at) => "null".to_owned(),
        DataType::Date32 => array.as_primitive::<Date32Type>().value(at).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(at).to_string(),
        _ => array.as_primitive::<Float64Type>().value(at).to_string(),
    };
    (0..rows.num_rows())
        .map(|at| (names.value(at).to_owned(), rows.columns()[1..].iter().map(|it| cell(it, at)).collect()))
        .collect()
}

/// The same, event by event, by the definitions.
fn counted(events: &[Event], as_of: i32) -> Features {
    let mut found = Features::new();
    let accounts: BTreeSet<u8> = events.iter().filter(|it| it.day <= as_of).map(|it| it.account).collect();
    for account in accounts {
        let mine: Vec<&Event> = events.iter().filter(|it| it.account == account && it.day <= as_of).collect();
        let within = |days: i32| mine.iter().filter(move |it| it.day > as_of - days);
        let uses = |it: &Event| it.uses.unwrap_or(1);
        let mut row = vec![mine.iter().map(|it| it.day).max().unwrap().to_string()];
        let windows = [7, 28, 90];
        row.extend(windows.map(|days| within(days).map(|it| uses(it)).sum::<i64>().to_string()));
        row.extend(
            windows.map(|days| within(days).map(|it| it.day).collect::<BTreeSet<_>>().len().to_string()),
        );
        row.extend(
            windows
                .map(|days| within(days).filter_map(|it| it.user).collect::<BTreeSet<_>>().len().to_string()),
        );
        row.extend(
            windows.map(|days| {
                within(days).filter_map(|it| it.feature).collect::<BTreeSet<_>>().len().to_string()
            }),
        );
        let users: BTreeSet<u8> = within(28).filter_map(|it| it.user).collect();
        let new = users
            .iter()
            .filter(|user| mine.iter().all(|it| it.user != Some(**user) || it.day > as_of - 28))
            .count();
        row.push(new.to_string());
        let of_core = within(28).filter(|it| matches!(it.feature, Some(0 | 1)));
        row.push(of_core.map(|it| uses(it)).sum::<i64>().to_string());
        let user_days = within(28).filter_map(|it| Some((it.user?, it.day))).collect::<BTreeSet<_>>().len();
        row.push(if users.is_empty() {
            "null".to_owned()
        } else {
            (user_days as f64 / (28 * users.len()) as f64).to_string()
        });
        let mut days: Vec<i64> = (14..104)
            .map(|ago| mine.iter().filter(|it| it.day == as_of - ago).map(|it| uses(it)).sum())
            .collect();
        days.sort_unstable();
        let median = (days[44] + days[45]) as f64 / 2.0;
        row.push(median.to_string());
        let recent = within(28).map(|it| uses(it)).sum::<i64>() as f64;
        row.push(if median > 0.0 { (recent / (28.0 * median)).to_string() } else { "null".to_owned() });
        found.insert(format!("a{account}"), row);
    }
    found
}

type Key = (String, Option<String>, Option<String>, i32);
type Sums = BTreeMap<Key, (i64, Option<i64>, Option<i64>)>;

fn add(into: &mut Sums, key: Key, uses: i64, seconds: Option<i64>, errors: Option<i64>) {
    let plus = |a: Option<i64>, b: Option<i64>| a.map_or(b, |a| Some(a + b.unwrap_or(0)));
    let sums = into.entry(key).or_insert((0, None, None));
    *sums = (sums.0 + uses, plus(sums.1, seconds), plus(sums.2, errors));
}

/// All rows of a rollup, those of one key united.
fn rows(rollup: &Rollup, sources: &[Source]) -> Sums {
    let mut found = Sums::new();
    for source in sources {
        rollup
            .rows::<RollupError>(&source.name, |rows| {
                let text = |at: usize| cast(rows.column(at), &DataType::Utf8).unwrap();
                let (accounts, users, features) = (text(0), text(1), text(2));
                let word = |it: &ArrayRef, at: usize| {
                    it.is_valid(at).then(|| it.as_string::<i32>().value(at).to_owned())
                };
                let number = |column: usize, at: usize| {
                    let it = rows.column(column).as_primitive::<Int64Type>();
                    it.is_valid(at).then(|| it.value(at))
                };
                for at in 0..rows.num_rows() {
                    let day = rows.column(3).as_primitive::<Date32Type>().value(at);
                    let key = (word(&accounts, at).unwrap(), word(&users, at), word(&features, at), day);
                    add(&mut found, key, number(4, at).unwrap(), number(5, at), number(6, at));
                }
                Ok(())
            })
            .unwrap();
    }
    found
}

fn added(events: &[Event]) -> Sums {
    let mut found = Sums::new();
    for it in events {
        let key = (
            format!("a{}", it.account),
            it.user.map(|user| format!("u{user}")),
            it.feature.map(|feature| format!("f{feature}")),
            it.day,
        );
        add(&mut found, key, it.uses.unwrap_or(1), it.seconds, it.errors);
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the events, the files, the row groups, the threads and the runs: the rows are the events added up, and
    /// the features are those of the definitions; on an earlier day, those of the events until then.
    #[test]
    fn a_rollup_says_what_counting_event_by_event_says(
        files in proptest::collection::vec(proptest::collection::vec(event(), 0..120), 1..4),
        group in 1..50usize,
        threads in 1..4usize,
        run in 1..60usize,
        instants: bool,
        sorted: bool,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut all = Vec::new();
        let mut sources = Vec::new();
        for (at, mut events) in files.into_iter().enumerate() {
            if sorted {
                events.sort_by_key(|it| it.day);
            }
            sources.push(write(&dir.path().join(format!("{at}.parquet")), &events, group, instants));
            all.extend(events);
        }
        let (rollup, update) = Rollup::update_by(&dir.path().join("rollup"), &sources, threads, run).unwrap();
        prop_assert_eq!(update.events, all.len() as u64);
        prop_assert_eq!(rows(&rollup, &sources), added(&all));
        for as_of in [AS_OF, AS_OF - 33, AS_OF - 100] {
            prop_assert_eq!(features(&rollup, as_of), counted(&all, as_of));
        }
        rollup.verify().unwrap();
    }
}

fn some(many: u32, from: i32, days: i32) -> Vec<Event> {
    (0..many)
        .map(|it| Event {
            account: (it % 5) as u8,
            user: Some((it * 7 % 11) as u8),
            feature: Some((it * 3 % 4) as u8),
            day: from + (it as i32 * 13) % days,
            uses: None,
            seconds: Some(i64::from(it)),
            errors: None,
        })
        .collect()
}

/// A folder with a rollup over two files, and the events in them.
struct Place {
    dir: tempfile::TempDir,
    sources: Vec<Source>,
    events: Vec<Vec<Event>>,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let events = vec![some(400, AS_OF - 120, 60), some(300, AS_OF - 60, 60)];
        let sources = events
            .iter()
            .enumerate()
            .map(|(at, events)| write(&dir.path().join(format!("{at}.parquet")), events, 64, true))
            .collect();
        let place = Self { dir, sources, events };
        place.update();
        place
    }

    fn kept(&self) -> PathBuf {
        self.dir.path().join("rollup")
    }

    fn update(&self) -> (Rollup, rollup::Update) {
        Rollup::update(&self.kept(), &self.sources, 2).unwrap()
    }

    /// The features equal those of the events, and those of a rollup made anew.
    fn is_right(&self, rollup: &Rollup, as_of: i32) {
        let all: Vec<Event> = self.events.concat();
        assert_eq!(features(rollup, as_of), counted(&all, as_of));
        let (anew, _) = Rollup::update(&self.dir.path().join("anew"), &self.sources, 2).unwrap();
        assert_eq!(features(rollup, as_of), features(&anew, as_of));
        assert_eq!(rows(rollup, &self.sources), rows(&anew, &self.sources));
        fs::remove_dir_all(self.dir.path().join("anew")).unwrap();
    }

    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(self.kept()).unwrap().map(|it| it.unwrap().path());
        entries
            .map(|it| (it.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&it).unwrap()))
            .collect()
    }
}

#[test]
fn one_more_day_reads_that_day_only_and_says_what_a_full_scan_says() {
    let mut place = Place::new();
    let before = place.files();
    let day = some(50, AS_OF + 1, 1);
    place.sources.push(write(&place.dir.path().join("2.parquet"), &day, 64, true));
    place.events.push(day);
    let (rollup, update) = place.update();
    assert_eq!((update.events, update.scanned, update.grown), (50, 1, 0));
    let after = place.files();
    let kept = before.iter().filter(|it| *it.0 != MANIFEST_FILE).all(|it| after.get(it.0) == Some(it.1));
    assert!(kept, "what was there stays as it is, byte by byte");
    place.is_right(&rollup, AS_OF + 1);
    // The day before, it is not there.
    let earlier: Vec<Event> = place.events[..2].concat();
    assert_eq!(features(&rollup, AS_OF), counted(&earlier, AS_OF));
}

#[test]
fn a_grown_file_is_read_from_where_it_ended() {
    let mut place = Place::new();
    // 320 rows are five row groups of 64; rows after them leave those bytes as they are.
    let more = some(320, AS_OF - 60, 60);
    place.sources[1] = write(&place.sources[1].file, &more, 64, true);
    place.events[1] = more.clone();
    assert_eq!(place.update().1.events, 320, "another last row group: another file");
    place.events[1].extend(some(70, AS_OF - 1, 1));
    place.sources[1] = write(&place.sources[1].file, &place.events[1], 64, true);
    let (rollup, update) = place.update();
    assert_eq!((update.events, update.grown, update.scanned), (70, 1, 0));
    place.is_right(&rollup, AS_OF);
}

#[test]
fn a_changed_file_is_read_again_and_a_lost_one_is_forgotten() {
    let mut place = Place::new();
    place.events[0][3].account = 1;
    place.events[0][4].user = Some(200);
    write(&place.sources[0].file, &place.events[0], 64, true);
    let (rollup, update) = place.update();
    assert_eq!((update.events, update.scanned), (400, 1), "of the other not a row");
    place.is_right(&rollup, AS_OF);
    place.sources.remove(0);
    place.events.remove(0);
    let (rollup, update) = place.update();
    assert_eq!((update.events, update.dropped), (0, 1));
    place.is_right(&rollup, AS_OF);
}

#[test]
fn a_damaged_rollup_is_made_again() {
    let place = Place::new();
    for name in place.files().into_keys() {
        let path = place.kept().join(&name);
        // A manifest of another size, everything else of the same: only its checksum can tell.
        let mut bytes = fs::read(&path).unwrap();
        if name == MANIFEST_FILE {
            bytes.truncate(bytes.len() / 2);
        } else {
            let at = bytes.len() / 2;
            bytes[at] ^= 1;
        }
        fs::write(&path, bytes).unwrap();
        let found = Rollup::open(&place.kept()).and_then(|it| it.verify());
        assert!(matches!(found, Err(RollupError::Damaged { .. })), "{name}: {found:?}");
        let (rollup, _) = Rollup::repair(&place.kept(), &place.sources, 2).unwrap();
        rollup.verify().unwrap();
        place.is_right(&rollup, AS_OF);
        // Numbers begin anew, so the names of the next round are those of this one.
        assert!(place.kept().join(&name).exists(), "{name}");
    }
    fs::remove_file(place.kept().join("rows-0.parquet")).unwrap();
    let (rollup, update) = place.update();
    assert!(update.rebuilt.is_some_and(|it| it.contains("rows-0")), "gone is found without looking for it");
    place.is_right(&rollup, AS_OF);
}

#[test]
fn the_same_files_give_the_same_rollup_whatever_the_threads() {
    let place = Place::new();
    let mut seen = BTreeSet::new();
    for threads in [1, 2, 3, 7] {
        let dir = place.dir.path().join(format!("by-{threads}"));
        Rollup::update_by(&dir, &place.sources, threads, 90).unwrap();
        let files = fs::read_dir(&dir).unwrap().map(|it| it.unwrap().path());
        let mut bytes: Vec<(PathBuf, Vec<u8>)> = files
            .filter(|it| !it.ends_with(MANIFEST_FILE))
            .map(|it| (it.file_name().unwrap().into(), fs::read(&it).unwrap()))
            .collect();
        bytes.sort();
        seen.insert(bytes);
    }
    assert_eq!(seen.len(), 1);
}

#[test]
fn what_cannot_be_read_is_named_with_its_file_and_column() {
    let place = Place::new();
    let mut source = place.sources[0].clone();
    source.columns.when = "day".to_owned();
    let told = Rollup::update(&place.kept(), &[source.clone()], 2).unwrap_err().to_string();
    assert!(
        told.contains("0.parquet") && told.contains("no column `day`") && told.contains("`at`"),
        "{told}"
    );
    source.columns.when = "user".to_owned();
    let told = Rollup::update(&place.kept(), &[source.clone()], 2).unwrap_err().to_string();
    assert!(told.contains("`user`") && told.contains("a date or a timestamp"), "{told}");
    fs::write(&source.file, "account,at\n").unwrap();
    let error = Rollup::update(&place.kept(), &[source], 2).unwrap_err();
    assert!(matches!(error, RollupError::Source { .. }), "{error}");
}
