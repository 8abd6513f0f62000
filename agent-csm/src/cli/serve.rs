//! `csm serve WORKSPACE…`: the protocol over WebSockets, and plain HTTP for people and scripts.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use agent_core::runtime::SystemClock;
use agent_core::server::tokens::TokenStore;
use agent_core::server::{Server, ServerOptions, TlsFiles, Workspace};
use agent_core::telemetry::{Meter, Metrics};
use clap::Args;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::CliError;
use super::session::{Opening, block_on, open_with};

/// Folder of the runtime's own files in a workspace.
pub(super) const STATE_DIR: &str = ".csm";

/// What to serve, and where.
#[derive(Args, Debug)]
#[command(after_help = "Callers need a token, on this machine too: csm token new -w WORKSPACE --name NAME")]
pub(super) struct ServeArgs {
    /// The workspace folders; a caller's token decides which of them it sees
    #[arg(default_value = ".")]
    workspaces: Vec<PathBuf>,
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7800")]
    listen: SocketAddr,
    /// Certificates for TLS, PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Their private key, PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// A host name callers may use, beside the address itself; repeat for several
    #[arg(long = "allow-host", value_name = "HOST")]
    hosts: Vec<String>,
    /// A web page's origin that may connect, such as https://app.example.com; repeat for several
    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    origins: Vec<String>,
    /// Show /metrics to callers without a token
    #[arg(long)]
    metrics_open: bool,
    /// How long sessions may go on after a signal to stop; then they are left, to be resumed
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    drain: u64,
}

pub(super) fn run(args: ServeArgs) -> Result<ExitCode, CliError> {
    allow_many_sockets();
    block_on(serve(args))
}

/// Every socket is an open file: as many as the machine lets this user have.
fn allow_many_sockets() {
    let limit = getrlimit(Resource::Nofile);
    let wanted = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, wanted) {
        tracing::debug!(cause = %error, "the limit of open files stays as it is");
    }
}

async fn serve(args: ServeArgs) -> Result<ExitCode, CliError> {
    let metrics = Metrics::new();
    let mut served = BTreeMap::new();
    for path in &args.workspaces {
        let name = name_of(path)?;
        let opening = Opening { meter: Meter::counting(Arc::clone(&metrics)) };
        let runtime = open_with(path, opening).await?;
        let tokens = TokenStore::at(&path.join(STATE_DIR), Arc::new(SystemClock));
        if let Some((there, _)) = served.insert(name.clone(), (path, Workspace::new(&name, runtime, tokens)))
        {
            return Err(CliError::usage(format!(
                "`{}` and `{}` are both named `{name}`",
                there.display(),
                path.display()
            ))
            .hint("serve folders with different names"));
        }
    }
    let secure = args.tls_cert.is_some();
    let mut options = ServerOptions {
        addr: args.listen,
        tls: args.tls_cert.zip(args.tls_key).map(|(certificates, key)| TlsFiles { certificates, key }),
        allowed_hosts: args.hosts,
        allowed_origins: args.origins,
        metrics: Some(metrics),
        metrics_open: args.metrics_open,
        ..ServerOptions::default()
    };
    options.limits.drain = Duration::from_secs(args.drain);
    let workspaces: Vec<Workspace> = served.into_values().map(|(_, workspace)| workspace).collect();
    let runtimes: Vec<_> = workspaces.iter().map(|workspace| workspace.runtime.clone()).collect();
    let server = Server::bind(options, workspaces)
        .await
        .map_err(|error| CliError::because(format!("could not serve on {}", args.listen), &error))?;
    for runtime in &runtimes {
        let resumed = runtime.resume_all().await.map_err(|error| CliError::told(&error))?;
        if !resumed.sessions.is_empty() {
            print_aside!("going on with {} unfinished sessions", resumed.sessions.len());
        }
        for (session, error) in resumed.left {
            print_aside!("session {session} is left as it is: {}", error.message);
        }
    }
    let (http, ws) = if secure { ("https", "wss") } else { ("http", "ws") };
    let at = server.local_addr();
    if !secure && !at.ip().is_loopback() {
        print_aside!(
            "warning: {at} can be reached from other machines and nothing is encrypted: tokens and customers' data go \
             over the network readable to all; give --tls-cert and --tls-key, or listen on 127.0.0.1 behind a proxy"
        );
    }
    print_aside!("listening on {http}://{at} ({ws}://{at}/v1/ws)");
    let stop = CancellationToken::new();
    let serving = server.serve(stop.clone());
    tokio::pin!(serving);
    tokio::select! {
        () = &mut serving => {}
        () = told_to_stop()? => {
            print_aside!("stopping: sessions may go on for {} s, then they are left to be resumed", args.drain);
            stop.cancel();
            serving.await;
        }
    }
    for runtime in runtimes {
        runtime.close().await;
    }
    Ok(ExitCode::SUCCESS)
}

/// The folder's own name, by which callers may name the workspace.
fn name_of(path: &Path) -> Result<String, CliError> {
    let whole = path.canonicalize().map_err(|error| {
        CliError::because(format!("could not open the workspace `{}`", path.display()), &error)
    })?;
    Ok(whole.file_name().map_or_else(|| "workspace".to_owned(), |name| name.to_string_lossy().into_owned()))
}

/// Waits for SIGTERM or Ctrl-C.
fn told_to_stop() -> Result<impl Future<Output = ()>, CliError> {
    let broken = |error: std::io::Error| CliError::because("could not listen for signals", &error);
    let mut terminate = signal(SignalKind::terminate()).map_err(broken)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(broken)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
