use protocol::{Outgoing, StatusMessage};

use super::handle::Why;
use super::measured::Measured;
use super::message::Stamp;
use crate::agent::{Agent, Completion, Failure};
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
/// It repeats what the session measured last where it does not deliver it.
pub(crate) fn terminal(agent: &dyn Agent, last: &mut Measured, ending: Ending) -> (SessionState, Outgoing) {
    let (state, message) = ended(&agent.definition().name, ending);
    let mut message = Outgoing::Status(message);
    last.fill(agent, &mut message);
    (state, message)
}

fn ended(agent: &str, ending: Ending) -> (SessionState, StatusMessage) {
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

/// Where and when a session says its last word.
pub(crate) struct Said<'a> {
    pub(crate) stamp: &'a Stamp,
    pub(crate) seq: i64,
    pub(crate) at: i64,
}

/// The commit that ends a session; `last` is what it measured so far.
pub(crate) fn closing(agent: &dyn Agent, mut last: Measured, said: Said<'_>, ending: Ending) -> Commit {
    let Said { stamp, seq, at } = said;
    let (state, message) = terminal(agent, &mut last, ending);
    let message = stamp.journaled(message, seq, at);
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
