//! A connection within the process: for tests, and for peers that are libraries.

use protocol::{Incoming, Members, Outgoing};
use serde_json::Value;
use tokio::sync::mpsc;

use super::connection::Connection;
use crate::runtime::Runtime;

/// The asker's end of a connection.
pub struct Client {
    connection: Connection,
    outgoing: mpsc::Receiver<Outgoing>,
}

/// Connects to `runtime`.
#[must_use]
pub fn connect(runtime: &Runtime) -> Client {
    let (connection, outgoing) = Connection::new(runtime);
    Client { connection, outgoing }
}

impl Client {
    /// Sends one message, as it would stand on a line.
    pub async fn send(&self, message: Members) {
        self.connection.take(Incoming::read(message)).await;
    }

    /// The next message, as it would stand on a line; `None` once [`Client::hang_up`] was called and all
    /// are read.
    pub async fn next(&mut self) -> Option<Value> {
        self.outgoing.recv().await.map(|message| Value::Object(message.into_members()))
    }

    /// Sends nothing more; what is under way is finished and its messages returned.
    pub async fn hang_up(self) -> Vec<Value> {
        let Self { connection, mut outgoing } = self;
        let mut rest = Vec::new();
        let reading = async {
            while let Some(message) = outgoing.recv().await {
                rest.push(Value::Object(message.into_members()));
            }
        };
        tokio::join!(connection.finish(), reading);
        rest
    }
}
