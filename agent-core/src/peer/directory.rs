use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::child::ChildLink;
use super::error::PeersError;
use super::in_process::InProcessLink;
use super::link::Link;
use super::peers::{Peer, Peers, Reach};
use super::websocket::WebSocketLink;
use crate::agent::Failure;
use crate::runtime::Runtime;
use crate::session::AskContext;

/// Where a runtime finds its peers. Nothing else decides where we connect.
pub(crate) struct Directory {
    root: PathBuf,
    state_dir: PathBuf,
    in_process: BTreeMap<String, Runtime>,
}

impl Directory {
    pub(crate) fn new(root: &Path, state_dir: &Path, in_process: BTreeMap<String, Runtime>) -> Self {
        Self { root: root.to_owned(), state_dir: state_dir.to_owned(), in_process }
    }

    /// The peers as they are configured now: the file's, then the runtimes of this process it does not name.
    async fn peers(&self) -> Result<Peers, Failure> {
        let (root, state_dir) = (self.root.clone(), self.state_dir.clone());
        let loaded = tokio::task::spawn_blocking(move || Peers::load(&root, &state_dir)).await;
        let mut peers = loaded
            .unwrap_or_else(|error| {
                let (problem, hint) = (format!("reading broke off: {error}"), "try again".to_owned());
                Err(PeersError { place: super::PEERS_FILE.to_owned(), problem, hint })
            })
            .map_err(Failure::from)?;
        for name in self.in_process.keys() {
            if peers.get(name).is_none() {
                peers.peers.push(Peer::in_process(name));
            }
        }
        Ok(peers)
    }

    /// The way to a peer; why there is none, in words.
    pub(super) async fn link(&self, peer: &Peer) -> Result<Box<dyn Link>, String> {
        Ok(match &peer.reach {
            Reach::WebSocket(url) => {
                let token = match &peer.token {
                    Some(source) => Some(source.fetch().await?),
                    None => None,
                };
                Box::new(WebSocketLink::new(url, token, peer.ca_file.as_deref())?)
            }
            Reach::Command(words) => Box::new(ChildLink::new(peer, words, &self.root)),
            Reach::InProcess => match self.in_process.get(&peer.name) {
                Some(runtime) => Box::new(InProcessLink::new(runtime)),
                None => return Err("no runtime of this process is registered under its name".to_owned()),
            },
        })
    }
}

impl AskContext {
    /// The peers as they are configured now, in `peers.toml` and in this process.
    ///
    /// # Errors
    /// `WORKSPACE_INVALID` when the file cannot be used.
    pub async fn peers(&self) -> Result<Peers, Failure> {
        self.ground.peers.peers().await
    }
}
