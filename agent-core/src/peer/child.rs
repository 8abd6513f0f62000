use std::convert::Infallible;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use async_trait::async_trait;
use protocol::{DEFAULT_LINE_LIMIT, Incoming, Outgoing, Refused};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::link::{Link, LinkError, Wire};
use super::peers::Peer;
use crate::transport::{Line, next_line};

/// A peer that is started for the exchange and speaks on its stdin and stdout.
///
/// It runs in the workspace, as the head of a process group of its own: whatever it starts ends with it.
/// Of our environment it gets [`GIVEN`] and what its entry names: ours holds keys and tokens of others.
pub(super) struct ChildLink {
    peer: String,
    words: Vec<String>,
    env: Vec<String>,
    root: PathBuf,
}

/// What every child gets of our environment: where programs, its home and temporary files are, language and time.
const GIVEN: [&str; 9] =
    ["PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "TZ", "TMPDIR"];

impl ChildLink {
    pub(super) fn new(peer: &Peer, words: &[String], root: &Path) -> Self {
        let Peer { name, env, .. } = peer;
        Self { peer: name.clone(), words: words.to_vec(), env: env.clone(), root: root.to_owned() }
    }

    /// The child's environment, by name.
    fn environment(&self) -> impl Iterator<Item = (&str, OsString)> {
        let names = GIVEN.into_iter().chain(self.env.iter().map(String::as_str));
        names.filter_map(|name| Some((name, std::env::var_os(name)?)))
    }
}

#[async_trait]
impl Link for ChildLink {
    async fn connect(&self) -> Result<Box<dyn Wire>, LinkError> {
        let (program, arguments) =
            self.words.split_first().ok_or_else(|| LinkError::lasting("its command is empty"))?;
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(&self.root)
            .env_clear()
            .envs(self.environment())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| LinkError::lasting(format!("`{program}` could not be started: {error}")))?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let family = Family { child };
        let (Some(stdout), Some(stderr)) = (stdout, stderr) else {
            return Err(LinkError::lasting("its output cannot be read"));
        };
        let stderr = Stderr { peer: self.peer.clone(), stream: Some(stderr) };
        Ok(Box::new(ChildWire { stdin, stdout: BufReader::new(stdout), stderr, family }))
    }
}

/// A child and whatever it started. None of them outlives this.
struct Family {
    child: Child,
}

impl Family {
    /// Ends them all at once. The head is not yet waited for, so its number still means this group.
    fn end(&self) {
        let head = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(head) = head {
            // An error says that none of them is left.
            let _ = kill_process_group(head, Signal::KILL);
        }
    }
}

impl Drop for Family {
    fn drop(&mut self) {
        self.end();
    }
}

struct ChildWire {
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    stderr: Stderr,
    family: Family,
}

#[async_trait]
impl Wire for ChildWire {
    async fn send(&mut self, message: &Outgoing) -> Result<(), LinkError> {
        let gone = || LinkError::passing("it takes no more input");
        let stdin = self.stdin.as_mut().ok_or_else(gone)?;
        let mut line = protocol::encode(message);
        line.push('\n');
        let write = async {
            stdin.write_all(line.as_bytes()).await?;
            stdin.flush().await
        };
        tokio::select! {
            biased;
            written = write => written.map_err(|error| LinkError::passing(format!("it takes no more input: {error}"))),
            never = self.stderr.drain() => match never {},
        }
    }

    async fn next(&mut self) -> Result<Result<Incoming, Refused>, LinkError> {
        loop {
            let line = tokio::select! {
                biased;
                line = next_line(&mut self.stdout, DEFAULT_LINE_LIMIT) => line,
                never = self.stderr.drain() => match never {},
            };
            match line {
                Ok(Some(Line::Whole(line))) if line.trim_ascii().is_empty() => {}
                Ok(Some(Line::Whole(line))) => return Ok(protocol::decode_line(&line, DEFAULT_LINE_LIMIT)),
                Ok(Some(Line::TooLong)) => return Ok(Err(protocol::too_long(DEFAULT_LINE_LIMIT).into())),
                Ok(None) => return Err(LinkError::passing("its process ended")),
                Err(error) => return Err(LinkError::passing(format!("its output broke off: {error}"))),
            }
        }
    }

    async fn close(&mut self, grace: Duration) {
        // The end of its input asks it to end; the end of its output says that it did.
        self.stdin = None;
        let mut rest = [0; 4096];
        let ended = async {
            loop {
                let read = tokio::select! {
                    biased;
                    read = self.stdout.read(&mut rest) => read,
                    never = self.stderr.drain() => match never {},
                };
                if !matches!(read, Ok(1..)) {
                    return;
                }
            }
        };
        let _ = timeout(grace, ended).await;
        self.family.end();
        // Killed, it ends at once.
        let _ = timeout(Duration::from_secs(1), self.family.child.wait()).await;
    }
}

/// What a child says for people. It is read so that the child is not held up, and kept nowhere.
struct Stderr {
    peer: String,
    stream: Option<ChildStderr>,
}

impl Stderr {
    async fn drain(&mut self) -> Infallible {
        let mut scratch = [0; 4096];
        while let Some(stream) = &mut self.stream {
            match stream.read(&mut scratch).await {
                Ok(bytes @ 1..) => tracing::debug!(peer = %self.peer, bytes, "the peer wrote to its stderr"),
                _ => self.stream = None,
            }
        }
        std::future::pending().await
    }
}
