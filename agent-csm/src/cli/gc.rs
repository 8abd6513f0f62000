//! `csm gc`: gives up old questions and sessions, and the room they took.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use agent_core::runtime::Pruned;
use clap::Args;

use super::CliError;
use super::serve::STATE_DIR;
use super::session::{block_on, open};

/// What to clean up.
#[derive(Args, Debug)]
#[command(
    after_help = "What is kept is set in csm.toml, section [agent]: question_days, questions_kept, sessions_kept.\n\
                  A session that files in out/ or plans/ rest on is kept beyond that."
)]
pub(super) struct GcArgs {
    /// The workspace folder
    #[arg(short = 'w', long = "workspace", value_name = "DIR", default_value = ".")]
    workspace: PathBuf,
    /// Only say what would go
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &GcArgs) -> Result<ExitCode, CliError> {
    block_on(async {
        let runtime = open(&args.workspace).await?;
        let before = size_of(&args.workspace.join(STATE_DIR));
        let pruned = if args.dry_run { runtime.prunable().await } else { runtime.compact().await };
        runtime.close().await;
        let pruned = pruned.map_err(|error| CliError::told(&error))?;
        tell(&pruned, args.dry_run);
        let after = size_of(&args.workspace.join(STATE_DIR));
        if args.dry_run {
            print_line!("{STATE_DIR}/ takes {}; nothing was changed", megabytes(before));
        } else {
            print_line!("{STATE_DIR}/ took {} and takes {}", megabytes(before), megabytes(after));
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn tell(pruned: &Pruned, dry_run: bool) {
    let (went, stay) = if dry_run { ("would go", "would stay") } else { ("went", "stay") };
    print_line!(
        "{} and {} {went}, with {} of {}",
        count(pruned.sessions.len(), "session"),
        count(pruned.questions, "answered question"),
        count(pruned.objects, "file"),
        megabytes(pruned.bytes),
    );
    for session in &pruned.sessions {
        print_line!("  {session}");
    }
    if !pruned.needed.is_empty() {
        print_line!(
            "{} older than what is kept {stay}: files in the workspace rest on their figures",
            count(pruned.needed.len(), "session")
        );
    }
}

fn count(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10)
}

/// Bytes of all files below a folder.
fn size_of(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(there) if there.is_dir() => size_of(&entry.path()),
        Ok(there) => there.len(),
        Err(_) => 0,
    });
    sizes.sum()
}
