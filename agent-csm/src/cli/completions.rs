//! `csm completions SHELL`.

use std::process::ExitCode;

use clap::{Args, CommandFactory};

use super::{Cli, CliError};

/// Which shell.
#[derive(Args, Debug)]
pub(super) struct CompletionsArgs {
    /// The shell to write for
    shell: clap_complete::Shell,
}

pub(super) fn run(args: &CompletionsArgs) -> Result<ExitCode, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "csm", &mut script);
    print_text!("{}", String::from_utf8_lossy(&script));
    Ok(ExitCode::SUCCESS)
}
