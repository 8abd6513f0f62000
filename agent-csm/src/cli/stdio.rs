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
        // Their messages are in the store for whoever asks; nobody here listens to them yet.
        let resumed = runtime.resume_all().await.map_err(|error| CliError::told(&error))?;
        for (session, error) in resumed.left {
            tracing::warn!(session, code = %error.code, "an unfinished session is left as it is");
        }
        let served = serve(&runtime, tokio::io::stdin(), tokio::io::stdout()).await;
        runtime.close().await;
        served.map_err(|error| CliError::because("the streams broke", &error))?;
        Ok(ExitCode::SUCCESS)
    })
}
