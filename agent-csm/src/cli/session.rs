//! A workspace's runtime, and the sessions that were.

use std::future::Future;
use std::path::Path;

use agent_core::runtime::Runtime;
use agent_core::telemetry::Meter;

use super::CliError;
use crate::agent::CustomerSuccessManager;
use crate::workspace::Workspace;

/// Runs async work to its end on threads of its own.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    let threads = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| CliError::because("could not start the runtime's threads", &error))?;
    threads.block_on(work)
}

/// How a runtime is opened beside what the workspace sets.
#[derive(Default)]
pub(super) struct Opening {
    /// Counts what it does.
    pub(super) meter: Meter,
}

/// The runtime of the agent over `workspace`.
pub(super) async fn open(workspace: &Path) -> Result<Runtime, CliError> {
    open_with(workspace, Opening::default()).await
}

/// The same, opened in a particular way.
pub(super) async fn open_with(workspace: &Path, opening: Opening) -> Result<Runtime, CliError> {
    let agent = CustomerSuccessManager::open(workspace).map_err(|failure| CliError::told(failure.error()))?;
    let runtime = agent.with_meter(opening.meter).runtime().await.map_err(|error| {
        CliError::because(format!("could not open the workspace `{}`", workspace.display()), &error)
    })?;
    if let Ok(workspace) = Workspace::open(workspace) {
        for warning in &workspace.config.warnings {
            print_aside!("csm.toml:{}: nobody reads `{}`; {}", warning.line, warning.key, warning.hint);
        }
    }
    for warning in runtime.warnings() {
        print_aside!("{warning}");
    }
    Ok(runtime)
}

/// The session to read: the one named, else the newest completed.
pub(super) async fn chosen(runtime: &Runtime, named: Option<&str>) -> Result<String, CliError> {
    let unreadable = |error: &dyn std::error::Error| CliError::because("could not read the sessions", error);
    match named {
        Some(id) => {
            let sessions = runtime.sessions(usize::MAX).await.map_err(|error| unreadable(&error))?;
            if sessions.iter().any(|session| session.id == id) {
                return Ok(id.to_owned());
            }
            let known: Vec<&str> = sessions.iter().take(5).map(|session| session.id.as_str()).collect();
            let hint = if known.is_empty() {
                "no session has run here; start one with `csm run`".to_owned()
            } else {
                format!("the newest are {}", known.join(", "))
            };
            Err(CliError::failed(format!("no session `{id}` in this workspace")).hint(hint))
        }
        None => runtime.ledger().newest().await.map_err(|error| unreadable(&error))?.ok_or_else(|| {
            CliError::failed("no session has run in this workspace").hint("start one with `csm run`")
        }),
    }
}
