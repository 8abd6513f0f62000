//! Links, pipes and configuration: what tools must refuse, and that refusing leaves no trace.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;

use agent_core::tool::{
    Edit, EditInput, Glob, GlobInput, Grep, GrepInput, Read, ReadInput, Write, WriteInput,
};
use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::harness::{Desk, desk, reason};

const OUTSIDE: &str = "leads out of the workspace";
const READ_ONLY: &str = "the agent's own configuration is never writable";
const DENIED: &str = "not open to tools";

async fn read(desk: &Desk, path: &str) -> String {
    reason(desk.tools.run::<Read>(ReadInput::new(path)).await)
}

async fn write(desk: &Desk, path: &str) -> String {
    reason(desk.tools.run::<Write>(WriteInput::new(path, "ours")).await)
}

async fn edit(desk: &Desk, path: &str) -> String {
    reason(desk.tools.run::<Edit>(EditInput::new(path, "a", "b")).await)
}

#[tokio::test]
async fn a_path_that_leads_out_is_refused_and_nothing_is_made_outside() {
    let desk = desk();
    desk.put("notes/a.md", "a");
    let absolute = desk.outside.join("made.txt");
    symlink(&absolute, desk.root.join("dangling")).unwrap();
    symlink("../outside/made.txt", desk.root.join("dangling-relative")).unwrap();
    symlink(&desk.outside, desk.root.join("folder")).unwrap();
    symlink("notes/../../outside", desk.root.join("winding")).unwrap();
    symlink("/proc/self/environ", desk.root.join("environment")).unwrap();
    symlink("/proc/self/root", desk.root.join("everything")).unwrap();
    symlink("/proc/self/cwd/made.txt", desk.root.join("here")).unwrap();
    for path in [
        "dangling",
        "dangling-relative",
        "folder/made.txt",
        "winding/made.txt",
        "environment",
        "everything/tmp/made.txt",
        "here",
        "../outside/made.txt",
        "notes/../../outside/made.txt",
        "missing/../../outside/made.txt",
    ] {
        assert_eq!(write(&desk, path).await, OUTSIDE, "{path}");
        assert_eq!(read(&desk, path).await, OUTSIDE, "{path}");
        assert_eq!(edit(&desk, path).await, OUTSIDE, "{path}");
    }
    let absolute = absolute.to_str().unwrap();
    for path in [absolute, "/etc/passwd", "", "a\0b"] {
        assert_eq!(write(&desk, path).await, "not a relative path", "{path}");
        assert_eq!(read(&desk, path).await, "not a relative path", "{path}");
    }
    assert_eq!(desk.names_outside(), [""; 0]);
    assert!(!std::path::Path::new("made.txt").exists());
}

#[tokio::test]
async fn links_inside_the_workspace_are_followed_but_never_to_nothing_or_in_circles() {
    let desk = desk();
    desk.put("notes/a.md", "alpha");
    symlink("notes", desk.root.join("memos")).unwrap();
    symlink("../notes/./a.md", desk.root.join("notes/b.md")).unwrap();
    symlink("nothing.md", desk.root.join("empty.md")).unwrap();
    symlink("circle", desk.root.join("circle")).unwrap();

    let text = desk.tools.run::<Read>(ReadInput::new("memos/b.md")).await.unwrap().text;
    assert_eq!(text, "alpha");
    let written = desk.tools.run::<Write>(WriteInput::new("memos/b.md", "beta")).await.unwrap();
    assert_eq!((written.path.as_str(), desk.get("notes/a.md").as_str()), ("notes/a.md", "beta"));
    assert!(desk.root.join("notes/b.md").is_symlink());

    assert_eq!(write(&desk, "empty.md").await, "is a symbolic link to nothing");
    assert_eq!(read(&desk, "empty.md").await, "is a symbolic link to nothing");
    assert_eq!(write(&desk, "circle").await, "passes through too many symbolic links");
    assert!(!desk.root.join("nothing.md").exists());
}

#[tokio::test]
async fn only_regular_files_are_opened_and_a_pipe_does_not_hang_the_call() {
    let desk = desk();
    mknodat(CWD, desk.root.join("pipe"), FileType::Fifo, Mode::from_raw_mode(0o666), 0).unwrap();
    let _socket = UnixListener::bind(desk.root.join("socket")).unwrap();
    for path in ["pipe", "socket"] {
        assert_eq!(read(&desk, path).await, "is not a regular file");
        assert_eq!(write(&desk, path).await, "is not a regular file");
        assert_eq!(edit(&desk, path).await, "is not a regular file");
        let grep = desk.tools.run::<Grep>(GrepInput::new("a").path(path)).await;
        assert_eq!(reason(grep), "is not a regular file");
    }
    desk.put("folder/a.txt", "a");
    assert_eq!(read(&desk, "folder").await, "is a directory");
    assert_eq!(write(&desk, "folder").await, "is a directory");
    assert_eq!(write(&desk, ".").await, "is a directory");
    assert_eq!(write(&desk, "folder/a.txt/b").await, "is not a directory");
    // A walk passes the pipe by.
    assert_eq!(desk.tools.run::<Grep>(GrepInput::new("a")).await.unwrap().searched, 1);
}

#[tokio::test]
async fn a_file_with_a_second_name_or_marked_read_only_is_not_written() {
    let desk = desk();
    fs::write(desk.outside.join("theirs.txt"), "a").unwrap();
    fs::hard_link(desk.outside.join("theirs.txt"), desk.root.join("linked.txt")).unwrap();
    assert_eq!(write(&desk, "linked.txt").await, "has further hard links");
    assert_eq!(edit(&desk, "linked.txt").await, "has further hard links");
    assert_eq!(fs::read_to_string(desk.outside.join("theirs.txt")).unwrap(), "a");

    desk.put("kept.txt", "a");
    fs::set_permissions(desk.root.join("kept.txt"), fs::Permissions::from_mode(0o444)).unwrap();
    assert_eq!(write(&desk, "kept.txt").await, "may not be accessed by this process");
    assert_eq!(edit(&desk, "kept.txt").await, "may not be accessed by this process");
    assert_eq!(desk.get("kept.txt"), "a");
}

#[tokio::test]
async fn absent_configuration_cannot_be_made_in_any_spelling() {
    let desk = desk();
    fs::create_dir(desk.root.join("notes")).unwrap();
    symlink(".", desk.root.join("self")).unwrap();
    symlink("csm.toml", desk.root.join("other.toml")).unwrap();
    for path in [
        "csm.toml",
        "./csm.toml",
        "notes/../csm.toml",
        "self/csm.toml",
        "other.toml",
        "CSM.toml",
        "Csm.TOML",
        "c\u{17f}m.toml",
        "csm\u{200b}.toml",
        "csm.toml/below.txt",
        "knowledge/agent.md",
        "Knowledge/Agent.md",
    ] {
        assert_eq!(write(&desk, path).await, READ_ONLY, "{path}");
    }
    let names = fs::read_dir(&desk.root).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    // Not even the folders on the way were made.
    assert_eq!(names, ["notes", "other.toml", "self"]);
    // A name that only begins alike is a file like any other.
    desk.tools.run::<Write>(WriteInput::new("csm.toml.md", "ours")).await.unwrap();
}

#[tokio::test]
async fn configuration_reached_through_a_link_is_still_configuration() {
    let desk = desk();
    desk.put("settings/real.toml", "a");
    symlink("settings/real.toml", desk.root.join("csm.toml")).unwrap();
    assert_eq!(write(&desk, "csm.toml").await, READ_ONLY);
    assert_eq!(write(&desk, "settings/real.toml").await, READ_ONLY);
    assert_eq!(edit(&desk, "settings/REAL.toml").await, "does not exist");
    fs::hard_link(desk.root.join("settings/real.toml"), desk.root.join("second.toml")).unwrap();
    assert_eq!(write(&desk, "second.toml").await, READ_ONLY);
    assert_eq!(desk.get("settings/real.toml"), "a");
    // Reading it is fine.
    desk.tools.run::<Read>(ReadInput::new("csm.toml")).await.unwrap();
}

#[tokio::test]
async fn a_denied_folder_is_neither_read_nor_written_nor_listed() {
    let desk = desk();
    desk.put(".csm/store.db", "needle");
    desk.put("data/a.csv", "needle");
    symlink(".csm", desk.root.join("peek")).unwrap();
    symlink("../.csm/store.db", desk.root.join("data/b.csv")).unwrap();
    for path in [
        ".csm/store.db",
        "./.csm/store.db",
        "data/../.csm/store.db",
        ".csm/../.csm/store.db",
        "peek/store.db",
        "data/b.csv",
        ".csm",
        ".CSM/store.db",
        ".csm/new",
    ] {
        assert_eq!(read(&desk, path).await, DENIED, "{path}");
        assert_eq!(write(&desk, path).await, DENIED, "{path}");
    }
    let glob = desk.tools.run::<Glob>(GlobInput::new("**/*")).await.unwrap();
    assert_eq!(glob.paths, ["data/a.csv"]);
    let grep = desk.tools.run::<Grep>(GrepInput::new("needle")).await.unwrap();
    assert_eq!((grep.matches, grep.searched), (1, 1));
    let inside = desk.tools.run::<Glob>(GlobInput::new("*").path("peek")).await;
    assert_eq!(reason(inside), DENIED);
}
