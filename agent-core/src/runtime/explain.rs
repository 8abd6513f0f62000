use std::sync::Arc;

use protocol::reply::{OpenedFigure, payload_of};
use protocol::{ErrorCode, FigureId, Members, Request, payload};

use super::host::Inner;
use crate::agent::{Answer, Failure};

/// How many rows are sent when nobody says.
const ROWS: u64 = 100;
/// Rows of a message, in bytes of JSON: well below what a line may hold.
const ROW_BYTES: usize = 512 * 1024;

impl Inner {
    /// Opens a figure: its value, its definition, and rows it came from, verified against their hash.
    pub(super) async fn explain_figure(&self, request: &Request) -> Result<Answer, Failure> {
        let asked: payload::ExplainFigure = request.payload_as()?;
        let named = asked.session_id.or_else(|| request.meta().session_id().map(str::to_owned));
        let session_id = match named {
            Some(id) => self.record(&id).await?.id,
            None => self.ground.ledger.newest().await?.ok_or_else(|| {
                Failure::new(ErrorCode::FigureUnknown, "no session of this workspace has recorded a figure")
            })?,
        };
        // An id that went through JSON may lack its prefix.
        let id = FigureId::from(asked.figure.as_str());
        let Some(opened) = self.ground.ledger.open(&session_id, &id).await? else {
            let message = format!("no figure `{id}` in session `{session_id}`");
            return Err(Failure::new(ErrorCode::FigureUnknown, message));
        };
        let figure = opened.figure;
        let limit = usize::try_from(asked.rows.unwrap_or(ROWS)).unwrap_or(usize::MAX);
        let rows = match opened.rows {
            None => Vec::new(),
            Some(bytes) => {
                let (agent, figure) = (Arc::clone(&self.agent), figure.clone());
                let rows = tokio::task::spawn_blocking(move || agent.rows(&figure, &bytes, limit)).await;
                rows.map_err(|error| Failure::bug(format!("showing rows broke off: {error}")))?
                    .unwrap_or_default()
            }
        };
        let rows = fitting(rows);
        let shown = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let mut reply = OpenedFigure::new(session_id, figure, rows);
        reply.truncated = reply.figure.evidence.as_ref().is_some_and(|evidence| shown < evidence.count);
        reply.definition_text = self.agent.definition_text(&reply.figure);
        Ok(Answer::new(payload_of(&reply)))
    }
}

/// The first rows that fit a message.
fn fitting(mut rows: Vec<Members>) -> Vec<Members> {
    let mut bytes = 0;
    let fit = rows.iter().position(|row| {
        bytes += serde_json::to_string(row).map_or(0, |text| text.len());
        bytes > ROW_BYTES
    });
    if let Some(fit) = fit {
        rows.truncate(fit);
    }
    rows
}
