use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::sync::Arc;

use agent_core::store::{SqliteStore, Store};
use tokio::task::JoinSet;

use super::child;
use super::support::{end, opened, whole};

const SUBMITTERS: usize = 48;

/// Works until it is killed, and says what was acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn working() {
    let Some(file) = child::file() else { return };
    let store = Arc::new(SqliteStore::open(&file).await.unwrap());
    let mut tasks = JoinSet::new();
    for submitter in 0..SUBMITTERS {
        let store = Arc::clone(&store);
        tasks.spawn(async move {
            for nth in 0.. {
                let id = format!("{submitter}-{nth}");
                let lease = opened(&store, &id).await.unwrap();
                println!("opened {id}");
                store.commit(&lease, end()).await.unwrap();
                println!("ended {id}");
            }
        });
    }
    tasks.join_all().await;
}

#[tokio::test]
async fn what_was_acknowledged_outlives_a_kill_and_nothing_is_half_there() {
    for acknowledged in [1, 40, 333, 1_000] {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("store.db");
        let mut process = child::run("kill::working", &file);
        let mut lines = BufReader::new(process.0.stdout.take().unwrap()).lines().map_while(Result::ok);
        let acknowledgements = |line: String| {
            let (what, id) = line.split_once(' ')?;
            let what = what.to_owned();
            (what == "opened" || what == "ended").then(|| (what, id.to_owned()))
        };
        let mut told: Vec<(String, String)> =
            lines.by_ref().filter_map(acknowledgements).take(acknowledged).collect();
        // Everybody has something under way: this is SIGKILL.
        process.0.kill().unwrap();
        assert_eq!(process.0.wait().unwrap().signal(), Some(9));
        told.extend(lines.filter_map(acknowledgements));

        let (open, ended) = whole(&file).await;
        let ended: BTreeSet<&String> = ended.iter().collect();
        let there: BTreeSet<&String> = open.iter().chain(ended.iter().copied()).collect();
        assert!(told.len() >= acknowledged);
        for (what, id) in &told {
            match what.as_str() {
                "ended" => assert!(ended.contains(id), "the end of {id} was acknowledged"),
                _ => assert!(there.contains(id), "{id} was acknowledged"),
            }
        }
        assert!(open.len() <= SUBMITTERS, "each has one session under way");
    }
}
