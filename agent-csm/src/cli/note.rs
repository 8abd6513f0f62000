//! `csm note ACCOUNT "…"`: a person's dated word, which the next session shows with the account's reasons.

use std::process::ExitCode;

use clap::Args;

use super::CliError;
use super::word::WordArgs;
use crate::people::{heading, written};

/// Which account, and what to note.
#[derive(Args, Debug)]
pub(super) struct NoteArgs {
    /// The account, by id or name
    account: String,
    /// What to note
    text: String,
    #[command(flatten)]
    word: WordArgs,
}

pub(super) fn run(args: &NoteArgs) -> Result<ExitCode, CliError> {
    let text = written(&args.text);
    if text.trim().is_empty() {
        return Err(CliError::usage("there is nothing to note")
            .hint("write what you know: `csm note Acme \"Their CFO wants numbers by Friday\"`"));
    }
    let word = args.word.about(&args.account)?;
    let path = word.notes.clone();
    let block = format!("{}{text}", heading(word.said_on, &word.said_by));
    args.word.append(&path, &format!("# {}\n", word.account), &block)?;
    print_line!(
        "Noted for {} ({}) on {} by {}, in {path}. The next session shows it.",
        word.account,
        word.account_id,
        word.said_on,
        word.said_by
    );
    Ok(ExitCode::SUCCESS)
}
