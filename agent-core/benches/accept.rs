//! How fast sessions are accepted: from the call to the disk, on one SQLite file at `synchronous=FULL`.
//!
//! `cargo bench -p agent-core --bench accept [-- <folder>]`; the file is made in `<folder>`, by default
//! under the target folder, because a memory file system has no disk to wait for.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program that prints what it measures")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use agent_core::store::{
    Claim, Commit, NewSession, Opened, OutboxEntry, SessionKind, SessionState, SqliteStore, Store,
};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use tokio::task::JoinSet;

/// For how long each measurement goes on.
const LASTS: Duration = Duration::from_secs(8);
/// Sessions per second that are offered, whether the earlier ones were accepted or not.
const OFFERED: u32 = 2_000;

#[tokio::main]
async fn main() {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let folder = folder.map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    let dir = tempfile::tempdir_in(&folder).unwrap();
    println!("in {}; every line: how many a second, p50 / p99 / worst in ms", folder.display());
    bare(&dir.path().join("bare.db")).await;
    for submitters in [64, 256, 1000] {
        closed(dir.path(), submitters, Run::Accept).await;
    }
    for submitters in [64, 256, 1000] {
        closed(dir.path(), submitters, Run::Whole).await;
    }
    for run in [Run::Accept, Run::Whole] {
        offered(dir.path(), run, OFFERED).await;
    }
    bare(&dir.path().join("bare again.db")).await;
}

/// What each submitter does.
#[derive(Clone, Copy, Debug)]
enum Run {
    /// Opens a question and holds it.
    Accept,
    /// Opens a question, and ends it with two messages of 4 KB.
    Whole,
}

struct Bench {
    store: SqliteStore,
    next: AtomicU64,
    /// What is said of each session, 4 KB.
    message: String,
}

impl Bench {
    async fn at(folder: &Path) -> Arc<Self> {
        static FILES: AtomicU64 = AtomicU64::new(0);
        let name = format!("{}.db", FILES.fetch_add(1, Ordering::Relaxed));
        let store = SqliteStore::open(&folder.join(name)).await.unwrap();
        let message = json!({ "payload": words(4_000) }).to_string();
        Arc::new(Self { store, next: AtomicU64::new(0), message })
    }

    /// One session; how long it took to be accepted, and to be over.
    async fn one(&self, run: Run, since: Instant) -> (Duration, Duration) {
        let nth = self.next.fetch_add(1, Ordering::Relaxed);
        let at = i64::try_from(nth).unwrap();
        let Opened::New(record) = self.store.open_session(question(nth)).await.unwrap() else {
            panic!("session {nth} is not new")
        };
        let accepted = since.elapsed();
        if matches!(run, Run::Whole) {
            let message = |seq| OutboxEntry { seq, message: self.message.clone() };
            let commit = Commit {
                messages: vec![message(1), message(2)],
                close: Some(SessionState::Completed),
                at,
                lease_until: at,
                ..Commit::default()
            };
            self.store.commit(&record.lease().unwrap(), commit).await.unwrap();
        }
        (accepted, since.elapsed())
    }
}

/// As many sessions as so many submitters manage, each waiting for its last one.
async fn closed(folder: &Path, submitters: usize, run: Run) {
    let bench = Bench::at(folder).await;
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..submitters {
        let bench = Arc::clone(&bench);
        tasks.spawn(async move {
            let mut took = Vec::new();
            while started.elapsed() < LASTS {
                took.push(bench.one(run, Instant::now()).await);
            }
            took
        });
    }
    let took: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    report(&format!("{run:?}, {submitters} submitters"), started.elapsed(), took);
    bench.store.close().await;
}

/// Sessions that come at a steady rate, measured from when each was due.
async fn offered(folder: &Path, run: Run, a_second: u32) {
    let bench = Bench::at(folder).await;
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    let mut due = started;
    while due.duration_since(started) < LASTS {
        tokio::time::sleep_until(due.into()).await;
        // The timer is coarse: everything that is due by now is sent, and counted from when it was due.
        while due <= Instant::now() {
            let (bench, since) = (Arc::clone(&bench), due);
            tasks.spawn(async move { bench.one(run, since).await });
            due += Duration::from_secs(1) / a_second;
        }
    }
    let took = tasks.join_all().await;
    report(&format!("{run:?}, {a_second}/s offered"), started.elapsed(), took);
    bench.store.close().await;
}

fn report(what: &str, lasted: Duration, took: Vec<(Duration, Duration)>) {
    let (accepted, over): (Vec<_>, Vec<_>) = took.into_iter().unzip();
    let rate = accepted.len() as f64 / lasted.as_secs_f64();
    println!("{what:<28} {rate:>7.0}/s  accepted {}  over {}", spread(accepted), spread(over));
}

fn spread(mut took: Vec<Duration>) -> String {
    took.sort_unstable();
    let at = |percent: usize| took.get((took.len() * percent / 100).min(took.len() - 1)).copied();
    let ms = |took: Option<Duration>| took.unwrap_or_default().as_secs_f64() * 1_000.0;
    format!("{:>6.2} / {:>6.2} / {:>6.2}", ms(at(50)), ms(at(99)), ms(at(100)))
}

/// What one commit of one row costs on this disk, with nothing of ours around it.
async fn bare(path: &Path) {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut db = options.connect().await.unwrap();
    sqlx::query("CREATE TABLE rows (row TEXT)").execute(&mut db).await.unwrap();
    let started = Instant::now();
    let mut took = Vec::new();
    while started.elapsed() < LASTS / 2 {
        let since = Instant::now();
        sqlx::query("INSERT INTO rows VALUES ('one')").execute(&mut db).await.unwrap();
        took.push(since.elapsed());
    }
    println!(
        "{:<28} {:>7.0}/s  durable  {}",
        "bare commits of one row",
        took.len() as f64 / started.elapsed().as_secs_f64(),
        spread(took)
    );
    db.close().await.unwrap();
}

fn question(nth: u64) -> NewSession {
    let at = i64::try_from(nth).unwrap();
    // As the runtime makes them: ordered by time.
    let id = format!("019a0000-{:04x}-7000-8000-{nth:012x}", nth >> 48);
    NewSession {
        id,
        tenant: "workspace".to_owned(),
        kind: SessionKind::Question,
        pin: format!("{nth:064x}"),
        pin_parts: BTreeMap::from([("data".to_owned(), format!("{nth:064x}"))]),
        request: request(nth),
        request_hash: format!("{nth:064x}"),
        idempotency_key: nth.is_multiple_of(2).then(|| format!("key {nth}")),
        claim: Some(Claim { owner: "process 1 (019a)".to_owned(), until: at + 30_000_000, locked: true }),
        at,
    }
}

/// A request of some 600 bytes.
fn request(nth: u64) -> Value {
    json!({
        "requesting_agent": "orchestrator",
        "request_type": "get_customer_context",
        "payload": { "query": words(380), "phases": [], "account": format!("account {nth}") },
        "_meta": { "request_id": format!("request {nth}"), "protocol_version": "1.0" },
    })
}

fn words(length: usize) -> String {
    "which accounts are \"at risk\" this month and why? ".chars().cycle().take(length).collect()
}
