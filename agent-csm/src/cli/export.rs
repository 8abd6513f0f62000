//! `csm export tables`: every table as Parquet, for any tool.

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::session::{block_on, chosen, open};
use super::{CliError, WorkspaceArgs, show};
use crate::agent::{Left, tables_of};

/// What to export.
#[derive(Args, Debug)]
pub(super) struct ExportArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Canonical tables as known on the as-of date, and every derived table
    Tables(TablesArgs),
}

/// Where to.
#[derive(Args, Debug)]
struct TablesArgs {
    /// The folder to write to
    #[arg(long, value_name = "DIR", default_value = "tables")]
    out: PathBuf,
    /// The day the tables are as of [default: that of the session]
    #[arg(long, value_name = "DAY")]
    as_of: Option<NaiveDate>,
    /// Print the paths as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    workspace: WorkspaceArgs,
}

pub(super) fn run(args: &ExportArgs) -> Result<ExitCode, CliError> {
    let What::Tables(args) = &args.what;
    let root = &args.workspace.workspace;
    let (as_of, left) = block_on(async {
        let runtime = open(root).await?;
        let session = chosen(&runtime, args.workspace.session.as_deref()).await;
        let as_of = match session {
            Ok(session) => runtime
                .ledger()
                .list(&session)
                .await
                .map_err(|error| CliError::because("could not read the ledger", &error))?
                .into_iter()
                .next()
                .map(|figure| figure.as_of),
            Err(error) if args.workspace.session.is_some() => return Err(error),
            Err(_) => None,
        };
        // The tables are those of that session, so they stand on what it stood on.
        let left = match runtime
            .completed(args.workspace.session.as_deref())
            .await
            .map_err(|error| CliError::because("could not read the sessions", &error))?
        {
            Some(session) => Left::of(&session).await.map_err(|failure| CliError::told(failure.error()))?,
            None => Left::default(),
        };
        runtime.close().await;
        Ok((as_of, left))
    })?;
    // Another day than the session's stands on nothing that a session left.
    let (as_of, left) = match args.as_of.map(|day| day.to_string()) {
        Some(day) if as_of.as_ref() != Some(&day) => (Some(day), Left::default()),
        _ => (as_of, left),
    };
    let written = block_on(async {
        let written = tables_of(root, as_of.as_deref(), left, &args.out).await;
        written.map_err(|failure| CliError::told(failure.error()))
    })?;
    if args.json {
        print_line!("{}", serde_json::json!(written));
        return Ok(ExitCode::SUCCESS);
    }
    show::table(["table"], written.iter().map(|path| [path.display().to_string()]));
    Ok(ExitCode::SUCCESS)
}
