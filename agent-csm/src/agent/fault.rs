//! What went wrong below, in the words of the wire.

use std::error::Error;

use agent_core::agent::Failure;
use protocol::ErrorCode;

use crate::phases::AnalysisError;

/// `csm.toml` or the folder is not as it must be.
pub(super) fn invalid_workspace(error: &(dyn Error + 'static)) -> Failure {
    told(ErrorCode::WorkspaceInvalid, error)
}

/// The data cannot be read.
pub(super) fn invalid_dataset(error: &(dyn Error + 'static)) -> Failure {
    told(ErrorCode::DatasetInvalid, error)
}

/// A knowledge file is wrong.
pub(super) fn invalid_knowledge(error: &(dyn Error + 'static)) -> Failure {
    told(ErrorCode::KnowledgeInvalid, error)
}

/// The book could not be assessed.
pub(super) fn refused(error: &AnalysisError) -> Failure {
    let code = match error {
        AnalysisError::Dataset(_) | AnalysisError::Moved => ErrorCode::DatasetInvalid,
        AnalysisError::Engine(_) | AnalysisError::Rows { .. } => ErrorCode::KnowledgeInvalid,
    };
    told(code, error).with_hint(error.hint())
}

/// The message with its causes, none told twice.
fn told(code: ErrorCode, error: &(dyn Error + 'static)) -> Failure {
    let mut message = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !message.contains(&text) {
            message.push_str(": ");
            message.push_str(&text);
        }
        next = cause.source();
    }
    Failure::new(code, message)
}

/// Runs work that computes or waits for files, off the async threads.
pub(super) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Failure::bug(format!("the work broke off: {error}"))),
    }
}
