//! The whole session over a large company: 50,000 accounts and 20 million events, then with one more day.
//!
//! `cargo bench --workspace --bench analysis`. The company is generated once below the target folder and not timed.
//! Every session is `csm run --phase analysis` in a process of its own, from the files to the delivery: data imported
//! and kept, every figure computed with its rows, lists, pages and report written.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program that prints what it measures")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "small numbers of a generator"
)]

#[path = "../../rollup/benches/usage/generate.rs"]
mod generate;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use generate::{DAYS, FIRST_DAY};

const ACCOUNTS: i32 = 50_000;
const EVENTS: u64 = 20_000_000;
const SEED: u64 = 7;

fn main() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    // The same events that the bench of the rollup alone reads.
    let events = target.join("bench-usage");
    if !events.join("more/events-2026-07-01.parquet").exists() {
        generate::generate(&events, ACCOUNTS, EVENTS, SEED).unwrap();
    }
    let workspace = target.join("bench-analysis");
    if workspace.exists() {
        fs::remove_dir_all(&workspace).unwrap();
    }
    let data = workspace.join("data");
    fs::create_dir_all(&data).unwrap();
    fs::write(workspace.join("csm.toml"), "company = \"Large\"\ncurrency = \"USD\"\n").unwrap();
    let (accounts, subscriptions) = company();
    fs::write(data.join("accounts.csv"), accounts).unwrap();
    fs::write(data.join("subscriptions.csv"), subscriptions).unwrap();
    add(&events.join("raw"), &data);
    let full = session(&workspace);
    println!("full analysis   {:>7.1} s   {:>6} MiB at most", full.seconds, full.peak_mib);
    add(&events.join("more"), &data);
    let more = session(&workspace);
    println!(
        "one more day    {:>7.1} s   {:>6} MiB at most   {:.2} of the full one",
        more.seconds,
        more.peak_mib,
        more.seconds / full.seconds
    );
}

/// Puts the files of events into the workspace, under the name of their table.
fn add(from: &Path, data: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().replace("events-", "usage_events-");
        fs::copy(entry.path(), data.join(name)).unwrap();
    }
}

/// `accounts.csv` and `subscriptions.csv`: everyone pays by month, most on a yearly term, some have left.
fn company() -> (String, String) {
    let mut accounts = "account_id,name,segment,owner,signed_on,is_internal\n".to_owned();
    let mut subscriptions = "subscription_id,account_id,product,plan,seats,mrr_minor,currency,\
                             billing_interval,start_date,end_date,renewal_date,notice_days,auto_renew,\
                             cancelled_on,is_trial\n"
        .to_owned();
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
    let last = epoch + Days::new((FIRST_DAY + DAYS - 1) as u64);
    for account in 0..ACCOUNTS {
        // Small numbers that repeat with long periods: every account differs, and no seed is needed.
        let mixed = (u64::from(account.unsigned_abs()) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let part = |shift: u32, many: u64| (mixed >> shift) % many;
        let segment = ["SMB", "Mid-market", "Enterprise"][part(8, 3) as usize];
        let started = last - Days::new(30 + part(16, 900));
        let seats = 1 + part(24, 40);
        let left = part(32, 20) == 0;
        let ended = if left { (last - Days::new(part(40, 25))).to_string() } else { String::new() };
        let renews = match part(44, 20) {
            0 => String::new(),
            _ => (last + Days::new(part(48, 365))).to_string(),
        };
        writeln!(
            accounts,
            "acc_{account:06},Account {account},{segment},CSM {},{started},false",
            account % 200
        )
        .unwrap();
        writeln!(
            subscriptions,
            "s{account},acc_{account:06},Platform,Team,{seats},{},USD,month,{started},{ended},{renews},30,true,,false",
            seats * 4_000
        )
        .unwrap();
    }
    (accounts, subscriptions)
}

struct Measured {
    seconds: f64,
    peak_mib: u64,
}

/// One session, with the most memory its process held, which the kernel keeps.
fn session(workspace: &Path) -> Measured {
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_csm"))
        .args(["run", "--phase", "analysis"])
        .arg(workspace)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut peak_mib = 0;
    loop {
        peak_mib = peak_mib.max(peak_of(child.id()));
        if let Some(ended) = child.try_wait().unwrap() {
            assert!(ended.success(), "the session failed: {ended}");
            return Measured { seconds: began.elapsed().as_secs_f64(), peak_mib };
        }
        sleep(Duration::from_millis(20));
    }
}

fn peak_of(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap_or_default() / 1_024
}
