use std::collections::BTreeMap;

use protocol::{DEFAULT_LINE_LIMIT, Incoming};

use super::judge::is_tick;

/// How many messages are kept, and how many bytes of them.
const MOST_KEPT: usize = 256;
const MOST_BYTES: usize = 4 << 20;
/// Sessions of the peer whose place is remembered; a peer that opens more says everything anew.
const MOST_SESSIONS: usize = 16;

/// What a peer said, as far as it is worth keeping: one message per line, bounded.
#[derive(Debug, Default)]
pub(super) struct Kept {
    lines: Vec<u8>,
    count: usize,
    /// The last place heard of each of its sessions: after a lost connection they are told again.
    seen: BTreeMap<String, u64>,
}

impl Kept {
    /// Whether the message was not heard before. A message without a place in a session always is new.
    pub(super) fn is_new(&mut self, message: &Incoming) -> bool {
        let (Some(session), Some(seq)) = (message.meta().session_id(), message.meta().seq()) else {
            return true;
        };
        if let Some(seen) = self.seen.get_mut(session) {
            let new = seq > *seen;
            *seen = seq.max(*seen);
            return new;
        }
        if self.seen.len() < MOST_SESSIONS {
            self.seen.insert(session.to_owned(), seq);
        }
        true
    }

    /// Keeps a message as long as there is room; there always is for the last one.
    pub(super) fn keep(&mut self, message: &Incoming, last: bool) {
        if is_tick(message.meta()) || (self.count >= MOST_KEPT && !last) {
            return;
        }
        let line = protocol::encode(message);
        let room = if last { MOST_BYTES + DEFAULT_LINE_LIMIT + 1 } else { MOST_BYTES };
        if self.lines.len() + line.len() < room {
            self.lines.extend_from_slice(line.as_bytes());
            self.lines.push(b'\n');
            self.count += 1;
        }
    }

    pub(super) fn into_lines(self) -> Option<Vec<u8>> {
        (!self.lines.is_empty()).then_some(self.lines)
    }
}
