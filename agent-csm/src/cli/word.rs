//! What `csm note` and `csm snooze` share: which account is meant, who says it, and on which day.

use std::path::{Path, PathBuf};

use agent_core::runtime::{Clock as _, SystemClock, rfc3339};
use clap::Args;

use super::CliError;
use crate::agent::accounts_of;
use crate::assessment::Day;
use crate::people::{NotOneAccount, append};

/// Who says it, when, and where.
#[derive(Args, Debug)]
pub(super) struct WordArgs {
    /// Who says it [default: the name you are logged in with]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// The day it is said [default: the day the workspace's figures are as of]
    #[arg(long, value_name = "DATE")]
    on: Option<Day>,
    /// The workspace folder
    #[arg(short = 'w', long = "workspace", value_name = "DIR", default_value = ".")]
    pub(super) workspace: PathBuf,
}

/// A word about one account, ready to be written down.
pub(super) struct Word {
    /// The account's id.
    pub(super) account_id: String,
    /// Its name.
    pub(super) account: String,
    /// Where its notes lie, from the workspace's root.
    pub(super) notes: String,
    pub(super) said_on: Day,
    pub(super) said_by: String,
}

impl WordArgs {
    /// Finds the account that `named` means.
    pub(super) fn about(&self, named: &str) -> Result<Word, CliError> {
        let unreadable = |failure: agent_core::agent::Failure| CliError::told(failure.error());
        let (mut accounts, mut day) = accounts_of(&self.workspace, false).map_err(unreadable)?;
        if matches!(accounts.find(named), Err(NotOneAccount::Unknown { .. })) {
            // It may have come with files that nobody has imported yet.
            (accounts, day) = accounts_of(&self.workspace, true).map_err(unreadable)?;
        }
        let (account_id, account) =
            accounts.find(named).map_err(|error| CliError::failed(error.to_string()).hint(error.hint()))?;
        Ok(Word {
            account_id: account_id.to_owned(),
            account: account.to_owned(),
            notes: accounts.file_names().notes(account_id),
            said_on: self.on.or(day).map_or_else(system_day, Ok)?,
            said_by: self.by.clone().filter(|name| !name.trim().is_empty()).unwrap_or_else(user),
        })
    }

    /// Appends to a file of the workspace, durably.
    pub(super) fn append(&self, path: &str, first: &str, block: &str) -> Result<(), CliError> {
        let place: PathBuf = Path::new(&self.workspace).join(path);
        append(&place, first, block).map_err(|error| {
            CliError::because(format!("could not write `{}`", place.display()), &error)
                .hint("check that the folder exists and may be written")
        })
    }
}

/// Today, where the data has no day of its own yet.
fn system_day() -> Result<Day, CliError> {
    rfc3339(SystemClock.now_micros()).parse().map_err(|_| {
        CliError::failed("the system's clock shows no day").hint("say the day: `--on 2026-09-30`")
    })
}

/// The name this process's user logs in with, else the number.
fn user() -> String {
    let named = ["USER", "LOGNAME"].into_iter().filter_map(|name| std::env::var(name).ok());
    let known = named.map(|name| name.trim().to_owned()).find(|name| !name.is_empty());
    known.unwrap_or_else(|| format!("user {}", rustix::process::getuid().as_raw()))
}
