use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;
use protocol::{ErrorCode, Request, WireError};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use super::allowance::{Allowance, SessionPermit};
use super::http::Problem;
use super::state::{Shared, Workspace};
use super::tokens::{Token, TokenError, covers};
use crate::agent::Failure;
use crate::runtime::Runtime;
use crate::transport::websocket::Close;

/// Names under which tokens are sent where they do not belong.
const IN_QUERY: [&str; 4] = ["access_token", "authorization", "bearer", "token"];

/// Who asks: a token that was shown and is good, and the workspace it is of.
#[derive(Clone)]
pub struct Caller {
    workspace: Arc<Workspace>,
    token: Arc<Token>,
    allowance: Arc<Allowance>,
}

impl Caller {
    /// The runtime of the token's workspace.
    #[must_use]
    pub fn runtime(&self) -> &Runtime {
        &self.workspace.runtime
    }

    /// The name of the token's workspace.
    #[must_use]
    pub fn workspace(&self) -> &str {
        &self.workspace.name
    }

    /// The name of the token.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.token.name
    }

    /// Whether requests of this type are in the token's scopes.
    ///
    /// # Errors
    /// `FORBIDDEN`; `UNAUTHORIZED` when the token was revoked or expired since it was shown.
    pub fn allows(&self, request_type: &str) -> Result<(), WireError> {
        if !self.is_good() {
            return Err(WireError::new(ErrorCode::Unauthorized, NOT_GOOD_ANY_MORE));
        }
        if covers(&self.token.scopes, request_type, self.runtime().request_type()) {
            return Ok(());
        }
        let message = format!("the token `{}` is not for `{request_type}`", self.token.name);
        let hint = format!("it is for {}; ask for a token with that scope", self.token.scopes.join(", "));
        Err(WireError::new(ErrorCode::Forbidden, message).with_hint(hint))
    }

    /// Whether this request may be served: its type is in the token's scopes, its workspace is the token's.
    ///
    /// # Errors
    /// As [`Caller::allows`]; `INVALID_REQUEST` when the workspace it names is no text.
    pub fn admits(&self, request: &Request) -> Result<(), WireError> {
        self.allows(request.request_type())?;
        match request.workspace()? {
            Some(name) if name != self.workspace() => {
                let message = format!("the token `{}` is not for workspace `{name}`", self.token.name);
                let hint = "leave `payload.workspace` out, or use a token of that workspace";
                Err(WireError::new(ErrorCode::Forbidden, message).with_hint(hint))
            }
            _ => Ok(()),
        }
    }

    /// Counts one request. For HTTP it is done when the caller is taken from the request.
    ///
    /// # Errors
    /// `OVERLOADED` when there were too many of late.
    pub fn charge(&self) -> Result<(), WireError> {
        self.allowance.request()
    }

    /// Room for a request that may open a session, to be kept while it is followed; `None`: it needs none.
    ///
    /// # Errors
    /// `OVERLOADED` when too many are under way with this token.
    pub fn begin(&self, request: &Request) -> Result<Option<SessionPermit>, WireError> {
        let opens = request.request_type() == self.runtime().request_type();
        if opens { self.allowance.session().map(Some) } else { Ok(None) }
    }

    /// Room for one WebSocket.
    pub(super) fn socket(&self) -> Result<OwnedSemaphorePermit, WireError> {
        self.allowance.socket()
    }

    /// Returns when the token is not good any more.
    pub(super) async fn over(&self) -> Close {
        let tokens = &self.workspace.tokens;
        let mut changes = tokens.changes();
        while self.is_good() {
            // Either way it is looked at again.
            match tokens.left(&self.token) {
                Some(left) => drop(timeout(left, changes.changed()).await),
                None => drop(changes.changed().await),
            }
        }
        Close::new(Close::POLICY, NOT_GOOD_ANY_MORE)
    }

    pub(super) fn is_good(&self) -> bool {
        self.workspace.tokens.good(&self.token.sha256).is_some()
    }
}

pub(super) const NOT_GOOD_ANY_MORE: &str = "the token was revoked or has expired";

impl FromRequestParts<Shared> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, Problem> {
        let caller = identify(parts, state).await.and_then(|caller| {
            caller.charge()?;
            Ok(caller)
        });
        caller.map_err(|error| {
            state.counts().turn_away();
            error.into()
        })
    }
}

async fn identify(parts: &Parts, state: &Shared) -> Result<Caller, WireError> {
    if in_query(parts) {
        let message = "a token in the query string is not taken: addresses are logged and passed on";
        return Err(WireError::new(ErrorCode::Unauthorized, message));
    }
    let plain = bearer(parts)?;
    for workspace in state.workspaces() {
        let token = workspace.tokens.authenticate(plain).await;
        let token = token.map_err(|error: TokenError| {
            tracing::error!(cause = %error, workspace = %workspace.name, "tokens cannot be read");
            Failure::from(error).into_error()
        })?;
        if let Some(token) = token {
            let allowance = state.allowances.of(&token.sha256, state.limits());
            return Ok(Caller { workspace: Arc::clone(workspace), token, allowance });
        }
    }
    Err(WireError::new(ErrorCode::Unauthorized, "the token is not known here, was revoked or has expired"))
}

fn in_query(parts: &Parts) -> bool {
    let query = parts.uri.query().unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes())
        .any(|(name, value)| IN_QUERY.contains(&&*name.to_ascii_lowercase()) || value.starts_with("csm_"))
}

fn bearer(parts: &Parts) -> Result<&str, WireError> {
    let unauthorized = |message: &str| WireError::new(ErrorCode::Unauthorized, message);
    let mut values = parts.headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or_else(|| unauthorized("the request has no header `Authorization`"))?;
    if values.next().is_some() {
        return Err(unauthorized("the header `Authorization` is there twice"));
    }
    let value = value.to_str().map_err(|_| unauthorized("the header `Authorization` is not plain text"))?;
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(unauthorized("the header `Authorization` is not `Bearer` and a token")),
    }
}
