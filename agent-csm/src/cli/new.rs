//! `csm new DIR`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::CliError;
use crate::workspace::Workspace;

/// Where, and for whom.
#[derive(Args, Debug)]
pub(super) struct NewArgs {
    /// The folder; made when it is not there
    dir: PathBuf,
    /// The company whose customers these are
    #[arg(long, value_name = "NAME", default_value = "Our company")]
    company: String,
}

pub(super) fn run(args: &NewArgs) -> Result<ExitCode, CliError> {
    let workspace = Workspace::create(&args.dir, &args.company).map_err(|error| {
        CliError::because(format!("could not start a workspace in `{}`", args.dir.display()), &error)
            .hint(error.hint())
    })?;
    let at = workspace.root.display();
    print_line!("Started a workspace in {at}.");
    print_line!("Put exports into {at}/data, or bring them with: csm import FILE… --into {at}");
    print_line!("Then: csm run {at}");
    Ok(ExitCode::SUCCESS)
}
