use std::sync::Arc;

use agent_core::store::{SqliteStore, Store, sha256_hex};

use super::faulty::FaultyStore;
use super::librarian::Librarian;
use super::support::{files, messages, runtime, runtime_on, terminals, work, workspace};

const CATALOGUE: &str = "out/catalogue.txt";

#[tokio::test]
async fn what_a_person_wrote_is_never_overwritten() {
    let dir = workspace();
    let runtime = runtime(&Arc::new(Librarian::new()), dir.path()).await;
    let run = || async { messages(runtime.open_session(&work()).await.unwrap()).await };
    run().await;
    let ours = files(dir.path());
    assert_eq!(ours["cards/a.md"], "# a.md\n\n3 words\n");
    assert_eq!(ours["out/catalogue.txt"], "a.md: 3\nb.md: 2\n");

    // What is ours and out of date is replaced without a word.
    std::fs::write(dir.path().join("books/a.md"), "one").unwrap();
    run().await;
    assert_eq!(files(dir.path())["cards/a.md"], "# a.md\n\n1 words\n");
    assert_eq!(files(dir.path()).len(), ours.len());

    // A person's card stays, ours goes beside it; a person's catalogue is set aside.
    std::fs::write(dir.path().join("cards/a.md"), "mine").unwrap();
    std::fs::write(dir.path().join("out/catalogue.txt"), "mine too").unwrap();
    std::fs::write(dir.path().join("books/a.md"), "one two").unwrap();
    let said = run().await;
    let aside = format!("out/catalogue.txt.edited-{}", &sha256_hex(b"mine too")[..8]);
    let after = files(dir.path());
    assert_eq!(after["cards/a.md"], "mine");
    assert_eq!(after["cards/a.md.new"], "# a.md\n\n2 words\n");
    assert_eq!(after["out/catalogue.txt"], "a.md: 2\nb.md: 2\n");
    assert_eq!(after[&aside], "mine too");
    let note = said.last().unwrap()["deliverables"][0]["note"].as_str().unwrap();
    assert!(note.contains(&aside), "{note}");

    // Nor is what a person wrote into the file beside.
    std::fs::write(dir.path().join("cards/a.md.new"), "mine as well").unwrap();
    run().await;
    let aside = format!("cards/a.md.new.edited-{}", &sha256_hex(b"mine as well")[..8]);
    let after = files(dir.path());
    assert_eq!(after["cards/a.md"], "mine");
    assert_eq!(after["cards/a.md.new"], "# a.md\n\n2 words\n");
    assert_eq!(after[&aside], "mine as well");
    runtime.close().await;
}

#[tokio::test]
async fn bytes_that_are_no_text_are_left_where_they_are() {
    let dir = workspace();
    std::fs::create_dir(dir.path().join("out")).unwrap();
    std::fs::write(dir.path().join("out/catalogue.txt"), b"\xff\xfe\x00").unwrap();
    let runtime = runtime(&Arc::new(Librarian::new()), dir.path()).await;
    let said = messages(runtime.open_session(&work()).await.unwrap()).await;
    assert_eq!(terminals(&said), ["completed"]);
    assert_eq!(std::fs::read(dir.path().join("out/catalogue.txt")).unwrap(), b"\xff\xfe\x00");
    assert!(dir.path().join("out/catalogue.txt.new").is_file());
    runtime.close().await;
}

#[tokio::test]
async fn the_path_reported_is_the_one_ours_ended_up_at() {
    let dir = workspace();
    std::fs::create_dir_all(dir.path().join("cards")).unwrap();
    std::fs::create_dir(dir.path().join("out")).unwrap();
    std::fs::write(dir.path().join("cards/a.md"), "mine").unwrap();
    for bytes in ["cards/a.md.new", CATALOGUE, "out/catalogue.txt.new"] {
        std::fs::write(dir.path().join(bytes), b"\xff\xfe\x00").unwrap();
    }
    let runtime = runtime(&Arc::new(Librarian::new()), dir.path()).await;
    let said = messages(runtime.open_session(&work()).await.unwrap()).await;
    assert_eq!(terminals(&said), ["completed"]);
    let deliverables = &said.last().unwrap()["deliverables"];
    let note = deliverables[0]["note"].as_str().unwrap();
    assert!(note.contains("\"out/catalogue.txt.new.new\""), "{note}");
    assert_eq!(deliverables[1]["path"], "cards/a.md.new.new");
    for ours in ["out/catalogue.txt.new.new", "cards/a.md.new.new"] {
        assert!(std::fs::read_to_string(dir.path().join(ours)).is_ok(), "{ours}");
    }
    runtime.close().await;
}

#[tokio::test]
async fn text_that_is_too_long_to_be_copied_stays_where_it_is() {
    let dir = workspace();
    std::fs::create_dir(dir.path().join("out")).unwrap();
    let long = "mine\n".repeat(32 * 1024 * 1024 / 5 + 1);
    std::fs::write(dir.path().join(CATALOGUE), &long).unwrap();
    let runtime = runtime(&Arc::new(Librarian::new()), dir.path()).await;
    let said = messages(runtime.open_session(&work()).await.unwrap()).await;
    assert_eq!(terminals(&said), ["completed"], "{said:#?}");
    assert!(files(dir.path())[CATALOGUE] == long);
    assert_eq!(files(dir.path())["out/catalogue.txt.new"], "a.md: 3\nb.md: 2\n");
    runtime.close().await;
}

/// Runs a session while a person saves the catalogue each time just after it was looked at, `saves` times.
async fn saved_meanwhile(dir: &tempfile::TempDir, saves: usize) -> Vec<serde_json::Value> {
    let path = dir.path().join(CATALOGUE);
    std::fs::create_dir(dir.path().join("out")).unwrap();
    std::fs::write(&path, "version 0").unwrap();
    let store = Arc::new(SqliteStore::open(&dir.path().join(".csm/store.db")).await.unwrap());
    let store = Arc::new(FaultyStore::new(store, None));
    let mut saved = 0;
    store.on_file_hashes(move |asked| {
        if asked == CATALOGUE && saved < saves {
            saved += 1;
            std::fs::write(&path, format!("version {saved}")).unwrap();
        }
    });
    let runtime = runtime_on(&Arc::new(Librarian::new()), dir.path(), store as Arc<dyn Store>).await;
    let said = messages(runtime.open_session(&work()).await.unwrap()).await;
    runtime.close().await;
    said
}

#[tokio::test]
async fn what_is_saved_while_it_is_set_aside_is_looked_at_again() {
    let dir = workspace();
    assert_eq!(terminals(&saved_meanwhile(&dir, 3).await), ["completed"]);
    let after = files(dir.path());
    assert_eq!(after[CATALOGUE], "a.md: 3\nb.md: 2\n");
    assert_eq!(after[&format!("{CATALOGUE}.edited-{}", &sha256_hex(b"version 3")[..8])], "version 3");
    assert_eq!(after.keys().filter(|name| name.starts_with(CATALOGUE)).count(), 2, "{after:?}");
}

#[tokio::test]
async fn what_never_holds_still_stops_the_session_and_keeps_what_a_person_wrote() {
    let dir = workspace();
    let said = saved_meanwhile(&dir, usize::MAX).await;
    assert!(terminals(&said).is_empty(), "{said:#?}");
    assert_eq!(said.last().unwrap()["error"]["code"], "TOOL_FAILED");
    let after = files(dir.path());
    assert!(after[CATALOGUE].starts_with("version "), "{after:?}");
    assert_eq!(after.keys().filter(|name| name.starts_with(CATALOGUE)).count(), 1, "{after:?}");
}
