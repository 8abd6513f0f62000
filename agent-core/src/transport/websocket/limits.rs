use std::time::Duration;

use protocol::DEFAULT_LINE_LIMIT;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

/// The longest frame that is read, in bytes.
const FRAME: usize = 256 << 10;
/// Bytes that are read at once; held for as long as the socket is open.
const READ_BUFFER: usize = 8 << 10;
/// Bytes that are gathered before they are written.
const WRITE_BUFFER: usize = 16 << 10;
/// Bytes that may wait to be written.
const MAX_WRITE_BUFFER: usize = 1 << 20;

/// What both ends of a WebSocket keep to: messages of 1 MiB, frames of 256 KiB, small buffers.
#[must_use]
pub fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .max_message_size(Some(DEFAULT_LINE_LIMIT))
        .max_frame_size(Some(FRAME))
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(MAX_WRITE_BUFFER)
}

/// What one socket may cost, and how long it is waited for.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// The longest message that is read, in bytes.
    pub message: usize,
    /// The longest frame that is read, in bytes.
    pub frame: usize,
    /// How often the other end is asked for a sign of life.
    pub ping_every: Duration,
    /// After how many pings without any sign of life the socket is closed.
    pub pings_missed: u32,
    /// How long the other end may take to make room for what is written to it.
    pub write_deadline: Duration,
    /// How long the other end is waited for when the socket is closed.
    pub close_grace: Duration,
    /// Control frames that the other end may send, a second, on average.
    pub control_per_second: u32,
    /// Control frames that the other end may send at once.
    pub control_burst: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message: DEFAULT_LINE_LIMIT,
            frame: FRAME,
            ping_every: Duration::from_secs(20),
            pings_missed: 2,
            write_deadline: Duration::from_secs(10),
            close_grace: Duration::from_secs(2),
            control_per_second: 50,
            control_burst: 100,
        }
    }
}

impl Limits {
    pub(super) fn config(&self) -> WebSocketConfig {
        config().max_message_size(Some(self.message)).max_frame_size(Some(self.frame))
    }
}
