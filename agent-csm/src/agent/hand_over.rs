//! Requests to peers, sent once their files are placed.

use agent_core::agent::Failure;
use agent_core::peer::HandOff;
use agent_core::session::SessionContext;
use protocol::{Handoff, HandoffOutcome, Members, Status};

use crate::deliverable;

/// Hands the requests to those who are configured, side by side, as the steps `handoff/<peer>`, and says what
/// came of each. The others wait in their files.
pub(super) async fn hand_over(
    requests: Vec<deliverable::Handoff>,
    cx: &SessionContext,
) -> Result<Vec<Handoff>, Failure> {
    let to_send = requests.iter().filter(|request| request.is_to_be_sent());
    let to_send = to_send.map(|request| (format!("handoff/{}", request.peer), wire(request))).collect();
    let mut sent = cx.phase("growth", Status::Growing).hand_off_all(to_send).await?.into_iter();
    let came = requests.into_iter().map(|request| match request.is_to_be_sent() {
        true => sent.next().ok_or_else(|| Failure::bug("a hand-off came to nothing")),
        false => Ok(left(request)),
    });
    came.collect()
}

fn wire(request: &deliverable::Handoff) -> HandOff {
    let mut payload = Members::new();
    payload.insert("query".to_owned(), request.query.as_str().into());
    payload.insert("items".to_owned(), request.items.clone().into());
    HandOff::new(&request.peer, &request.request_type, &request.query, payload)
        .with_figures(request.figures.iter().cloned())
        .with_path(&request.path)
        .with_id(&request.id)
}

fn left(request: deliverable::Handoff) -> Handoff {
    let figures = request.figures.iter().map(|figure| figure.id.clone());
    Handoff::new(request.peer, request.query, HandoffOutcome::LeftAsFile)
        .with_reason("no such peer is configured; the request lies in the workspace")
        .with_path(request.path)
        .with_figures(figures)
}
