use bytes::Bytes;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::close::Close;

/// One whole message, in or out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Text.
    Text(Utf8Bytes),
    /// Anything.
    Binary(Bytes),
}

/// What the messages that arrive on a socket mean.
pub trait Handler: Send + Sync {
    /// Takes a message that was read; nothing further is read before it is taken.
    ///
    /// # Errors
    /// What the socket is to be closed with.
    fn take(&self, said: Said) -> impl Future<Output = Result<(), Close>> + Send;

    /// Returns when the other end may not be served any more.
    fn over(&self) -> impl Future<Output = Close> + Send;

    /// Takes no more messages, and returns when all that was taken is done.
    ///
    /// With this handler the last sender of the socket's queue is gone.
    fn finish(self) -> impl Future<Output = ()> + Send;
}

/// How what waits in a socket's queue is written.
pub trait Voice: Send {
    /// What stands in the queue.
    type Out: Send;

    /// What is written for it.
    fn say(&mut self, out: &Self::Out) -> Said;

    /// It was written: whoever reads a later close frame has read it.
    fn said(&mut self, out: Self::Out);

    /// The words for another end that does not take what is written to it.
    fn too_slow(&self) -> String;
}
