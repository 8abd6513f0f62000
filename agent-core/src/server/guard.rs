use std::net::SocketAddr;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{HOST, ORIGIN};
use http::request::Parts;
use protocol::{ErrorCode, WireError};

use super::http::Problem;
use super::state::Shared;

/// Asked by whoever watches the process, by whatever name; they tell nothing.
const OPEN: [&str; 2] = ["/healthz", "/readyz"];

/// Where requests may come from and by which names: a page in a browser can send requests here too.
#[derive(Debug)]
pub(super) struct Guard {
    /// `name` for any port, or `name:port`, in lower case.
    hosts: Vec<String>,
    origins: Vec<String>,
}

impl Guard {
    pub(super) fn new(addr: SocketAddr, hosts: &[String], origins: &[String]) -> Self {
        let mut hosts: Vec<String> = hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        if addr.ip().is_loopback() || addr.ip().is_unspecified() {
            let port = addr.port();
            hosts.extend(["localhost", "127.0.0.1", "[::1]"].map(|name| format!("{name}:{port}")));
        }
        if !addr.ip().is_unspecified() {
            hosts.push(addr.to_string());
        }
        let origins = origins.iter().map(|origin| origin.trim_end_matches('/').to_ascii_lowercase());
        Self { hosts, origins: origins.collect() }
    }

    fn check(&self, parts: &Parts) -> Result<(), WireError> {
        let host = one(parts, &HOST)?.ok_or_else(|| {
            forbidden("the request has no header `Host`", "send the name this server is known by")
        })?;
        // A request may also name a host in its first line; then both must be ours.
        let named = parts.uri.authority().map(|authority| authority.as_str().to_ascii_lowercase());
        for host in [Some(&host), named.as_ref()].into_iter().flatten() {
            if !self.knows(host) {
                let message = "the header `Host` does not name this server".to_owned();
                let hint = "whoever runs the server can add the name to its allowed hosts";
                return Err(forbidden(message, hint).with_detail("host", host.as_str()));
            }
        }
        match one(parts, &ORIGIN)? {
            Some(origin) if !self.trusts(&origin, &host) => {
                let message = "pages of the origin in the header `Origin` may not ask this server";
                let hint = "whoever runs the server can add it to its allowed origins";
                Err(forbidden(message, hint).with_detail("origin", origin))
            }
            // Programs that are no browsers send none.
            _ => Ok(()),
        }
    }

    fn knows(&self, host: &str) -> bool {
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        };
        self.hosts.iter().any(|known| known == host || known == name)
    }

    fn trusts(&self, origin: &str, host: &str) -> bool {
        let same = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        same == Some(host) || self.origins.iter().any(|known| known == origin)
    }
}

/// A header's value in lower case; a header that is there twice could be read one way here, another elsewhere.
fn one(parts: &Parts, name: &http::HeaderName) -> Result<Option<String>, WireError> {
    let mut values = parts.headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(forbidden(format!("the header `{name}` is there twice"), "send it once"));
    }
    match first.map(|value| value.to_str()) {
        None => Ok(None),
        Some(Ok(value)) => Ok(Some(value.to_ascii_lowercase())),
        Some(Err(_)) => Err(forbidden(format!("the header `{name}` is not plain text"), "send it as ASCII")),
    }
}

fn forbidden(message: impl Into<String>, hint: &str) -> WireError {
    WireError::new(ErrorCode::Forbidden, message).with_hint(hint)
}

/// Before anything else is looked at.
pub(super) async fn guard(State(state): State<Shared>, request: Request, next: Next) -> Response {
    if !OPEN.contains(&request.uri().path()) {
        let (parts, body) = request.into_parts();
        return match state.guard().check(&parts) {
            Ok(()) => next.run(Request::from_parts(parts, body)).await,
            Err(error) => {
                state.counts().turn_away();
                Problem::from(error).into_response()
            }
        };
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(guard: &Guard, headers: &[(&str, &str)]) -> bool {
        let mut request = http::Request::builder().uri("/v1/ws");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        guard.check(&request.body(()).unwrap().into_parts().0).is_ok()
    }

    #[test]
    fn only_names_and_origins_that_are_known_pass() {
        let local = Guard::new(([127, 0, 0, 1], 8080).into(), &[], &["https://app.example".to_owned()]);
        let rows: [(&[(&str, &str)], bool); 15] = [
            (&[("host", "localhost:8080")], true),
            (&[("host", "LocalHost:8080")], true),
            (&[("host", "[::1]:8080")], true),
            (&[("host", "localhost:8081")], false),
            (&[("host", "localhost")], false),
            (&[("host", "evil.example:8080")], false),
            (&[("host", "localhost.evil.example:8080")], false),
            (&[("host", "user@localhost:8080")], false),
            (&[], false),
            (&[("host", "localhost:8080"), ("host", "evil.example")], false),
            (&[("host", "localhost:8080"), ("origin", "http://localhost:8080")], true),
            (&[("host", "localhost:8080"), ("origin", "http://localhost:3000")], false),
            (&[("host", "localhost:8080"), ("origin", "https://app.example")], true),
            (&[("host", "localhost:8080"), ("origin", "https://app.example.evil")], false),
            (&[("host", "localhost:8080"), ("origin", "null")], false),
        ];
        for (headers, passes) in rows {
            assert_eq!(check(&local, headers), passes, "{headers:?}");
        }
        let named = ["csm.example".to_owned(), "two.example:443".to_owned()];
        let open = Guard::new(([0, 0, 0, 0], 8080).into(), &named, &[]);
        let rows = [
            ("csm.example", true),
            ("csm.example:9", true),
            ("two.example:443", true),
            ("two.example", false),
            ("localhost:8080", true),
            ("0.0.0.0:8080", false),
        ];
        for (host, passes) in rows {
            assert_eq!(check(&open, &[("host", host)]), passes, "{host}");
        }
        let first_line =
            http::Request::builder().uri("http://evil.example/v1/ws").header("host", "localhost:8080");
        assert!(local.check(&first_line.body(()).unwrap().into_parts().0).is_err());
    }
}
