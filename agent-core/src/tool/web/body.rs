//! Reads an answer's body up to a cap, and turns it into text.

use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, HeaderValue};

use super::super::adapter::ToolContext;
use super::super::error::ToolError;
use super::client::refusal;
use super::refusal::WebRefusal;

/// Where a page may name its own encoding.
const HEAD: usize = 1024;

/// A body as far as it was read.
pub(super) struct Body {
    pub(super) bytes: Vec<u8>,
    /// There was more than the cap lets in.
    pub(super) truncated: bool,
}

/// Reads a body piece by piece. The pieces arrive decompressed and small, so a body that unpacks
/// without end costs the cap and no more; the rest is never read.
pub(super) async fn read(
    mut response: Response,
    cap: usize,
    cx: &ToolContext,
    fail: &(dyn Fn(WebRefusal) -> ToolError + Sync),
) -> Result<Body, ToolError> {
    let mut bytes = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| fail(refusal(&error)))? {
        cx.spend.fetched(u64::try_from(piece.len()).unwrap_or(u64::MAX))?;
        let room = cap - bytes.len();
        if piece.len() > room {
            bytes.extend_from_slice(&piece[..room]);
            return Ok(Body { bytes, truncated: true });
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(Body { bytes, truncated: false })
}

/// The body as text, by the encoding its header names, else its byte order mark, else what an HTML
/// page says of itself, else UTF-8.
pub(super) async fn text(body: Body, content_type: &HeaderValue, html: bool) -> Result<String, WebRefusal> {
    let own = if html { named_encoding(&body.bytes) } else { None };
    let mut answer = http::Response::new(body.bytes);
    answer.headers_mut().insert(CONTENT_TYPE, content_type.clone());
    let decoded = Response::from(answer).text_with_charset(own.as_deref().unwrap_or("utf-8")).await;
    let mut text = decoded.map_err(|error| refusal(&error))?;
    if body.truncated {
        // A character cut in half.
        let whole = text.trim_end_matches('\u{fffd}').len();
        text.truncate(whole);
    }
    if text.contains('\0') { Err(WebRefusal::Binary) } else { Ok(text) }
}

/// The encoding in `<meta charset=…>` or its older form.
fn named_encoding(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]).to_ascii_lowercase();
    let (_, rest) = head.split_once("charset=")?;
    let name = rest.trim_start_matches(['"', '\'', ' ']);
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_'));
    let name = &name[..end.unwrap_or(name.len())];
    // A page whose head can be read like this is not in UTF-16, whatever it says.
    (!name.is_empty() && !name.starts_with("utf-16")).then(|| name.to_owned())
}
