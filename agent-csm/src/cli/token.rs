//! `csm token`: who may call a served workspace, and what for.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use agent_core::runtime::{Clock, SystemClock, rfc3339};
use agent_core::server::tokens::TokenStore;
use clap::{Args, Subcommand};

use super::serve::STATE_DIR;
use super::{CliError, show};

/// A day in microseconds.
const DAY: i64 = 86_400_000_000;

#[derive(Args, Debug)]
pub(super) struct TokenArgs {
    #[command(subcommand)]
    command: TokenCommand,
    /// The workspace folder
    #[arg(short = 'w', long = "workspace", value_name = "DIR", default_value = ".", global = true)]
    workspace: PathBuf,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Make a token and print it, once: only its hash is kept
    New {
        /// Whose it is, to tell tokens apart
        #[arg(long)]
        name: String,
        /// What it may ask for: read, steer, work, or one request type; repeat for several [default: everything]
        #[arg(long = "verb", value_name = "VERB")]
        verbs: Vec<String>,
        /// Days until it expires [default: never]
        #[arg(long, value_name = "DAYS")]
        expires: Option<u32>,
    },
    /// List the tokens there are, without what opens the door
    List,
    /// Take a token back, on a running server too
    Revoke {
        /// Its name
        name: String,
    },
}

pub(super) fn run(args: &TokenArgs) -> Result<ExitCode, CliError> {
    if !args.workspace.is_dir() {
        return Err(CliError::failed(format!("there is no folder `{}`", args.workspace.display()))
            .hint("name the workspace with -w, or make one with `csm new`"));
    }
    let store = TokenStore::at(&args.workspace.join(STATE_DIR), Arc::new(SystemClock));
    let failed = |error| CliError::because("could not keep the tokens", &error);
    match &args.command {
        TokenCommand::New { name, verbs, expires } => {
            let scopes: Vec<&str> =
                if verbs.is_empty() { vec!["*"] } else { verbs.iter().map(String::as_str).collect() };
            let expires = expires.map(|days| SystemClock.now_micros().saturating_add(i64::from(days) * DAY));
            print_line!("{}", store.create(name, &scopes, expires).map_err(failed)?);
        }
        TokenCommand::List => {
            let tokens = store.list().map_err(failed)?;
            if tokens.is_empty() {
                print_line!("No tokens: make one with csm token new --name NAME");
                return Ok(ExitCode::SUCCESS);
            }
            let day = |at: i64| rfc3339(at).chars().take(10).collect::<String>();
            show::table(
                ["name", "may", "made", "until"],
                tokens.into_iter().map(|token| {
                    let until = match (token.revoked_at, token.expires_at) {
                        (Some(at), _) => format!("revoked {}", day(at)),
                        (None, Some(at)) => day(at),
                        (None, None) => "no end".to_owned(),
                    };
                    [token.name, token.scopes.join(", "), day(token.created_at), until]
                }),
            );
        }
        TokenCommand::Revoke { name } => {
            if !store.revoke(name).map_err(failed)? {
                return Err(CliError::failed(format!("no token is named `{name}`"))
                    .hint("`csm token list` shows those there are"));
            }
            print_line!("`{name}` opens nothing any more");
        }
    }
    Ok(ExitCode::SUCCESS)
}
