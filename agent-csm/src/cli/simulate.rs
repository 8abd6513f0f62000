//! `csm simulate DIR`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{CliError, show};
use crate::simulate::{self, Parameters};

/// What to make up, and where.
#[derive(Args, Debug)]
pub(super) struct SimulateArgs {
    #[command(flatten)]
    parameters: Parameters,
    /// Folder for the hidden truth, which import never reads [default: DIR with `-truth` added]
    #[arg(long, value_name = "DIR")]
    truth: Option<PathBuf>,
    /// Print the row counts as JSON
    #[arg(long)]
    json: bool,
    /// The workspace folder to write
    dir: PathBuf,
}

pub(super) fn run(args: &SimulateArgs) -> Result<ExitCode, CliError> {
    let summary = simulate::run(&args.parameters, &args.dir, args.truth.as_deref()).map_err(|error| {
        let told = CliError::because("could not write the company", &error);
        match error.hint() {
            Some(hint) => told.hint(hint),
            None => told,
        }
    })?;
    if args.json {
        let rows: serde_json::Map<String, serde_json::Value> =
            summary.rows.iter().map(|(table, rows)| ((*table).to_owned(), (*rows).into())).collect();
        print_line!("{}", serde_json::json!({ "as_of": summary.as_of.to_string(), "rows": rows }));
        return Ok(ExitCode::SUCCESS);
    }
    show::table(
        ["table", "rows"],
        summary.rows.iter().map(|(table, rows)| [(*table).to_owned(), rows.to_string()]),
    );
    print_line!("As of {}. The hidden truth is in {}.", summary.as_of, summary.truth.display());
    print_line!("Next: csm run {}", summary.dir.display());
    Ok(ExitCode::SUCCESS)
}
