use protocol::Verb;
use serde_json::{Map, Value, json};

use super::components::schemas;

/// What is said of the connection as a whole.
const ABOUT: &str = "One JSON object per text frame, of at most 1 MiB in frames of at most 256 KiB. \
    A request is answered on the same connection; `_meta.in_reply_to` repeats its `_meta.request_id`. \
    A session's messages bear `_meta.session_id` and `_meta.seq`; after a lost connection `resume_session` with \
    `after_seq` brings the rest. Binary frames, compression and subprotocols are not spoken.";

/// The AsyncAPI 3 document of the WebSocket.
#[must_use]
pub fn asyncapi() -> Value {
    let mut messages = Map::new();
    let mut message = |name: &str, title: &str, schema: &str| {
        let payload = json!({ "$ref": format!("#/components/schemas/{schema}") });
        let one =
            json!({ "name": name, "title": title, "contentType": "application/json", "payload": payload });
        messages.insert(name.to_owned(), one);
    };
    message("request", "Any request; one of the agent's own type opens a session", "Request");
    for verb in Verb::ALL {
        message(verb.name(), verb.says(), verb.name());
    }
    message("response", "The answer to a request", "ContextResponse");
    message("status", "How far a session is; the last one ends it", "StatusMessage");
    message("error", "A refusal that belongs to no session", "ErrorMessage");
    let asked: Vec<String> = std::iter::once("request")
        .chain(Verb::ALL.iter().map(|verb| verb.name()))
        .map(str::to_owned)
        .collect();
    let said = ["response", "status", "error", "request"].map(str::to_owned);
    let on_channel = |names: &[String]| -> Value {
        names.iter().map(|name| json!({ "$ref": format!("#/channels/connection/messages/{name}") })).collect()
    };
    let there: Map<String, Value> = messages
        .keys()
        .map(|name| (name.clone(), json!({ "$ref": format!("#/components/messages/{name}") })))
        .collect();
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "The context-manager protocol over a WebSocket",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
        },
        "defaultContentType": "application/json",
        "servers": {
            "here": {
                "host": "localhost",
                "protocol": "ws",
                "description": "Where `csm serve` listens; `wss` where it was given certificates.",
                "security": [{ "$ref": "#/components/securitySchemes/bearer" }],
            },
        },
        "channels": {
            "connection": {
                "address": "/v1/ws",
                "servers": [{ "$ref": "#/servers/here" }],
                "messages": there,
                "bindings": { "ws": { "method": "GET", "bindingVersion": "0.1.0" } },
            },
        },
        "operations": {
            "ask": {
                "action": "receive",
                "summary": "What the server takes.",
                "channel": { "$ref": "#/channels/connection" },
                "messages": on_channel(&asked),
            },
            "answer": {
                "action": "send",
                "summary": "What the server sends; a request among it asks whoever offered to answer it.",
                "channel": { "$ref": "#/channels/connection" },
                "messages": on_channel(&said),
            },
        },
        "components": {
            "messages": messages,
            "schemas": schemas(),
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token made with `csm token new`, in the header `Authorization`; never in the address.",
                },
            },
        },
    })
}
