//! A directory swapped with an outward link while tools work in it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use agent_core::tool::{
    Glob, GlobInput, Grep, GrepInput, Read, ReadInput, Refusal, ToolError, Write, WriteInput,
};
use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::harness::desk;

const SWAPS: u64 = 400_000;

#[derive(Default)]
struct Tally {
    swaps: AtomicU64,
    read: AtomicU64,
    written: AtomicU64,
    refused: AtomicU64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_swapped_for_an_outward_link_lets_nothing_out() {
    let desk = desk();
    desk.put("room/in.txt", "inside");
    fs::write(desk.outside.join("in.txt"), "secret").unwrap();
    symlink("../outside", desk.root.join("other")).unwrap();

    let tally = Arc::new(Tally::default());
    let swapper = {
        let (tally, root) = (tally.clone(), desk.root.clone());
        std::thread::spawn(move || {
            let (room, other) = (root.join("room"), root.join("other"));
            // Goes on past the number of swaps until the tools have met both sides.
            let met = |tally: &Tally| {
                [&tally.read, &tally.written, &tally.refused].iter().all(|n| n.load(Relaxed) > 100)
            };
            while tally.swaps.load(Relaxed) < SWAPS || !met(&tally) {
                renameat_with(CWD, &room, CWD, &other, RenameFlags::EXCHANGE).unwrap();
                tally.swaps.fetch_add(1, Relaxed);
            }
        })
    };

    let mut written = BTreeSet::new();
    for round in 0_u64.. {
        if swapper.is_finished() {
            break;
        }
        match desk.tools.run::<Read>(ReadInput::new("room/in.txt")).await {
            Ok(read) => {
                assert_eq!(read.text, "inside");
                tally.read.fetch_add(1, Relaxed);
            }
            Err(error) => refused(&error, &tally),
        }
        // A few hundred names, again and again: the search below must not grow with the rounds.
        let name = format!("new-{}.txt", round % 256);
        match desk.tools.run::<Write>(WriteInput::new(format!("room/{name}"), "ours")).await {
            Ok(_) => {
                tally.written.fetch_add(1, Relaxed);
                written.insert(name.clone());
            }
            Err(error) => refused(&error, &tally),
        }
        let over = WriteInput::new("room/in.txt", "inside");
        if let Err(error) = desk.tools.run::<Write>(over).await {
            refused(&error, &tally);
        }
        if round % 64 == 0 {
            let found = desk.tools.run::<Grep>(GrepInput::new("secret")).await.unwrap();
            assert_eq!(found.lines, []);
            let found = desk.tools.run::<Glob>(GlobInput::new("**/*")).await.unwrap();
            assert!(found.paths.iter().all(|path| !path.contains("secret")));
        }
    }
    swapper.join().unwrap();

    assert!(tally.swaps.load(Relaxed) >= SWAPS);
    assert!(tally.refused.load(Relaxed) > 0 && tally.read.load(Relaxed) > 0);
    assert_eq!(desk.names_outside(), ["in.txt"]);
    assert_eq!(fs::read_to_string(desk.outside.join("in.txt")).unwrap(), "secret");
    // Everything that was said to be written is in the real directory, whatever it is called now.
    let is_link = |name: &str| desk.root.join(name).is_symlink();
    let real = if is_link("room") { "other" } else { "room" };
    for name in &written {
        assert_eq!(desk.get(&format!("{real}/{name}")), "ours");
    }
    assert_eq!(fs::read_dir(desk.root.join(real)).unwrap().count(), written.len() + 1);
}

fn refused(error: &ToolError, tally: &Tally) {
    match error {
        ToolError::Refused { reason: Refusal::Outside, .. } => {
            tally.refused.fetch_add(1, Relaxed);
        }
        ToolError::Refused { reason: Refusal::Restless, .. } => {}
        other => panic!("{other:?}"),
    }
}
