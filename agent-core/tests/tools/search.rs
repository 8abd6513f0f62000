//! Glob and Grep.

use std::os::unix::fs::symlink;

use agent_core::tool::{Glob, GlobInput, Grep, GrepInput, GrepOutput, ToolError};

use super::harness::{Desk, desk};

fn shelves() -> Desk {
    let desk = desk();
    desk.put("a.md", "alpha\nBeta\ngamma\n");
    desk.put("a/one.md", "beta one\r\n");
    desk.put("a/b/two.csv", "id,beta\n1,2\n");
    desk.put("a/b/three.json", "{}");
    desk.put("a-b/four.md", "alpha beta\n");
    desk.put(".gitignore", "*.csv\n/a-b/\n!kept.csv\n");
    desk.put("a/.gitignore", "one.md\n");
    desk.put("a/b/kept.csv", "beta");
    desk.put(".git/config", "beta");
    desk
}

async fn glob(desk: &Desk, input: GlobInput) -> Vec<String> {
    desk.tools.run::<Glob>(input).await.unwrap().paths
}

#[tokio::test]
async fn a_glob_finds_files_in_byte_order_of_their_paths() {
    let desk = shelves();
    let check = async |pattern: &str, expected: &[&str]| {
        assert_eq!(glob(&desk, GlobInput::new(pattern)).await, expected, "{pattern}");
    };
    check("*.md", &["a.md"]).await;
    check("**/*.md", &["a-b/four.md", "a.md", "a/one.md"]).await;
    check("a/**", &["a/.gitignore", "a/b/kept.csv", "a/b/three.json", "a/b/two.csv", "a/one.md"]).await;
    check("a/b/*.{csv,json}", &["a/b/kept.csv", "a/b/three.json", "a/b/two.csv"]).await;
    check("./a/b/t[gh]ree.json", &["a/b/three.json"]).await;
    check("nowhere/*.md", &[]).await;
    assert_eq!(glob(&desk, GlobInput::new("*.csv").path("a/b")).await, ["a/b/kept.csv", "a/b/two.csv"]);
}

#[tokio::test]
async fn ignore_files_count_only_when_asked_and_the_nearest_decides() {
    let desk = shelves();
    let ignoring = GlobInput::new("**").respect_gitignore();
    let expected = [".gitignore", "a.md", "a/.gitignore", "a/b/kept.csv", "a/b/three.json"];
    assert_eq!(glob(&desk, ignoring.clone()).await, expected);
    // The files above the folder searched count as well.
    assert_eq!(glob(&desk, ignoring.path("a/b")).await, ["a/b/kept.csv", "a/b/three.json"]);
    assert!(glob(&desk, GlobInput::new("**")).await.contains(&".git/config".to_owned()));
}

#[tokio::test]
async fn a_limit_says_how_much_there_is() {
    let desk = shelves();
    let found = desk.tools.run::<Glob>(GlobInput::new("**/*.md").limit(2)).await.unwrap();
    assert_eq!(found.paths, ["a-b/four.md", "a.md"]);
    assert_eq!((found.total, found.truncated), (3, true));
}

fn lines(found: &GrepOutput) -> Vec<String> {
    let mark = |context| if context { '-' } else { ':' };
    let line = |l: &agent_core::tool::GrepLine| format!("{}{}{} {}", l.path, mark(l.context), l.line, l.text);
    found.lines.iter().map(line).collect()
}

#[tokio::test]
async fn a_search_gives_path_line_and_text() {
    let desk = shelves();
    let check = async |input: GrepInput, expected: &[&str]| {
        let found = desk.tools.run::<Grep>(input.clone()).await.unwrap();
        assert_eq!(lines(&found), expected, "{input:?}");
    };
    let markdown = |pattern: &str| GrepInput::new(pattern).glob("*.md");
    check(markdown("beta"), &["a-b/four.md:1 alpha beta", "a/one.md:1 beta one"]).await;
    check(markdown("beta$"), &["a-b/four.md:1 alpha beta"]).await;
    check(markdown("beta").glob("!a/**"), &["a-b/four.md:1 alpha beta"]).await;
    check(
        GrepInput::new("beta").glob("a/b/*").glob("*.json"),
        &["a/b/kept.csv:1 beta", "a/b/two.csv:1 id,beta"],
    )
    .await;
    check(GrepInput::new("beta").path("a/b/two.csv"), &["a/b/two.csv:1 id,beta"]).await;
    let mut around = GrepInput::new("beta").path("a.md");
    around.case_insensitive = true;
    around.context = 1;
    check(around, &["a.md-1 alpha", "a.md:2 Beta", "a.md-3 gamma"]).await;
    let mut literal = GrepInput::new("{}");
    literal.literal = true;
    check(literal, &["a/b/three.json:1 {}"]).await;
}

#[tokio::test]
async fn a_search_that_is_cut_short_says_so() {
    let desk = desk();
    desk.put("a.txt", &"match\n".repeat(10));
    desk.put("b.bin", "match\0");
    let mut input = GrepInput::new("match");
    input.max_results = Some(10);
    let all = desk.tools.run::<Grep>(input.clone()).await.unwrap();
    assert_eq!((all.matches, all.files, all.truncated), (10, 1, false));
    assert_eq!((all.skipped_total, all.skipped[0].path.as_str()), (1, "b.bin"));
    input.max_results = Some(9);
    let some = desk.tools.run::<Grep>(input).await.unwrap();
    assert_eq!((some.matches, some.truncated), (9, true));
}

#[tokio::test]
async fn a_cut_search_is_the_beginning_of_the_whole_one_every_time() {
    let desk = desk();
    for number in 0..400 {
        let text = if number % 7 == 0 { "match\0" } else { "x\nmatch one\nmatch two\n" };
        desk.put(&format!("d{}/e{}/f{number}.txt", number % 5, number % 11), text);
    }
    // One directory large enough for several threads.
    (0..300).for_each(|number| desk.put(&format!("d3/large/f{number}.txt"), "a match\n"));
    let mut input = GrepInput::new("match");
    input.max_results = Some(5_000);
    let whole = desk.tools.run::<Grep>(input.clone()).await.unwrap();
    assert_eq!((whole.truncated, whole.searched, whole.skipped_total), (false, 700, 58));
    assert!(whole.lines.is_sorted_by_key(|line| (line.path.clone(), line.line)));
    let files = glob(&desk, GlobInput::new("**")).await;
    for most in [0, 1, 2, 77, 301] {
        input.max_results = Some(most);
        let first = desk.tools.run::<Grep>(input.clone()).await.unwrap();
        assert_eq!((&first.lines[..], first.truncated), (&whole.lines[..most], true));
        // Files up to the one that no longer fitted.
        let cut = &whole.lines[most].path;
        assert_eq!(first.searched, files.iter().filter(|path| *path <= cut).count());
        for _ in 0..10 {
            assert_eq!(desk.tools.run::<Grep>(input.clone()).await.unwrap(), first);
        }
        let found = desk.tools.run::<Glob>(GlobInput::new("**").limit(most)).await.unwrap();
        assert_eq!((&found.paths[..], found.total), (&files[..most], 700));
    }
}

#[tokio::test]
async fn a_second_name_of_a_closed_file_is_closed_too() {
    let desk = desk();
    desk.put(".csm", "beta");
    desk.put("a.md", "beta");
    std::fs::hard_link(desk.root.join(".csm"), desk.root.join("other.md")).unwrap();
    assert_eq!(glob(&desk, GlobInput::new("**")).await, ["a.md"]);
    assert_eq!(desk.tools.run::<Grep>(GrepInput::new("beta")).await.unwrap().searched, 1);
}

#[tokio::test]
async fn walks_do_not_follow_links() {
    let desk = shelves();
    std::fs::write(desk.outside.join("secret.md"), "beta").unwrap();
    symlink(&desk.outside, desk.root.join("out")).unwrap();
    symlink("../outside/secret.md", desk.root.join("link.md")).unwrap();
    symlink("..", desk.root.join("a/up")).unwrap();
    assert_eq!(glob(&desk, GlobInput::new("**/*.md")).await, ["a-b/four.md", "a.md", "a/one.md"]);
    let found = desk.tools.run::<Grep>(GrepInput::new("beta").glob("*.md")).await.unwrap();
    assert_eq!(found.matches, 2);
    for base in ["out", "link.md", "a/up/.."] {
        let glob = desk.tools.run::<Glob>(GlobInput::new("*").path(base)).await;
        assert!(matches!(glob, Err(ToolError::Refused { .. })), "{base}");
    }
}

#[tokio::test]
async fn a_pattern_that_cannot_be_read_is_the_callers_to_mend() {
    let desk = desk();
    for pattern in ["a(", "a\nb"] {
        let grep = desk.tools.run::<Grep>(GrepInput::new(pattern)).await;
        assert!(matches!(grep, Err(ToolError::Invalid { .. })), "{pattern}");
    }
    for pattern in ["a[", "", "../*", "/etc/*"] {
        let glob = desk.tools.run::<Glob>(GlobInput::new(pattern)).await;
        assert!(matches!(glob, Err(ToolError::Invalid { .. })), "{pattern}");
    }
}
