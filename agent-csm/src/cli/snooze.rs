//! `csm snooze ACCOUNT --until DATE --because "…"`: puts an account aside; its figures stay as they are.

use std::fs;
use std::process::ExitCode;

use clap::Args;

use super::CliError;
use super::word::{Word, WordArgs};
use crate::assessment::Day;
use crate::people::{SNOOZES, SNOOZES_FIRST, SnoozeWord, parse_snoozes};

/// Which account, until when, and why.
#[derive(Args, Debug)]
pub(super) struct SnoozeArgs {
    /// The account, by id or name
    account: String,
    /// The first day on which its actions are back
    #[arg(
        long,
        value_name = "DATE",
        required_unless_present = "lift",
        conflicts_with = "lift",
        requires = "because"
    )]
    until: Option<Day>,
    /// Why it is put aside
    #[arg(long, value_name = "WHY")]
    because: Option<String>,
    /// Take the account up again
    #[arg(long)]
    lift: bool,
    #[command(flatten)]
    word: WordArgs,
}

pub(super) fn run(args: &SnoozeArgs) -> Result<ExitCode, CliError> {
    let because = args.because.as_deref().map(str::trim).filter(|text| !text.is_empty());
    if !args.lift && because.is_none() {
        return Err(
            CliError::usage("the snooze does not say why").hint("add `--because \"waits for their budget\"`")
        );
    }
    let word = args.word.about(&args.account)?;
    if let Some(until) = args.until.filter(|until| *until <= word.said_on) {
        return Err(CliError::usage(format!("{until} is not after {}, the day this is said", word.said_on))
            .hint("name the first day on which the account is to be taken up again"));
    }
    let newest = newest(args, &word)?;
    if args.lift && newest.is_none_or(|it| it.until_on.is_none()) {
        return Err(CliError::failed(format!("{} ({}) is not snoozed", word.account, word.account_id))
            .hint(format!("snoozes stand in {SNOOZES}")));
    }
    let entry = SnoozeWord {
        account: word.account_id.clone(),
        said_on: word.said_on,
        until_on: args.until,
        because: because.map(str::to_owned),
        said_by: word.said_by.clone(),
        source: String::new(),
    };
    args.word.append(SNOOZES, SNOOZES_FIRST, &entry.block(&word.account))?;
    let who = format!("{} ({})", word.account, word.account_id);
    match args.until {
        Some(until) => print_line!(
            "Snoozed {who} until {until}, said on {} by {}, in {SNOOZES}. From the next session on its actions are out \
             of the queue; its figures stay.",
            word.said_on,
            word.said_by
        ),
        None => print_line!("Lifted the snooze of {who}. The next session takes it up again."),
    }
    Ok(ExitCode::SUCCESS)
}

/// The last word about the account; a file that cannot be read is not appended to.
fn newest(args: &SnoozeArgs, word: &Word) -> Result<Option<SnoozeWord>, CliError> {
    let path = args.word.workspace.join(SNOOZES);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(CliError::because(format!("could not read `{}`", path.display()), &error));
        }
    };
    let words = parse_snoozes(&text).map_err(|error| CliError::failed(error.to_string()).hint(error.hint))?;
    let mine = words.into_iter().filter(|it| {
        it.account == word.account_id || it.account.to_lowercase() == word.account.to_lowercase()
    });
    // Of words of one day the later one counts.
    Ok(mine.fold(None, |last: Option<SnoozeWord>, it| match last {
        Some(last) if last.said_on > it.said_on => Some(last),
        _ => Some(it),
    }))
}
