//! Serving one agent in one workspace: over WebSockets with `--listen`, or on stdin and stdout with `--stdio`.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use agent_core::agent::Agent;
use agent_core::runtime::{Options, Runtime, SystemClock};
use agent_core::server::tokens::TokenStore;
use agent_core::server::{Server, ServerOptions, Workspace};
use agent_core::tool::sha256;
use agent_core::transport::stdio;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

type Fault = Box<dyn Error + Send + Sync>;

/// What the command line said.
struct Arguments {
    listen: Option<SocketAddr>,
    workspace: PathBuf,
    token_file: Option<PathBuf>,
}

/// Serves `agent` as the command line says, until the other end hangs up or a signal comes.
pub(crate) async fn main(agent: impl Agent) -> ExitCode {
    let name = agent.definition().name.clone();
    let arguments = match Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(wrong) => {
            eprintln!(
                "{wrong}\nusage: {name} (--listen ADDRESS | --stdio) --workspace DIR [--token-file FILE]"
            );
            return ExitCode::from(2);
        }
    };
    match serve(agent, &arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{name}: {}", chain(fault.as_ref()));
            ExitCode::FAILURE
        }
    }
}

async fn serve(agent: impl Agent, arguments: &Arguments) -> Result<(), Fault> {
    let workspace = &arguments.workspace;
    fs::create_dir_all(workspace)?;
    let runtime = Runtime::open(Arc::new(agent), workspace, Options::default()).await?;
    let Some(addr) = arguments.listen else {
        let served = stdio::serve(&runtime, tokio::io::stdin(), tokio::io::stdout()).await;
        runtime.close().await;
        return Ok(served?);
    };
    let tokens = TokenStore::at(&workspace.join(".csm"), Arc::new(SystemClock));
    hand_out_token(&tokens, arguments.token_file.as_deref())?;
    let name = runtime.agent_name().to_owned();
    let options = ServerOptions { addr, ..ServerOptions::default() };
    let server = Server::bind(options, vec![Workspace::new(name, runtime.clone(), tokens)]).await?;
    for (session, why) in runtime.resume_all().await.map_err(|error| error.message)?.left {
        eprintln!("session {session} is left as it is: {}", why.message);
    }
    let shutdown = CancellationToken::new();
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let addr = server.local_addr();
    eprintln!("listening on http://{addr} (ws://{addr}/v1/ws)");
    let serving = server.serve(shutdown.clone());
    tokio::pin!(serving);
    tokio::select! {
        () = &mut serving => {}
        _ = terminate.recv() => { shutdown.cancel(); serving.await; }
        _ = interrupt.recv() => { shutdown.cancel(); serving.await; }
    }
    runtime.close().await;
    Ok(())
}

/// Sees to it that callers have a token: the one in `file`, a new one written there, or one shown once.
fn hand_out_token(tokens: &TokenStore, file: Option<&Path>) -> Result<(), Fault> {
    let Some(file) = file else {
        if tokens.list()?.is_empty() {
            eprintln!("token (shown once): {}", tokens.create("first", &["*"], None)?);
        }
        return Ok(());
    };
    match fs::read_to_string(file) {
        Ok(text) => {
            let hash = sha256(text.trim().as_bytes());
            let known = tokens.list()?.iter().any(|token| token.sha256 == hash && token.revoked_at.is_none());
            let why = || {
                format!("`{}` holds no token of this workspace; remove it to have one made", file.display())
            };
            known.then_some(()).ok_or_else(|| why().into())
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            tokens.revoke("token-file")?;
            let token = tokens.create("token-file", &["*"], None)?;
            let mut options = fs::OpenOptions::new();
            let mut file = options.write(true).create_new(true).mode(0o600).open(file)?;
            Ok(file.write_all(token.as_bytes())?)
        }
        Err(error) => Err(error.into()),
    }
}

impl Arguments {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut listen, mut on_stdio, mut workspace, mut token_file) = (None, false, None, None);
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("`{word}` needs a value"));
            match word.as_str() {
                "--listen" => {
                    let text = value()?;
                    let wrong = |_| format!("`{text}` is no address such as 127.0.0.1:7801");
                    listen = Some(text.parse().map_err(wrong)?);
                }
                "--stdio" => on_stdio = true,
                "--workspace" => workspace = Some(PathBuf::from(value()?)),
                "--token-file" => token_file = Some(PathBuf::from(value()?)),
                _ => return Err(format!("`{word}` is not known")),
            }
        }
        let workspace =
            workspace.ok_or("`--workspace` is missing: the folder the agent keeps its files in")?;
        if listen.is_some() == on_stdio {
            return Err("give one of `--listen` and `--stdio`".to_owned());
        }
        Ok(Self { listen, workspace, token_file })
    }
}

/// An error with its sources, outermost first.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        words = format!("{words}: {cause}");
        source = cause.source();
    }
    words
}
