//! Raw events to account features: full, one more day, peak memory.
//!
//! `cargo bench -p rollup --bench usage` generates 50,000 accounts and 20 million events below `$CARGO_TARGET_DIR`
//! (once; not timed), then runs each measurement in a process of its own and prints a line of JSON for it.
//! `checks/rollup/compare` does the same beside DuckDB and Polars and compares the features row by row.
//!
//! Modes of a process of its own: `generate DIR ACCOUNTS EVENTS SEED`, `full DIR`, `more DIR`.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "small numbers of a generator"
)]

mod generate;

use std::collections::BTreeSet;
use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use generate::{DAYS, FIRST_DAY, generate};
use parquet::arrow::ArrowWriter;
use rollup::{Columns, Rollup, Source};

const ACCOUNTS: i32 = 50_000;
const EVENTS: u64 = 20_000_000;
const SEED: u64 = 7;
const THREADS: usize = 2;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).filter(|it| it != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["generate", dir, accounts, events, seed] => {
            let (full, more) = generate(Path::new(dir), accounts.parse()?, events.parse()?, seed.parse()?)?;
            println!("{{\"events\": {full}, \"events_of_one_more_day\": {more}}}");
            Ok(())
        }
        ["full", dir] => measure(Path::new(dir), false),
        ["more", dir] => measure(Path::new(dir), true),
        [] => all(),
        other => Err(format!("not a mode: {other:?}").into()),
    }
}

/// Generates where nothing is yet, then measures: each in a process of its own.
fn all() -> Result<(), Box<dyn Error>> {
    let target = env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"), PathBuf::from);
    let dir = target.join("bench-usage");
    let this = env::current_exe()?;
    let run = |arguments: &[&str]| -> Result<(), Box<dyn Error>> {
        let ended = Command::new(&this).args(arguments).status()?;
        if ended.success() { Ok(()) } else { Err("a measurement failed".into()) }
    };
    let text = dir.to_string_lossy().into_owned();
    if !dir.join("more/events-2026-07-01.parquet").exists() {
        run(&["generate", &text, &ACCOUNTS.to_string(), &EVENTS.to_string(), &SEED.to_string()])?;
    }
    for _ in 0..3 {
        run(&["full", &text])?;
        run(&["more", &text])?;
    }
    Ok(())
}

/// `full`: from the raw files of six months to features, with nothing kept from before.
/// `more`: after that, with the file of one more day.
fn measure(dir: &Path, more: bool) -> Result<(), Box<dyn Error>> {
    let kept = dir.join("rollup");
    let core: BTreeSet<String> = (0..5).map(|it| format!("feature_{it:02}")).collect();
    let mut files = parquet_files(&dir.join("raw"))?;
    let mut as_of = FIRST_DAY + DAYS - 1;
    if more {
        files.extend(parquet_files(&dir.join("more"))?);
        as_of += 1;
    } else if kept.exists() {
        fs::remove_dir_all(&kept)?;
    }
    let columns = Columns {
        account: "account_id".to_owned(),
        user: Some("user_id".to_owned()),
        feature: Some("feature".to_owned()),
        when: "occurred_at".to_owned(),
        uses: None,
        seconds: Some("duration_secs".to_owned()),
        errors: Some("errors".to_owned()),
    };
    let sources: Vec<Source> = files
        .into_iter()
        .map(|file| Source {
            name: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            file,
            columns: columns.clone(),
        })
        .collect();
    let began = Instant::now();
    let (rollup, update) = Rollup::update(&kept, &sources, THREADS)?;
    let scanned = began.elapsed();
    let features = rollup.account_features(as_of, &core)?;
    let done = began.elapsed();
    let out = dir.join(if more { "features-more.parquet" } else { "features-full.parquet" });
    let mut writer = ArrowWriter::try_new(fs::File::create(out)?, features.schema(), None)?;
    writer.write(&features)?;
    writer.close()?;
    println!(
        "{{\"what\": \"rollup {}\", \"seconds\": {:.3}, \"of_that_update\": {:.3}, \"peak_mib\": {}, \
         \"events\": {}, \"rows\": {}, \"bytes\": {}, \"accounts\": {}, \"unchanged\": {}}}",
        if more { "one more day" } else { "full" },
        done.as_secs_f64(),
        scanned.as_secs_f64(),
        peak_mib()?,
        update.events,
        rollup.len(),
        rollup.bytes(),
        features.num_rows(),
        update.unchanged,
    );
    Ok(())
}

fn parquet_files(dir: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        files.push(entry?.path());
    }
    files.sort();
    Ok(files)
}

/// The most memory this process has held, from the kernel.
fn peak_mib() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse::<u64>()? / 1_024)
}
