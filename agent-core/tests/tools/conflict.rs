//! Two hands on one file.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant};

use agent_core::tool::{Edit, EditInput, Read, ReadInput, ToolError, Write, WriteInput, sha256};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::harness::{desk, reason};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_edits_of_what_both_read_one_wins_and_one_conflicts() {
    let desk = desk();
    for round in 0..200 {
        desk.put("plan.md", "goal: one\n");
        let read = desk.tools.run::<Read>(ReadInput::new("plan.md")).await.unwrap();
        let barrier = Arc::new(Barrier::new(2));
        let mut edits = JoinSet::new();
        for new in ["two", "three"] {
            let (tools, barrier, sha256) = (desk.tools.clone(), barrier.clone(), read.sha256.clone());
            edits.spawn(async move {
                barrier.wait().await;
                let edit = EditInput::new("plan.md", "one", new).expected_sha256(sha256);
                (new, tools.run::<Edit>(edit).await)
            });
        }
        let (won, lost): (Vec<_>, Vec<_>) =
            edits.join_all().await.into_iter().partition(|(_, result)| result.is_ok());
        assert_eq!((won.len(), lost.len()), (1, 1), "round {round}");
        let (winner, now) = (won[0].0, desk.get("plan.md"));
        assert_eq!(now, format!("goal: {winner}\n"));
        match &lost[0].1 {
            Err(ToolError::Conflict { expected, found, .. }) => {
                assert_eq!(expected.as_ref(), Some(&read.sha256));
                assert_eq!(found.as_ref(), Some(&sha256(now.as_bytes())));
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Each edit adds its own line. What is there at the end is exactly what was reported as done:
/// no edit is lost under another, none is half there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_successful_edit_is_lost_among_many() {
    let desk = desk();
    desk.put("log.md", "end\n");
    let barrier = Arc::new(Barrier::new(16));
    let mut edits = JoinSet::new();
    for hand in 0..16 {
        let (tools, barrier) = (desk.tools.clone(), barrier.clone());
        edits.spawn(async move {
            barrier.wait().await;
            let mut done = Vec::new();
            let mut conflicts = 0_usize;
            for turn in 0..20 {
                let line = format!("line {hand}.{turn}\n");
                let edit = EditInput::new("log.md", "end\n", format!("{line}end\n"));
                match tools.run::<Edit>(edit).await {
                    Ok(_) => done.push(line),
                    Err(ToolError::Conflict { .. }) => conflicts += 1,
                    Err(other) => panic!("{other:?}"),
                }
            }
            (done, conflicts)
        });
    }
    let outcomes = edits.join_all().await;
    let mut done: Vec<String> = outcomes.iter().flat_map(|(done, _)| done.clone()).collect();
    let conflicts: usize = outcomes.iter().map(|(_, conflicts)| conflicts).sum();
    let text = desk.get("log.md");
    let mut there: Vec<String> =
        text.lines().filter(|line| *line != "end").map(|line| format!("{line}\n")).collect();
    done.sort();
    there.sort();
    assert_eq!(there, done);
    assert_eq!(done.len() + conflicts, 16 * 20);
    assert!(conflicts > 0, "the edits never met");
}

/// A person saves the way editors do, by renaming a whole new file into place, once in each attempt
/// of the agent and each time at another moment of it. Every save must survive that attempt whole,
/// edited or not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_persons_save_is_never_overwritten_by_an_edit_that_did_not_see_it() {
    const MOST: u32 = 20_000;
    let desk = desk();
    let version = |n: u32, by: &str| format!("{by} {n} {}\n", "x".repeat(9_000));
    desk.put("plan.md", &version(0, "person"));
    let attempt = Arc::new(AtomicU32::new(0));
    // How long the last attempt took: the person's next moment is a share of that, on a busy machine too.
    let took = Arc::new(AtomicU64::new(0));
    let person = {
        let (attempt, took, root) = (attempt.clone(), took.clone(), desk.root.clone());
        std::thread::spawn(move || {
            let (mut saves, mut met) = (0_u32, 0);
            loop {
                std::fs::write(root.join("draft"), version(saves + 1, "person")).unwrap();
                let now = loop {
                    match attempt.load(SeqCst) {
                        now if now > met || now == u32::MAX => break now,
                        _ => std::thread::yield_now(),
                    }
                };
                // The attempt that met our last save is over: that save must stand, edited or not.
                let seen = std::fs::read_to_string(root.join("plan.md")).unwrap();
                let stands = ["person", "agent"].iter().any(|by| seen == version(saves, by));
                assert!(stands, "save {saves} is gone: {}", &seen[..20]);
                if now == u32::MAX {
                    return;
                }
                let moment = Duration::from_nanos(took.load(SeqCst) / 16 * u64::from(saves % 16));
                let began = Instant::now();
                while began.elapsed() < moment {
                    std::thread::yield_now();
                }
                saves += 1;
                std::fs::rename(root.join("draft"), root.join("plan.md")).unwrap();
                met = attempt.load(SeqCst);
            }
        })
    };
    let (mut done, mut conflicts) = (0, 0);
    for round in 1..=MOST {
        let began = Instant::now();
        attempt.store(round, SeqCst);
        match desk.tools.run::<Edit>(EditInput::new("plan.md", "person", "agent")).await {
            Ok(_) => done += 1,
            Err(ToolError::Conflict { .. }) => conflicts += 1,
            // The person has not saved since our last edit.
            Err(ToolError::Invalid { .. }) => {}
            Err(other) => panic!("{other:?}"),
        }
        took.store(u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX), SeqCst);
        if (done >= 3 && conflicts >= 3) || person.is_finished() {
            break;
        }
    }
    attempt.store(u32::MAX, SeqCst);
    person.join().unwrap();
    assert!(done >= 3 && conflicts >= 3, "done {done}, conflicts {conflicts}");
}

#[tokio::test]
async fn a_write_keeps_to_what_it_was_told_to_expect() {
    let desk = desk();
    let write = |input: WriteInput| desk.tools.run::<Write>(input);
    let new = write(WriteInput::new("deep/er/a.md", "one").expect_absent()).await.unwrap();
    // sha256sum of "one".
    assert_eq!(new.sha256, "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed");
    assert!(new.created);
    let again = write(WriteInput::new("deep/er/a.md", "two").expect_absent()).await;
    assert_eq!(reason(again), "conflict");
    let over = WriteInput::new("deep/er/a.md", "two").expected_sha256(new.sha256.to_uppercase());
    assert!(!write(over.clone()).await.unwrap().created);
    assert_eq!(reason(write(over).await), "conflict");
    let absent = WriteInput::new("other/a.md", "two").expected_sha256(&new.sha256);
    assert_eq!(reason(write(absent).await), "conflict");
    assert!(!desk.root.join("other").exists());
    assert_eq!(desk.get("deep/er/a.md"), "two");
    let both = WriteInput::new("b.md", "").expect_absent().expected_sha256(&new.sha256);
    assert!(matches!(write(both).await, Err(ToolError::Invalid { .. })));
    // No temporary file is left.
    assert_eq!(std::fs::read_dir(desk.root.join("deep/er")).unwrap().count(), 1);
}

#[tokio::test]
async fn an_edit_asks_for_one_place_or_all() {
    let desk = desk();
    desk.put("a.md", "x = 1\nx = 1\n");
    let edit = |input: EditInput| desk.tools.run::<Edit>(input);
    let twice = edit(EditInput::new("a.md", "x = 1", "x = 2")).await;
    assert_eq!(reason(twice), "the old text occurs 2 times in `a.md`");
    let absent = edit(EditInput::new("a.md", "y", "z")).await;
    assert_eq!(reason(absent), "the old text does not occur in `a.md`");
    assert_eq!(desk.get("a.md"), "x = 1\nx = 1\n");
    let all = edit(EditInput::new("a.md", "x = 1", "x = 2").replace_all()).await.unwrap();
    assert_eq!(all.replaced, 2);
    assert_eq!(desk.get("a.md"), "x = 2\nx = 2\n");
}
