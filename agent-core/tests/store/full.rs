use std::io::Read;

use agent_core::store::{SqliteStore, Store, StoreError};
use futures_util::future::join_all;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};

use super::child;
use super::support::{opened, whole};

/// Asks for more than the disk has room for, then for what it has room for.
#[tokio::test]
async fn short_of_room() {
    let Some(file) = child::file() else { return };
    // Who listens to SIGXFSZ is not killed by it: the write that is too much fails.
    let _listening = signal(SignalKind::from_raw(25)).unwrap();
    let store = SqliteStore::open(&file).await.unwrap();
    let before = opened(&store, "before").await.unwrap();

    let whole_disk = getrlimit(Resource::Fsize);
    let used = std::fs::metadata(file.with_extension("db-wal")).unwrap().len();
    setrlimit(Resource::Fsize, Rlimit { current: Some(used + 20_000), ..whole_disk }).unwrap();
    let ids: Vec<String> = (0..60).map(|nth| format!("during-{nth}")).collect();
    let during = join_all(ids.iter().map(|id| opened(&store, id))).await;
    let late = store.renew_lease(&before, 500).await;
    setrlimit(Resource::Fsize, whole_disk).unwrap();

    let mut refused = 0;
    for (id, result) in ids.iter().zip(during) {
        match result {
            Ok(_) => println!("there {id}"),
            Err(error @ StoreError::Database { .. }) => {
                assert!(error.is_retryable());
                println!("absent {id}");
                refused += 1;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(refused > 0, "there was room for everything");
    assert!(matches!(late, Ok(()) | Err(StoreError::Database { .. })), "{late:?}");
    // With room again, the same store goes on.
    opened(&store, "after").await.unwrap();
    println!("there before\nthere after");
    store.close().await;
}

#[tokio::test]
async fn a_full_disk_refuses_whole_batches_and_the_writer_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("store.db");
    let mut process = child::run("full::short_of_room", &file);
    let mut said = String::new();
    process.0.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(process.0.wait().unwrap().success(), "{said}");

    let (open, ended) = whole(&file).await;
    assert!(ended.is_empty());
    let told = |what: &str| -> Vec<String> {
        said.lines().filter_map(|line| line.strip_prefix(what)).map(str::to_owned).collect()
    };
    let (there, absent) = (told("there "), told("absent "));
    assert!(there.len() >= 2 && !absent.is_empty(), "{said}");
    assert_eq!(open.len(), there.len(), "{said}");
    assert!(there.iter().all(|id| open.contains(id)) && !absent.iter().any(|id| open.contains(id)), "{said}");
}
