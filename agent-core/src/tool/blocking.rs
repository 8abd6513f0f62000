//! File work runs on tokio's blocking threads, so that a slow disk does not stall the session.

use super::error::ToolError;

/// Runs blocking work to its end. Dropping the future does not stop the work: a write that has
/// begun is finished, never left half done. The work holds the call's [`super::ToolContext`], so that
/// its session does not say that it has ended before the work is done.
pub(super) async fn blocking<T, F>(tool: &'static str, work: F) -> Result<T, ToolError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, ToolError> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(join) => Err(ToolError::Broken { tool: tool.into(), reason: join.to_string() }),
    }
}
