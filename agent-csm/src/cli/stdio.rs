//! `csm stdio WORKSPACE`: the protocol on stdin and stdout.

use std::path::PathBuf;
use std::process::ExitCode;

use agent_core::transport::stdio::serve;
use clap::Args;

use super::CliError;
use super::session::{block_on, open};

/// What to serve.
#[derive(Args, Debug)]
pub(super) struct StdioArgs {
    /// The workspace folder
    #[arg(default_value = ".")]
    workspace: PathBuf,
}

pub(super) fn run(args: &StdioArgs) -> Result<ExitCode, CliError> {
    block_on(async {
        let runtime = open(&args.workspace).await?;
        let served = serve(&runtime, tokio::io::stdin(), tokio::io::stdout()).await;
        runtime.close().await;
        served.map_err(|error| CliError::because("the streams broke", &error))?;
        Ok(ExitCode::SUCCESS)
    })
}
