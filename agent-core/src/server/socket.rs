use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, Request, State};
use axum::response::{IntoResponse, Response};
use http::header::SEC_WEBSOCKET_VERSION;
use http::{HeaderValue, StatusCode};
use protocol::{DEFAULT_LINE_LIMIT, ErrorCode, Incoming, Outgoing, Refused, WireError, decode_line, encode};

use super::allowance::SessionPermit;
use super::caller::Caller;
use super::connection::Room;
use super::http::Problem;
use super::state::Shared;
use crate::telemetry::Meter;
use crate::transport::Connection;
use crate::transport::websocket::{self, Close, Handler, Said, Voice};

/// Where WebSockets are opened.
pub(super) const PATH: &str = "/v1/ws";

/// Opens a WebSocket for a caller who was let in.
pub(super) async fn open(
    State(state): State<Shared>,
    caller: Caller,
    Extension(room): Extension<Arc<Room>>,
    mut request: Request,
) -> Result<Response, Problem> {
    if state.is_draining() {
        return Err(Problem::new(ErrorCode::ShuttingDown, "the server is stopping"));
    }
    let permit = caller.socket()?;
    let (response, upgrade) = match websocket::accept(&mut request, Body::empty) {
        Ok(accepted) => accepted,
        Err(wrong) => return Ok(not_a_handshake(&wrong)),
    };
    let of_server = Arc::clone(&state);
    state.tasks.spawn(async move {
        let state = of_server;
        let Ok(upgraded) = upgrade.await else { return };
        let Some(taken) = websocket::taken(upgraded) else { return };
        let _kept = (permit, room);
        let _counted = state.counts().socket();
        let meter = state.meter();
        meter.websocket_opened();
        let (connection, outgoing) = Connection::new(caller.runtime());
        let ear = Ear { caller, connection };
        let mouth = Mouth { state: Arc::clone(&state), last: None, meter: meter.clone() };
        let (limits, stop) = (&state.limits().socket, state.closing());
        let code = tokio::select! {
            code = websocket::run(taken, ear, mouth, outgoing, limits, stop) => code,
            () = state.cut().cancelled() => Some(Close::GOING_AWAY),
        };
        meter.websocket_closed(code);
    });
    Ok(response)
}

fn not_a_handshake(wrong: &str) -> Response {
    let mut response = Problem::new(ErrorCode::InvalidRequest, format!("no WebSocket: {wrong}"))
        .with_status(StatusCode::UPGRADE_REQUIRED)
        .with_hint("connect with a WebSocket client, version 13")
        .into_response();
    response.headers_mut().insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    response.headers_mut().insert(http::header::UPGRADE, HeaderValue::from_static("websocket"));
    response
}

/// Hears what a caller says.
struct Ear {
    caller: Caller,
    connection: Connection,
}

impl Ear {
    /// What is read of one text, and the room it takes.
    fn read(&self, text: &str) -> Result<(Incoming, Option<SessionPermit>), Refused> {
        let charged = self.caller.charge();
        let message = decode_line(text.as_bytes(), DEFAULT_LINE_LIMIT)?;
        let Incoming::Request(request) = &message else {
            charged?;
            return Ok((message, None));
        };
        let admitted: Result<_, WireError> =
            charged.and_then(|()| self.caller.admits(request)).and_then(|()| self.caller.begin(request));
        match admitted {
            Ok(permit) => Ok((message, permit)),
            Err(error) => Err(Refused { error, in_reply_to: message.meta().request_id().map(str::to_owned) }),
        }
    }
}

impl Handler for Ear {
    async fn take(&self, said: Said) -> Result<(), Close> {
        let Said::Text(text) = said else {
            return Err(Close::new(Close::UNSUPPORTED, "send each message as one text frame"));
        };
        match self.read(&text) {
            Ok((message, permit)) => self.connection.take_holding(Ok(message), permit).await,
            Err(refused) => self.connection.take(Err(refused)).await,
        }
        Ok(())
    }

    async fn over(&self) -> Close {
        self.caller.over().await
    }

    async fn finish(self) {
        self.connection.finish().await;
    }
}

/// Says what the agent says, and remembers how far it came.
struct Mouth {
    state: Shared,
    /// The session that was spoken of last, and the place of what was said.
    last: Option<(String, u64)>,
    meter: Meter,
}

impl Voice for Mouth {
    type Out = Outgoing;

    fn say(&mut self, out: &Outgoing) -> Said {
        Said::Text(encode(out).into())
    }

    fn said(&mut self, out: Outgoing) {
        self.meter.message_sent();
        let meta = out.meta();
        let (Some(session_id), Some(seq)) = (meta.session_id(), meta.seq()) else { return };
        match &mut self.last {
            Some((last, at)) if last == session_id => *at = seq,
            last => *last = Some((session_id.to_owned(), seq)),
        }
    }

    fn too_slow(&self) -> String {
        self.state.counts().found_slow();
        let mut reason = serde_json::json!({ "code": ErrorCode::ConsumerTooSlow });
        if let Some((session_id, seq)) = &self.last {
            reason["session_id"] = session_id.as_str().into();
            reason["seq"] = (*seq).into();
        }
        reason.to_string()
    }
}
