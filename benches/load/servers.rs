//! The servers that are asked: the real one, and echoes that answer from memory.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use futures_util::{SinkExt, StreamExt};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::client::{Socket, connect, question};

/// A copy of the sample workspace on the disk under the target folder, with one completed session.
pub(super) struct Sample {
    scratch: tempfile::TempDir,
    workspace: PathBuf,
    token: String,
}

const CSM: &str = env!("CARGO_BIN_EXE_csm");

impl Sample {
    pub(super) fn new() -> Self {
        let scratch = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let workspace = scratch.path().join("lumen");
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/lumen"), &workspace);
        let ran = Command::new(CSM).arg("run").arg(&workspace).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        let token = Command::new(CSM)
            .args(["token", "new", "--name", "load", "-w"])
            .arg(&workspace)
            .output()
            .unwrap();
        let token = String::from_utf8(token.stdout).unwrap().trim().to_owned();
        Self { scratch, workspace, token }
    }
}

/// A running server. Killed when it is dropped.
pub(super) struct Server {
    pub(super) name: String,
    pub(super) address: String,
    pub(super) path: &'static str,
    pub(super) token: Option<String>,
    child: Child,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    pub(super) fn csm(sample: &Sample) -> Self {
        let mut command = Command::new(CSM);
        command.arg("serve").arg(&sample.workspace).args(["--listen", "127.0.0.1:0"]);
        Self::start("csm serve", command, "/v1/ws", Some(sample.token.clone())).unwrap()
    }

    /// Echoes that can be had on this machine; those that cannot are named.
    pub(super) fn echoes(sample: &Sample, first: &str, last: &str) -> Vec<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/load");
        let scratch = sample.scratch.path();
        fs::write(scratch.join("first.json"), first).unwrap();
        fs::write(scratch.join("last.json"), last).unwrap();
        let made = |command: &mut Command| command.output().is_ok_and(|done| done.status.success());
        let mut all = Vec::new();
        let node = scratch.join("node");
        fs::create_dir_all(&node).unwrap();
        fs::copy(here.join("echo.mjs"), node.join("echo.mjs")).unwrap();
        if made(
            Command::new("npm")
                .args(["install", "--silent", "--no-audit", "--no-fund", "ws@8"])
                .current_dir(&node),
        ) {
            let mut command = Command::new("node");
            command.arg("echo.mjs").arg(scratch).current_dir(&node);
            all.extend(Self::start("Node ws, from memory", command, "/", None));
        } else {
            println!("Node's `ws` cannot be installed here: not measured");
        }
        let venv = scratch.join("venv");
        let python = venv.join("bin/python");
        if made(Command::new("python3").args(["-m", "venv"]).arg(&venv))
            && made(Command::new(&python).args(["-m", "pip", "install", "--quiet", "websockets==17.4"]))
        {
            let mut command = Command::new(&python);
            command.arg(here.join("echo.py")).arg(scratch);
            all.extend(Self::start("Python websockets, memory", command, "/", None));
        } else {
            println!("Python's `websockets` cannot be installed here: not measured");
        }
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.env("LOAD_ECHO", scratch);
        all.extend(Self::start("Rust, from memory (client)", command, "/", None));
        all
    }

    fn start(name: &str, mut command: Command, path: &'static str, token: Option<String>) -> Option<Self> {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().ok()?;
        let mut says = BufReader::new(child.stderr.take()?);
        let mut line = String::new();
        let address = loop {
            line.clear();
            if says.read_line(&mut line).ok()? == 0 {
                println!("{name} did not start");
                return None;
            }
            if let Some(rest) = line.split("listening on http://").nth(1) {
                break rest.split_whitespace().next()?.to_owned();
            }
        };
        // Whatever else it says is read and forgotten: a server whose words nobody takes stops.
        std::thread::spawn(move || std::io::copy(&mut says, &mut std::io::sink()));
        Some(Self { name: name.to_owned(), address, path, token, child })
    }

    /// One question's two messages.
    pub(super) async fn record(&self) -> (String, String) {
        let mut socket = connect(self).await;
        let mut heard = Vec::new();
        // Twice: the first answer is computed, the second is what is measured.
        for nth in 0..2 {
            heard.clear();
            socket.send(question(nth)).await.unwrap();
            while heard.len() < 2 {
                let message = socket.next().await.unwrap().unwrap();
                if let Ok(text) = message.to_text()
                    && text.contains(r#""seq":"#)
                {
                    heard.push(text.to_owned());
                }
            }
        }
        let last = heard.pop().unwrap();
        (heard.pop().unwrap(), last)
    }

    pub(super) async fn hold(&self, count: usize) -> Vec<Socket> {
        let mut held = Vec::with_capacity(count);
        for _ in 0..count {
            held.push(connect(self).await);
        }
        held
    }

    /// Resident memory, KiB.
    pub(super) fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Processor time spent so far, seconds.
    pub(super) fn cpu(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let after = stat.rsplit(')').next().unwrap();
        let ticks: u64 = after.split_whitespace().skip(11).take(2).map(|n| n.parse::<u64>().unwrap()).sum();
        ticks as f64 / 100.0
    }
}

/// As many open files as the machine allows this user.
pub(super) fn allow_many_files() {
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if [".csm", "out", "plans"].iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
