//! What one message of a peer means for the hand-off.

use protocol::{ErrorCode, HandoffOutcome, Incoming, Members, Meta, Status, StatusMessage};
use serde_json::Value;

use super::clean::clean;

/// The longest reason, and the longest closing words, that are taken over, in characters.
pub(super) const SENTENCE: usize = 500;
/// The longest note of a tick, and the longest status.
const NOTE: usize = 160;
const WORD: usize = 40;
/// Words by which agents say that they will not do it.
const NO: [&str; 3] = ["rejected", "declined", "refused"];

/// What one message of a peer means. Nothing in it decides more than this.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Judged {
    /// It answers something else.
    NotOurs,
    /// It asks us something, by this name.
    Asks(Option<String>),
    /// How far it is: percent, and a line for people.
    Progress(Option<u8>, String),
    /// A part of its answer.
    Part,
    /// It is not able to just now.
    NotNow(String),
    /// Its last word.
    Final(Ended),
}

/// How a hand-off ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) outcome: HandoffOutcome,
    /// Why it is not done.
    pub(super) reason: Option<String>,
    /// What the peer said last for people.
    pub(super) message: Option<String>,
}

impl Ended {
    pub(super) fn new(outcome: HandoffOutcome, reason: Option<String>) -> Self {
        Self { outcome, reason, message: None }
    }
}

/// Judges `message` as an answer to the request `request_id`.
pub(super) fn judge(message: &Incoming, request_id: &str) -> Judged {
    if message.meta().in_reply_to().is_some_and(|id| id != request_id) {
        return Judged::NotOurs;
    }
    match message {
        Incoming::Request(request) => Judged::Asks(request.meta().request_id().map(str::to_owned)),
        Incoming::Response(response) => {
            let payload = response.member("payload").and_then(Value::as_object);
            match payload.and_then(refusal) {
                Some(reason) => Judged::Final(Ended::new(HandoffOutcome::Rejected, Some(reason))),
                None => Judged::Part,
            }
        }
        Incoming::Error(error) => {
            let error = error.member("error").and_then(Value::as_object).cloned().unwrap_or_default();
            if error.get("code").and_then(Value::as_str) == Some(ErrorCode::RequestLoop.as_str()) {
                Judged::Final(Ended::new(HandoffOutcome::Looped, Some(told(&error))))
            } else if error.get("retryable").and_then(Value::as_bool) == Some(true) {
                Judged::NotNow(told(&error))
            } else {
                Judged::Final(Ended::new(HandoffOutcome::Rejected, Some(told(&error))))
            }
        }
        Incoming::Status(status) => judge_status(status),
    }
}

fn judge_status(status: &StatusMessage) -> Judged {
    let said = status.message().map(|message| clean(message, SENTENCE)).filter(|said| !said.is_empty());
    let ended =
        |outcome, reason: Option<String>| Judged::Final(Ended { outcome, reason, message: said.clone() });
    match status.status() {
        Status::Completed => ended(HandoffOutcome::Done, None),
        Status::Cancelled => {
            let reason = said.clone().unwrap_or_else(|| "it was cancelled there".to_owned());
            ended(HandoffOutcome::Cancelled, Some(reason))
        }
        Status::Failed => {
            let error = status.member("error").and_then(Value::as_object);
            let reason =
                error.map(told).or_else(|| said.clone()).unwrap_or_else(|| "it gave no reason".to_owned());
            let code = error.and_then(|error| error.get("code")).and_then(Value::as_str);
            if code == Some(ErrorCode::RequestLoop.as_str()) {
                return ended(HandoffOutcome::Looped, Some(reason));
            }
            ended(HandoffOutcome::Rejected, Some(reason))
        }
        Status::Other(word) if says_no(&word) => {
            let reason = text_of(status.member("reason")).or_else(|| said.clone());
            ended(HandoffOutcome::Rejected, Some(reason.unwrap_or_else(|| "it gave no reason".to_owned())))
        }
        going_on => {
            let note = status.message().map(|message| clean(message, NOTE)).filter(|note| !note.is_empty());
            let word = clean(going_on.as_str(), WORD);
            let line = note.map_or_else(|| word.clone(), |note| format!("{word} — {note}"));
            Judged::Progress(status.meta().percent().map(|percent| percent.min(100)), line)
        }
    }
}

/// Why a response says no, if it does: by its own top members, never by what lies deeper.
fn refusal(payload: &Members) -> Option<String> {
    let word = ["status", "outcome", "decision"]
        .into_iter()
        .filter_map(|name| payload.get(name)?.as_str())
        .any(says_no);
    let not_accepted = payload.get("accepted").and_then(Value::as_bool) == Some(false);
    (word || not_accepted).then(|| {
        let reason = text_of(payload.get("reason")).or_else(|| text_of(payload.get("message")));
        reason.unwrap_or_else(|| "it gave no reason".to_owned())
    })
}

fn says_no(word: &str) -> bool {
    NO.iter().any(|no| word.trim().eq_ignore_ascii_case(no))
}

fn text_of(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(|text| clean(text, SENTENCE)).filter(|text| !text.is_empty())
}

/// An error in the peer's words: `CODE: message`.
fn told(error: &Members) -> String {
    let code = text_of(error.get("code")).unwrap_or_else(|| "an error without a code".to_owned());
    match text_of(error.get("message")) {
        Some(message) => clean(&format!("{code}: {message}"), SENTENCE),
        None => code,
    }
}

/// Whether a message only says how far the peer is, and will not be said again.
pub(super) fn is_tick(meta: &Meta) -> bool {
    meta.percent().is_some() && meta.seq().is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judged(message: Value) -> Judged {
        let Value::Object(members) = message else { panic!("a message is an object") };
        judge(&Incoming::read(members).unwrap(), "r-1")
    }

    fn ended(outcome: HandoffOutcome, reason: Option<&str>, message: Option<&str>) -> Judged {
        let (reason, message) = (reason.map(str::to_owned), message.map(str::to_owned));
        Judged::Final(Ended { outcome, reason, message })
    }

    #[test]
    fn an_outcome_is_read_from_few_words_and_from_no_others() {
        use HandoffOutcome::{Cancelled, Done, Looped, Rejected};
        let progress = |percent, line: &str| Judged::Progress(percent, line.to_owned());
        let rows = [
            (
                json!({"agent": "p", "status": "completed", "message": "Ranked 3."}),
                ended(Done, None, Some("Ranked 3.")),
            ),
            (
                json!({"agent": "p", "status": "failed", "error": {"code": "NO_BUDGET", "message": "none left"}}),
                ended(Rejected, Some("NO_BUDGET: none left"), None),
            ),
            (json!({"agent": "p", "status": "failed"}), ended(Rejected, Some("it gave no reason"), None)),
            (
                json!({"agent": "p", "status": "cancelled", "message": "by hand"}),
                ended(Cancelled, Some("by hand"), Some("by hand")),
            ),
            (
                json!({"agent": "p", "status": "Declined", "reason": "not ours"}),
                ended(Rejected, Some("not ours"), None),
            ),
            (
                json!({"agent": "p", "response_type": "x", "payload": {"accepted": false, "reason": "no room"}}),
                ended(Rejected, Some("no room"), None),
            ),
            (
                json!({"agent": "p", "response_type": "x", "payload": {"decision": "rejected"}}),
                ended(Rejected, Some("it gave no reason"), None),
            ),
            // One item of many that is declined is an answer, not a refusal.
            (
                json!({"agent": "p", "response_type": "x", "payload": {"items": [{"status": "declined"}]}}),
                Judged::Part,
            ),
            (json!({"agent": "p", "response_type": "x", "payload": {"says": "completed"}}), Judged::Part),
            (
                json!({"agent": "p", "error": {"code": "REQUEST_LOOP", "message": "seen"}}),
                ended(Looped, Some("REQUEST_LOOP: seen"), None),
            ),
            (
                json!({"agent": "p", "error": {"code": "OVERLOADED", "message": "later", "retryable": true}}),
                Judged::NotNow("OVERLOADED: later".to_owned()),
            ),
            (
                json!({"agent": "p", "error": {"code": "FORBIDDEN", "retryable": false}}),
                ended(Rejected, Some("FORBIDDEN"), None),
            ),
            (
                json!({"agent": "p", "status": "demonstrating", "message": "slide\n2", "_meta": {"percent": 40}}),
                progress(Some(40), "demonstrating — slide 2"),
            ),
            // Almost a final word is not one.
            (json!({"agent": "p", "status": "done"}), progress(None, "done")),
            (
                json!({"agent": "p", "status": "awaiting_approval", "approval": {"id": "a"}}),
                progress(None, "awaiting_approval"),
            ),
            (json!({"agent": "p", "status": "completed", "_meta": {"in_reply_to": "r-2"}}), Judged::NotOurs),
            (
                json!({"requesting_agent": "p", "request_type": "cancel_session", "payload": {}}),
                Judged::Asks(None),
            ),
        ];
        for (message, expected) in rows {
            assert_eq!(judged(message.clone()), expected, "{message}");
        }
        // However long they are, reasons are cut.
        let long = judged(json!({"agent": "p", "status": "failed", "message": "x".repeat(100_000)}));
        let Judged::Final(long) = long else { panic!("{long:?}") };
        assert_eq!(long.reason.unwrap().chars().count(), SENTENCE);
    }
}
