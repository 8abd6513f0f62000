use protocol::{Outgoing, StatusMessage};

use super::handle::Why;
use super::message::Stamp;
use crate::agent::{Completion, Failure};
use crate::store::{Commit, OutboxEntry, SessionState};

/// How a session ends. Each way has exactly one terminal message.
pub(crate) enum Ending {
    /// Its work is done.
    Completed(Completion),
    /// Its work failed.
    Failed(Failure),
    /// It was asked to end; the text says by whom or why.
    Cancelled(String),
    /// What it depended on changed, and this session took over.
    Superseded(String),
    /// Another request came, and its session took over.
    Displaced(String),
}

impl From<Why> for Ending {
    fn from(why: Why) -> Self {
        match why {
            Why::Asked(words) => Self::Cancelled(words),
            Why::Superseded(new) => Self::Superseded(new.id),
            Why::Limit(failure) => Self::Failed(failure),
        }
    }
}

/// How a session ends in the store, and its last message: the only place where one is made.
pub(crate) fn terminal(agent: &str, ending: Ending) -> (SessionState, StatusMessage) {
    match ending {
        Ending::Completed(Completion { delivery, meta }) => {
            (SessionState::Completed, StatusMessage::completed(agent, delivery).with_meta(meta))
        }
        Ending::Failed(failure) => (SessionState::Failed, StatusMessage::failed(agent, failure.into_error())),
        Ending::Cancelled(why) => (SessionState::Cancelled, StatusMessage::cancelled(agent, &why)),
        Ending::Superseded(by) => superseded(agent, "what this session depended on has changed", &by),
        Ending::Displaced(by) => superseded(agent, "another request took its place", &by),
    }
}

/// The commit that ends a session.
pub(crate) fn closing(agent: &str, stamp: &Stamp, seq: i64, at: i64, ending: Ending) -> Commit {
    let (state, message) = terminal(agent, ending);
    let message = stamp.journaled(Outgoing::Status(message), seq, at);
    Commit {
        messages: vec![OutboxEntry { seq, message: protocol::encode(&message) }],
        close: Some(state),
        at,
        lease_until: at,
        ..Commit::default()
    }
}

fn superseded(agent: &str, why: &str, by: &str) -> (SessionState, StatusMessage) {
    let mut message = StatusMessage::cancelled(agent, &format!("superseded: {why}; `{by}` took over"));
    message.meta_mut().set("superseded_by", by);
    (SessionState::Cancelled, message)
}
