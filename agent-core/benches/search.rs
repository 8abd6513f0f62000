//! Grep beside ripgrep and Glob beside fd: the same matches, and how long each took.
//!
//! Makes a tree of 100,000 files once (under `SEARCH_TREE`, or the system's temporary folder), then
//! runs both sides in turn over a warm cache and reports the best of several. Theirs is a process,
//! started and read to its end; ours is a call through the toolbox. `checks/search` runs this.

#![expect(clippy::unwrap_used, reason = "a bench may break off")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::{Duration, Instant};

use agent_core::definition::AgentDefinition;
use agent_core::tool::{Confined, Glob, GlobInput, Grep, GrepInput, Registry, Rules, Toolbox, file_tools};

const FILES: usize = 100_000;
const ROUNDS: usize = 9;
/// The aim: our time over theirs.
const MOST: f64 = 1.3;

type Found = BTreeSet<String>;

fn main() -> ExitCode {
    // `cargo test` runs benches too, with no argument that asks for measuring.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let base = std::env::var_os("SEARCH_TREE").map_or_else(std::env::temp_dir, PathBuf::from);
    let root = base.join(format!("csm-search-{FILES}-v2"));
    if !root.join("made").exists() {
        make(&root.join("tree"));
        fs::write(root.join("made"), "").unwrap();
    }
    let tree = root.join("tree");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let tools = toolbox(&tree);
    let mut good = true;
    say(&format!("{:<44} {:>8} {:>9} {:>9} {:>6} {:>6}", "", "matches", "theirs", "ours", "ratio", "cpu"));
    let only = std::env::var("SEARCH_ONLY").unwrap_or_default();
    for case in cases().into_iter().filter(|case| case.name.contains(&only)) {
        let ours = || runtime.block_on((case.ours)(&tools));
        let theirs = || run(&tree, &case.theirs);
        let (mine, other) = (ours(), theirs());
        let same = mine == other;
        let (mut best_mine, mut best_other) = (Duration::MAX, Duration::MAX);
        let before = processor_time();
        for _ in 0..ROUNDS {
            best_other = best_other.min(time(theirs));
            best_mine = best_mine.min(time(ours));
        }
        let after = processor_time();
        let busy = (after.0 - before.0) / (after.1 - before.1);
        let ratio = best_mine.as_secs_f64() / best_other.as_secs_f64();
        let (a, b) = (best_other.as_secs_f64() * 1e3, best_mine.as_secs_f64() * 1e3);
        let verdict = match (same, ratio <= MOST) {
            (false, _) => "  DIFFERENT MATCHES",
            (true, false) => "  SLOWER THAN AIMED",
            (true, true) => "",
        };
        say(&format!(
            "{:<44} {:>8} {a:>6.1} ms {b:>6.1} ms {ratio:>6.2} {busy:>6.2}{verdict}",
            case.name,
            mine.len()
        ));
        if !same {
            say(&format!("  only ours:   {:?}", mine.difference(&other).take(3).collect::<Vec<_>>()));
            say(&format!("  only theirs: {:?}", other.difference(&mine).take(3).collect::<Vec<_>>()));
        }
        good &= same && ratio <= MOST;
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// What this process has computed for so far, and what its children have, in ticks. Other work on the
/// machine tells less on these than on the clock.
fn processor_time() -> (f64, f64) {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<f64> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .skip(11)
        .take(4)
        .map(|it| it.parse().unwrap())
        .collect();
    (fields[0] + fields[1], fields[2] + fields[3])
}

fn time(run: impl Fn() -> Found) -> Duration {
    let start = Instant::now();
    let found = run();
    let took = start.elapsed();
    drop(found);
    took
}

/// An agent's tools over the tree, with the rules of a real workspace.
fn toolbox(tree: &Path) -> Toolbox {
    let text = "---\nname: a\ndescription: b\ntools: Glob, Grep\n---\n";
    let (definition, _) = AgentDefinition::parse(text, "agent.md").unwrap();
    let rules = Rules::new().deny(".csm").deny(".git").read_only("csm.toml");
    let confined = Confined::open(tree, rules).unwrap();
    Toolbox::new(Arc::new(Registry::new(file_tools()).unwrap()), &definition, confined).0
}

type Ours = Box<dyn for<'a> Fn(&'a Toolbox) -> std::pin::Pin<Box<dyn Future<Output = Found> + 'a>>>;

struct Case {
    name: &'static str,
    ours: Ours,
    theirs: Vec<&'static str>,
}

/// What rg and fd are told so that they look at what we look at: hidden files too, no global
/// configuration, `.git` closed.
fn cases() -> Vec<Case> {
    let rg = |name, pattern: &'static str, ignores: bool, insensitive: bool| {
        let mut theirs = vec![
            "rg",
            "--no-config",
            "--hidden",
            "--glob",
            "!/.git",
            "-n",
            "--null",
            "--no-heading",
            "--color=never",
        ];
        theirs.push(if ignores { "--no-ignore-global" } else { "--no-ignore" });
        theirs.extend(insensitive.then_some("-i"));
        theirs.extend(["-e", pattern, "."]);
        let mut input = GrepInput::new(pattern);
        input.max_results = Some(100_000);
        input.case_insensitive = insensitive;
        input.respect_gitignore = ignores;
        Case { name, ours: Box::new(move |tools| Box::pin(grep(tools, input.clone()))), theirs }
    };
    let fd = |name, glob: &'static str, ignores: bool| {
        let mut theirs = vec!["fdfind", "--hidden", "--exclude", "/.git", "--type", "f", "--color=never"];
        theirs.push(if ignores { "--no-global-ignore-file" } else { "--no-ignore" });
        theirs.extend(["--glob", glob]);
        let mut input = GlobInput::new(format!("**/{glob}"));
        input.respect_gitignore = ignores;
        Case { name, ours: Box::new(move |tools| Box::pin(glob_(tools, input.clone()))), theirs }
    };
    vec![
        fd("Glob **/*.toml, all files", "*.toml", false),
        fd("Glob **/*.toml, without the ignored", "*.toml", true),
        fd("Glob **/note-[0-9]*[05].{md,txt}", "note-[0-9]*[05].{md,txt}", false),
        fd("Glob of nothing there", "*.nothing", false),
        rg("Grep a word, all files", "quarterly_review", false, false),
        rg("Grep a word, without the ignored", "quarterly_review", true, false),
        rg("Grep a regex", r"fn \w+_renewal\(\d+\)", false, false),
        rg("Grep either case", "ESCALATION to", false, true),
        rg("Grep what is nowhere", "zzz_not_there", false, false),
    ]
}

async fn grep(tools: &Toolbox, input: GrepInput) -> Found {
    let found = tools.run::<Grep>(input).await.unwrap();
    assert!(!found.truncated, "the tree has more matches than an answer takes");
    found.lines.into_iter().map(|line| format!("{}\0{}:{}", line.path, line.line, line.text)).collect()
}

async fn glob_(tools: &Toolbox, input: GlobInput) -> Found {
    let found = tools.run::<Glob>(input).await.unwrap();
    assert!(!found.truncated, "the tree has more matches than an answer takes");
    found.paths.into_iter().collect()
}

fn run(tree: &Path, words: &[&str]) -> Found {
    let done = Command::new(words[0]).args(&words[1..]).current_dir(tree).output();
    let done = done.unwrap_or_else(|error| panic!("{}: {error}", words[0]));
    assert!(done.stderr.is_empty(), "{}", String::from_utf8_lossy(&done.stderr));
    let text = String::from_utf8_lossy(&done.stdout);
    // rg tells of binary files in lines of their own.
    let lines = text.lines().filter(|line| words[0] != "rg" || line.contains('\0'));
    lines.map(|line| line.strip_prefix("./").unwrap_or(line).trim_end_matches('\r').to_owned()).collect()
}

/// The same numbers every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides).unwrap()).unwrap()
    }
}

/// 100,000 files in some 6,000 directories up to 8 deep: text of 100 bytes to 60 KB, some binary,
/// hidden, ignored, linked, with names beyond ASCII.
fn make(root: &Path) {
    say(&format!("making {FILES} files in {}", root.display()));
    let _ = fs::remove_dir_all(root);
    fs::create_dir_all(root.join(".git")).unwrap();
    fs::write(root.join(".git/config"), "quarterly_review in .git").unwrap();
    let mut dice = Dice(0x5eed_5eed_5eed_5eed);
    let mut directories = vec![(root.to_owned(), 0)];
    while directories.len() < 6_000 {
        let (above, depth) = directories[dice.roll(directories.len())].clone();
        if depth == 8 {
            continue;
        }
        let number = directories.len();
        let name = match dice.roll(20) {
            0 => format!(".hidden{number}"),
            1 => format!("übung {number}"),
            2 => format!("target{number}"),
            _ => format!("d{number}"),
        };
        let path = above.join(name);
        fs::create_dir(&path).unwrap();
        directories.push((path, depth + 1));
    }
    for number in 0..FILES {
        // A tenth of them in one large directory.
        let at = if dice.roll(10) == 0 { 7 } else { dice.roll(directories.len()) };
        let directory = &directories[at].0;
        let kind = match dice.roll(100) {
            0..30 => "rs",
            30..50 => "md",
            50..65 => "txt",
            65..75 => "csv",
            75..85 => "json",
            85..93 => "log",
            93..97 => "toml",
            _ => "bin",
        };
        let name = match dice.roll(25) {
            0 => format!(".f{number}.{kind}"),
            1 => format!("résumé-{number}.{kind}"),
            2..=5 => format!("note-{number}.{kind}"),
            _ => format!("file{number}.{kind}"),
        };
        fs::write(directory.join(name), text(&mut dice, kind == "bin")).unwrap();
        if number % 500 == 0 {
            let _ = std::os::unix::fs::symlink(root, directory.join(format!("link{number}")));
        }
    }
    for (directory, _) in directories.iter().step_by(40) {
        let rules = ["*.log\n", "*.csv\n!note-*.csv\n", "/file*.json\ntarget*/\n", "# none\n**/d*/*.md\n"];
        fs::write(directory.join(".gitignore"), rules[dice.roll(rules.len())]).unwrap();
    }
}

fn text(dice: &mut Dice, binary: bool) -> Vec<u8> {
    const WORDS: [&str; 16] = [
        "account", "renewal", "usage", "let", "mut", "owner", "ticket", "figure", "return", "=", "{", "}",
        "customer", "plan", "0.25", "über",
    ];
    let lines = match dice.roll(200) {
        0 => 1_500,
        1..=20 => 150,
        _ => 5 + dice.roll(40),
    };
    let mut text = String::new();
    for _ in 0..lines {
        match dice.roll(4_000) {
            0 => text.push_str("see the quarterly_review of the team"),
            1 => write!(text, "    fn next_renewal({}) {{", dice.roll(90)).unwrap(),
            2 => text.push_str("Escalation To the lead, escalation to nobody else"),
            _ => (0..dice.roll(12)).for_each(|_| {
                text.push_str(WORDS[dice.roll(WORDS.len())]);
                text.push(' ');
            }),
        }
        text.push_str(if dice.roll(50) == 0 { "\r\n" } else { "\n" });
    }
    let mut bytes = text.into_bytes();
    if binary {
        let at = dice.roll(bytes.len());
        bytes[at] = 0;
    }
    bytes
}
