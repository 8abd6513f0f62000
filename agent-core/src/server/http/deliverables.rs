use axum::Json;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use protocol::reply::payload_of;
use protocol::{Members, Verb};
use serde_json::Value;

use super::Problem;
use crate::server::Caller;

/// `GET /v1/sessions/{id}/deliverables`: the files its delivery lists; none before it has ended.
pub(super) async fn list(
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Members>, Problem> {
    let Path(id) = id?;
    caller.allows(Verb::ListSessions.name())?;
    let listed = caller.runtime().deliverables(&id).await?.into_iter().map(|deliverable| {
        let mut members = payload_of(&deliverable);
        members.insert("href".to_owned(), href(&deliverable.path).into());
        Value::Object(members)
    });
    let mut shown = Members::new();
    shown.insert("deliverables".to_owned(), listed.collect());
    Ok(Json(shown))
}

/// `GET /v1/deliverables/{path}`: a file that a delivery lists, as it is now.
pub(super) async fn file(
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Path(path) = path?;
    caller.allows(Verb::ListSessions.name())?;
    let file = caller.runtime().deliverable(&path).await?;
    let tag = format!("\"{}\"", file.sha256);
    let kind = Kind::of(&path);
    let mut response = if matches(&headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = file.bytes.into_response();
        let of_content = response.headers_mut();
        of_content.insert(CONTENT_TYPE, HeaderValue::from_static(kind.content_type));
        if let Ok(disposition) = HeaderValue::from_str(&disposition(&path, kind.shown)) {
            of_content.insert(CONTENT_DISPOSITION, disposition);
        }
        response
    };
    let always = response.headers_mut();
    // What stands in these files came from data: nothing in them runs, loads or is guessed at.
    always.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
    always.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        always.insert(ETAG, tag);
    }
    Ok(response)
}

/// Whether the asker has these bytes.
fn matches(headers: &HeaderMap, tag: &str) -> bool {
    let asked = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    asked
        .flat_map(|value| value.split(','))
        .map(|one| one.trim())
        // A cache on the way may have made it a weak one.
        .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

/// How a file is sent.
struct Kind {
    content_type: &'static str,
    /// Whether a browser may show it; others are saved.
    shown: bool,
}

impl Kind {
    fn of(path: &str) -> Self {
        let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        let (content_type, shown) = match ending.as_deref() {
            Some("md") => ("text/markdown; charset=utf-8", true),
            Some("txt") => ("text/plain; charset=utf-8", true),
            Some("csv") => ("text/csv; charset=utf-8", true),
            Some("json") => ("application/json", true),
            Some("html" | "htm") => ("text/html; charset=utf-8", true),
            Some("png") => ("image/png", true),
            Some("pdf") => ("application/pdf", true),
            _ => ("application/octet-stream", false),
        };
        Self { content_type, shown }
    }
}

fn disposition(path: &str, shown: bool) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let plain: String = name
        .chars()
        .map(|sign| if sign.is_ascii_alphanumeric() || "._- ".contains(sign) { sign } else { '_' })
        .collect();
    let how = if shown { "inline" } else { "attachment" };
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{}", encoded(name))
}

/// Where a deliverable is fetched.
fn href(path: &str) -> String {
    let names: Vec<String> = path.split('/').map(encoded).collect();
    format!("/v1/deliverables/{}", names.join("/"))
}

/// Percent-encoded but for what needs no encoding anywhere.
fn encoded(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}
