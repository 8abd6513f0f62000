use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::http::header::{CONNECTION, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use protocol::{ErrorCode, Members, WireError};
use serde_json::Value;

use crate::agent::Failure;

/// A refusal: `{"error": …}` with the status that fits its code.
#[derive(Clone, Debug)]
pub struct Problem {
    error: Box<WireError>,
    status: StatusCode,
}

impl Problem {
    /// A refusal with this code.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        WireError::new(code, message).into()
    }

    /// The same refusal with another status than its code's own.
    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The same refusal with another hint than its code's own.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.error.hint = hint.into();
        self
    }

    /// What was wrong.
    #[must_use]
    pub fn error(&self) -> &WireError {
        &self.error
    }
}

impl From<WireError> for Problem {
    fn from(error: WireError) -> Self {
        Self { status: status_of(error.code), error: Box::new(error) }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        failure.into_error().into()
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(ErrorCode::InvalidRequest, format!("the query string: {}", rejection.body_text()))
            .with_hint("see `/openapi.json` for what the route takes")
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::new(ErrorCode::InvalidRequest, format!("the path: {}", rejection.body_text()))
            .with_hint("write the path in UTF-8, percent-encoded")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self { error, status } = self;
        let wait = error.retryable.then(|| wait_of(error.code));
        let mut body = Members::new();
        body.insert("error".to_owned(), error.into_members().into());
        let mut response = (status, Json(Value::Object(body))).into_response();
        if let Some(seconds) = wait {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::REQUEST_TIMEOUT {
            // What is left of the body would be read as the next request.
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// After how many seconds to try again.
fn wait_of(code: ErrorCode) -> u64 {
    match code {
        ErrorCode::SessionBusy | ErrorCode::ShuttingDown | ErrorCode::StoreFailed => 5,
        _ => 1,
    }
}

/// The HTTP status of each code: the one table.
#[must_use]
pub fn status_of(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::NotUtf8
        | ErrorCode::InvalidJson
        | ErrorCode::DuplicateMember
        | ErrorCode::NotAnObject
        | ErrorCode::UnknownMessage
        | ErrorCode::InvalidMessage
        | ErrorCode::InvalidRequest => StatusCode::BAD_REQUEST,
        ErrorCode::Unauthorized => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden | ErrorCode::ToolDenied => StatusCode::FORBIDDEN,
        ErrorCode::UnknownRequestType
        | ErrorCode::ContextUnknown
        | ErrorCode::SessionUnknown
        | ErrorCode::FigureUnknown
        | ErrorCode::SubjectUnknown
        | ErrorCode::ApprovalUnknown
        | ErrorCode::FileUnknown => StatusCode::NOT_FOUND,
        ErrorCode::SessionEnded
        | ErrorCode::SessionSuperseded
        | ErrorCode::SessionBusy
        | ErrorCode::SessionTaken
        | ErrorCode::ApprovalAnswered
        | ErrorCode::ApprovalChanged => StatusCode::CONFLICT,
        ErrorCode::ApprovalExpired | ErrorCode::ApprovalWithdrawn | ErrorCode::SessionPruned => {
            StatusCode::GONE
        }
        ErrorCode::LineTooLong => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::IdempotencyConflict
        | ErrorCode::WorkspaceInvalid
        | ErrorCode::DatasetInvalid
        | ErrorCode::KnowledgeInvalid
        | ErrorCode::BudgetExceeded => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::Overloaded => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::EvidenceDamaged | ErrorCode::StepChanged | ErrorCode::Internal => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
        ErrorCode::ToolFailed => StatusCode::BAD_GATEWAY,
        ErrorCode::StoreFailed | ErrorCode::ConsumerTooSlow | ErrorCode::ShuttingDown => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        ErrorCode::DeadlinePassed => StatusCode::GATEWAY_TIMEOUT,
        ErrorCode::RequestLoop => StatusCode::LOOP_DETECTED,
    }
}
