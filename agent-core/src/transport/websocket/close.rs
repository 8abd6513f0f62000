use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

/// The longest reason that fits into a close frame, in bytes.
const REASON: usize = 123;

/// Why a socket is closed: the code and the words of its close frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// A code of RFC 6455, or of its registry.
    pub code: u16,
    /// What is said with it; cut to what fits into a control frame.
    pub reason: String,
}

impl Close {
    /// The server stops.
    pub const GOING_AWAY: u16 = 1001;
    /// The frames are not what RFC 6455 allows.
    pub const PROTOCOL: u16 = 1002;
    /// A kind of data that is not taken here.
    pub const UNSUPPORTED: u16 = 1003;
    /// A text that is not UTF-8.
    pub const NOT_UTF8: u16 = 1007;
    /// What the caller may not do, or may not do any more.
    pub const POLICY: u16 = 1008;
    /// A frame or a message that is too long.
    pub const TOO_BIG: u16 = 1009;
    /// No sign of life.
    pub const NO_ANSWER: u16 = 1011;
    /// The other end does not take what is written to it.
    pub const TOO_SLOW: u16 = 1013;

    /// A close with these words.
    #[must_use]
    pub fn new(code: u16, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        reason.truncate(reason.floor_char_boundary(REASON));
        Self { code, reason }
    }

    /// What is said to the other end when its frames could not be read; `None` when it is not there any more.
    pub(super) fn of(error: &Error) -> Option<Self> {
        match error {
            Error::Capacity(over) => Some(Self::new(Self::TOO_BIG, over.to_string())),
            Error::Utf8(_) => Some(Self::new(Self::NOT_UTF8, "a text frame is not UTF-8")),
            Error::Protocol(wrong) => Some(Self::new(Self::PROTOCOL, wrong.to_string())),
            _ => None,
        }
    }

    pub(super) fn frame(&self) -> CloseFrame {
        CloseFrame { code: self.code.into(), reason: self.reason.as_str().into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_cut_between_letters() {
        let close = Close::new(Close::POLICY, "é".repeat(100));
        assert_eq!(close.reason.len(), 122);
        assert_eq!(Close::new(Close::POLICY, "short").reason, "short");
    }
}
