use std::time::Duration;

use async_trait::async_trait;
use protocol::{Incoming, Outgoing, Refused};
use serde_json::Value;

use super::link::{Link, LinkError, Wire};
use crate::runtime::Runtime;
use crate::transport::memory::{self, Client};

/// A peer that is a runtime of this process.
pub(super) struct InProcessLink {
    runtime: Runtime,
}

impl InProcessLink {
    pub(super) fn new(runtime: &Runtime) -> Self {
        Self { runtime: runtime.clone() }
    }
}

#[async_trait]
impl Link for InProcessLink {
    async fn connect(&self) -> Result<Box<dyn Wire>, LinkError> {
        Ok(Box::new(InProcessWire { client: memory::connect(&self.runtime) }))
    }
}

struct InProcessWire {
    client: Client,
}

#[async_trait]
impl Wire for InProcessWire {
    async fn send(&mut self, message: &Outgoing) -> Result<(), LinkError> {
        self.client.send(message.clone().into_members()).await;
        Ok(())
    }

    async fn next(&mut self) -> Result<Result<Incoming, Refused>, LinkError> {
        match self.client.next().await {
            Some(Value::Object(members)) => Ok(Incoming::read(members)),
            _ => Err(LinkError::passing("its runtime hung up")),
        }
    }

    async fn close(&mut self, _grace: Duration) {}
}
