//! What may stand in a log line: a list of names, so that what nobody thought of is left out.

/// Text fields that are ids, names and codes of ours, or words of ours.
///
/// `cause` is for an error of the machine (the store, the network), never for what was read or asked.
const FIELDS: &[&str] = &[
    "message",
    "trace_id",
    "session",
    "step",
    "tool",
    "agent",
    "request_type",
    "response_type",
    "code",
    "status",
    "peer",
    "workspace",
    "route",
    "method",
    "doing",
    "cause",
    "addr",
    "token_name",
    "outcome",
    "kind",
    "approval",
    "definition",
    "file",
];

/// Longest name that is still a name.
const NAME: usize = 64;

/// Whether text in this field is written down.
pub(super) fn is_safe(field: &str) -> bool {
    FIELDS.contains(&field)
}

/// Whether this has the shape of a request type: `get_library_context`.
pub(super) fn is_name(text: &str) -> bool {
    let in_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    !text.is_empty() && text.len() <= NAME && text.bytes().all(in_name)
}
