use std::sync::Arc;

use agent_core::store::sha256_hex;

use super::librarian::Librarian;
use super::support::{files, messages, runtime, terminals, work, workspace};

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
