//! `csm import SOURCE… --into WORKSPACE`: the operator's own hand.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::CliError;
use crate::agent::{import_knowledge, texts_of};
use crate::engine::thousands;
use crate::import::{ImportError, bring};

/// What to bring, and where.
#[derive(Args, Debug)]
pub(super) struct ImportArgs {
    /// Export files, or folders of them (CSV, NDJSON, Parquet)
    #[arg(required = true, value_name = "SOURCE")]
    sources: Vec<PathBuf>,
    /// The workspace folder; made when it is not there
    #[arg(long, value_name = "WORKSPACE", default_value = ".")]
    into: PathBuf,
    /// The company whose customers these are, for a new workspace
    #[arg(long, value_name = "NAME", default_value = "Our company")]
    company: String,
    /// Print the quality report as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &ImportArgs) -> Result<ExitCode, CliError> {
    let (mappings, schema) =
        import_knowledge(&args.into).map_err(|failure| CliError::told(failure.error()))?;
    let report = bring(&args.into, &args.sources, &args.company, &mappings, &schema).map_err(|error| {
        if let ImportError::NoAccounts { report } = &error {
            for reject in &report.rejects {
                print_aside!("{reject}");
            }
        }
        CliError::because("could not import", &error).hint(error.hint())
    })?;
    let (texts, new) = texts_of(&args.into).map_err(|failure| CliError::told(failure.error()))?;
    if args.json {
        let text = serde_json::to_string(&report)
            .map_err(|error| CliError::because("could not encode the report", &error))?;
        print_line!("{text}");
    } else {
        print_text!("{}", report.render());
        if texts > 0 {
            print_line!(
                "\n{} different texts read for sentiment and themes, {} of them new",
                counted(texts),
                counted(new)
            );
        }
        print_line!("\nNext: csm run {}", args.into.display());
    }
    Ok(ExitCode::SUCCESS)
}

fn counted(n: usize) -> String {
    thousands(i64::try_from(n).unwrap_or(i64::MAX))
}
