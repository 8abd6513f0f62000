//! The binary `csm`: everything is in `agent_csm::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    agent_csm::cli::main()
}
