use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;

use super::error::PeersError;
use super::parse::parse;
use super::token::TokenSource;
use crate::definition::Warning;
use crate::store::sha256_hex;

/// The list of peers, from the workspace's root. Closed to tools.
pub const PEERS_FILE: &str = "peers.toml";

/// How long a peer may take where nothing else is said.
pub(super) const DEADLINE: Duration = Duration::from_secs(30);

/// More than any list of peers needs.
const MOST_BYTES: usize = 256 << 10;

/// The agents we may hand work to, as configured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peers {
    pub(super) peers: Vec<Peer>,
    pub(super) warnings: Vec<Warning>,
    pub(super) sha256: Option<String>,
}

/// One agent we may hand work to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Peer {
    /// The name hand-offs call it by, and that stands in `_meta.trace`.
    pub name: String,
    /// How it is reached.
    pub reach: Reach,
    /// What shows it who we are; absent: nothing does.
    pub token: Option<TokenSource>,
    /// For how long a hand-off may go on, tries and all.
    pub deadline: Duration,
    /// What it is asked; absent: what the hand-off says.
    pub request_type: Option<String>,
    /// The certificates (PEM) that its own must come from; absent: those the system trusts.
    pub ca_file: Option<PathBuf>,
    /// Variables of our environment that its process gets beside those every child gets.
    pub env: Vec<String>,
}

/// How a peer is reached. Closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// A WebSocket, `ws` or `wss`.
    WebSocket(Url),
    /// A child process that speaks the protocol on stdin and stdout: the program and its arguments.
    Command(Vec<String>),
    /// A runtime of this process, registered under the peer's name.
    InProcess,
}

impl Peers {
    /// Reads `peers.toml` in the workspace `root`, whose runtime keeps its own files in `state_dir`.
    /// Where there is no such file there are no peers.
    ///
    /// # Errors
    /// At the first thing that cannot be used, with file, line and remedy.
    pub fn load(root: &Path, state_dir: &Path) -> Result<Self, PeersError> {
        let unread = |problem: String, hint: &str| PeersError {
            place: PEERS_FILE.to_owned(),
            problem,
            hint: hint.to_owned(),
        };
        let bytes = match std::fs::read(root.join(PEERS_FILE)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => {
                return Err(unread(format!("cannot be read: {error}"), "make it readable, or remove it"));
            }
        };
        if bytes.len() > MOST_BYTES {
            return Err(unread(format!("is longer than {MOST_BYTES} bytes"), "keep only the peers in it"));
        }
        let Ok(text) = String::from_utf8(bytes) else {
            return Err(unread("is not UTF-8".to_owned(), "save it as UTF-8"));
        };
        let mut peers = Self::parse(&text, PEERS_FILE)?;
        for peer in &mut peers.peers {
            peer.settle(root, state_dir).map_err(|(problem, hint)| unread(problem, hint))?;
        }
        Ok(peers)
    }

    /// Reads `text`; `file` is the name errors carry. Paths stay as they are written.
    ///
    /// # Errors
    /// At the first thing that cannot be used, with file, line and remedy.
    pub fn parse(text: &str, file: &str) -> Result<Self, PeersError> {
        let (peers, warnings) = parse(text, file)?;
        Ok(Self { peers, warnings, sha256: Some(sha256_hex(text.as_bytes())) })
    }

    /// The peer of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Peer> {
        self.peers.iter().find(|peer| peer.name == name)
    }

    /// The names of all peers, in the order they are written.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.peers.iter().map(|peer| peer.name.as_str())
    }

    /// What is odd about the file without being wrong.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// SHA-256 of the file, hex, for a pin; `None` where there is none.
    #[must_use]
    pub fn sha256(&self) -> Option<&str> {
        self.sha256.as_deref()
    }
}

impl Peer {
    /// A runtime of this process that no file names.
    pub(super) fn in_process(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            reach: Reach::InProcess,
            token: None,
            deadline: DEADLINE,
            request_type: None,
            ca_file: None,
            env: Vec::new(),
        }
    }

    /// Makes paths absolute, and sees to it that no tool can read the token.
    fn settle(&mut self, root: &Path, state_dir: &Path) -> Result<(), (String, &'static str)> {
        if let Some(file) = &mut self.ca_file {
            *file = root.join(&*file);
        }
        let Some(TokenSource::File(file)) = &mut self.token else { return Ok(()) };
        let place = root.join(&*file);
        // Links are seen through: what counts is where the token really lies.
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if real(&place).starts_with(real(root)) && !real(&place).starts_with(real(&root.join(state_dir))) {
            let problem = format!("`token_file` of `{}` lies where the agent's tools can read it", self.name);
            return Err((problem, "put it under the workspace's `.csm/` folder, or outside the workspace"));
        }
        *file = place;
        Ok(())
    }
}
