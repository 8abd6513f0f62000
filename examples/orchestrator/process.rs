//! A child process that serves an agent, and ends with this one.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::Fault;

/// How long a process may take to say that it listens.
const READY: Duration = Duration::from_secs(60);
/// How long one may take to end when it is told to.
const END: Duration = Duration::from_secs(20);

/// A process that serves an agent.
pub(crate) struct Process {
    pub(crate) name: &'static str,
    /// `127.0.0.1:PORT`, as it said itself.
    pub(crate) address: String,
    /// What it says on stderr goes to a file.
    log: JoinSet<io::Result<()>>,
    child: Child,
}

impl Process {
    /// Starts it and waits until it listens. Killed when dropped.
    pub(crate) async fn start<A: AsRef<OsStr>>(
        name: &'static str,
        program: &Path,
        arguments: impl IntoIterator<Item = A>,
        log: &Path,
    ) -> Result<Self, Fault> {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.kill_on_drop(true).spawn()?;
        let stderr = child.stderr.take().ok_or("a child without stderr")?;
        let mut lines = BufReader::new(stderr).lines();
        let mut said = String::new();
        let listening = async {
            while let Some(line) = lines.next_line().await? {
                said.push_str(&line);
                said.push('\n');
                let address = line.split_once("listening on http://").map(|(_, rest)| rest);
                if let Some(address) = address.and_then(|rest| rest.split([' ', '/']).next()) {
                    return io::Result::Ok(Some(address.to_owned()));
                }
            }
            Ok(None)
        };
        let Ok(Ok(Some(address))) = timeout(READY, listening).await else {
            let _ = child.kill().await;
            return Err(format!("`{}` did not start to listen; it said:\n{said}", program.display()).into());
        };
        fs::write(log, said)?;
        let mut file = tokio::fs::OpenOptions::new().append(true).open(log).await?;
        let mut writing = JoinSet::new();
        writing.spawn(async move {
            while let Some(line) = lines.next_line().await? {
                file.write_all(format!("{line}\n").as_bytes()).await?;
                file.flush().await?;
            }
            Ok(())
        });
        Ok(Self { name, address, log: writing, child })
    }

    /// Its process id; `None` when it has ended.
    pub(crate) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Holds it still, as a debugger would: its sockets stay open and nothing is answered.
    pub(crate) fn hold(&self) -> Result<(), Fault> {
        self.signal(Signal::STOP)
    }

    /// Lets it go on.
    pub(crate) fn let_go(&self) -> Result<(), Fault> {
        self.signal(Signal::CONT)
    }

    /// Kills it, as `kill -9` does, and waits until it is gone.
    pub(crate) async fn kill(&mut self) -> Result<(), Fault> {
        Ok(self.child.kill().await?)
    }

    /// Tells it to end, and kills it when it does not.
    pub(crate) async fn end(mut self) -> Result<(), Fault> {
        if self.id().is_some() {
            self.let_go()?;
            self.signal(Signal::TERM)?;
        }
        if timeout(END, self.child.wait()).await.is_err() {
            self.child.kill().await?;
        }
        while let Some(written) = self.log.join_next().await {
            written??;
        }
        Ok(())
    }

    fn signal(&self, signal: Signal) -> Result<(), Fault> {
        let pid = self.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let pid = pid.ok_or_else(|| format!("{} has ended already", self.name))?;
        Ok(kill_process(pid, signal)?)
    }
}

/// Ends the processes it is told of, should this one be killed: it waits for the end of its input.
pub(crate) struct Keeper(Child);

impl Keeper {
    pub(crate) fn of(processes: &[u32]) -> Result<Self, Fault> {
        let mut command = Command::new("sh");
        command.args(["-c", "read -r _; kill -9 \"$@\" 2>/dev/null", "keeper"]);
        command.args(processes.iter().map(ToString::to_string));
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Self(command.spawn()?))
    }

    /// No longer needed: all have ended.
    pub(crate) async fn dismiss(mut self) -> Result<(), Fault> {
        Ok(self.0.kill().await?)
    }
}
