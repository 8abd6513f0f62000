//! The command line: one file per subcommand.
//!
//! Exit codes: 0 done · 1 the work failed · 2 the command was wrong · 3 the session was cancelled.

#![deny(clippy::print_stdout, clippy::print_stderr)]

#[macro_use]
mod printing;

mod account;
mod accounts;
mod approvals;
mod backtest;
mod book;
mod completions;
mod explain;
mod export;
mod failure;
mod gc;
mod import;
mod metrics;
mod new;
mod note;
mod run;
mod screen;
mod serve;
mod session;
mod show;
mod simulate;
mod snooze;
mod stdio;
mod token;
mod word;

use std::path::PathBuf;
use std::process::ExitCode;

use agent_core::telemetry::{self, Telemetry};
use clap::{Args, Parser, Subcommand, ValueEnum};

pub use failure::CliError;

/// A customer-success manager whose every number opens to its rows.
#[derive(Debug, Parser)]
#[command(name = "csm", version, about, max_term_width = 100)]
#[command(
    after_help = "Try it:\n  csm run examples/lumen\n  csm explain churn_rate -w examples/lumen --rows"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// How log lines are written; CSM_LOG says which [default: warnings, for people]
    #[arg(
        long,
        value_enum,
        global = true,
        default_value_t,
        hide_default_value = true,
        hide_possible_values = true,
        value_name = "human|json"
    )]
    log_format: LogFormat,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a session: read the data, find who is at risk and who can grow, leave plans and lists
    Run(run::RunArgs),
    /// Serve the context-manager protocol on stdin and stdout, one JSON object per line
    Stdio(stdio::StdioArgs),
    /// Serve the protocol over WebSockets, and plain HTTP for people and scripts
    Serve(serve::ServeArgs),
    /// Make, list and take back the tokens that callers of a served workspace need
    Token(token::TokenArgs),
    /// See what waits for a person's approval, and answer it
    Approvals(approvals::ApprovalsArgs),
    /// Note what you know about an account; the next session shows it
    Note(note::NoteArgs),
    /// Put an account aside until a day, or take it up again
    Snooze(snooze::SnoozeArgs),
    /// Copy exports into a workspace and map them onto the canonical tables
    Import(import::ImportArgs),
    /// List accounts: at risk, growing, renewing; sort and filter as you like
    Accounts(accounts::AccountsArgs),
    /// One account on a page: health, reasons, usage, people, money, support, what to do
    Account(account::AccountArgs),
    /// Open a figure: what it means, what it is, the rows it came from
    Explain(explain::ExplainArgs),
    /// Every term of the field: value, n, window, target, definition; and whether the invariants hold
    Metrics(metrics::MetricsArgs),
    /// Test the churn model on the past, and keep it for sessions if it can be trusted
    Backtest(backtest::BacktestArgs),
    /// Give up old questions and sessions, and the room they take
    Gc(gc::GcArgs),
    /// Write tables as Parquet files that any tool can read
    Export(export::ExportArgs),
    /// Make up a SaaS company to try things on; its hidden truth goes to a folder of its own
    Simulate(simulate::SimulateArgs),
    /// Start an empty workspace
    New(new::NewArgs),
    /// Print a completion script for a shell
    Completions(completions::CompletionsArgs),
}

/// Which workspace a command reads.
#[derive(Args, Debug)]
struct WorkspaceArgs {
    /// The workspace folder
    #[arg(short = 'w', long = "workspace", value_name = "DIR", default_value = ".")]
    workspace: PathBuf,
    /// The session to read [default: the latest completed one]
    #[arg(long, value_name = "ID")]
    session: Option<String>,
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let _log = match logging(cli.log_format) {
        Ok(log) => log,
        Err(error) => {
            error.print();
            return error.exit_code();
        }
    };
    printing::outcome(match cli.command {
        Command::Run(args) => run::run(args),
        Command::Stdio(args) => stdio::run(&args),
        Command::Serve(args) => serve::run(args),
        Command::Token(args) => token::run(&args),
        Command::Approvals(args) => approvals::run(args),
        Command::Note(args) => note::run(&args),
        Command::Snooze(args) => snooze::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Accounts(args) => accounts::run(&args),
        Command::Account(args) => account::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Metrics(args) => metrics::run(&args),
        Command::Backtest(args) => backtest::run(args),
        Command::Gc(args) => gc::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::New(args) => new::run(&args),
        Command::Completions(args) => completions::run(&args),
    })
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum LogFormat {
    /// For people
    #[default]
    Human,
    /// One JSON object per line
    Json,
}

/// Logs go to stderr, and only what `CSM_LOG` asks for; warnings without it.
fn logging(format: LogFormat) -> Result<Telemetry, CliError> {
    let format = match format {
        LogFormat::Human => telemetry::LogFormat::Human,
        LogFormat::Json => telemetry::LogFormat::Json,
    };
    let filter = std::env::var("CSM_LOG").unwrap_or_else(|_| "warn".to_owned());
    telemetry::init(format, &filter).map_err(|error| {
        CliError::because("could not set up the log", &error)
            .hint("CSM_LOG is written as in `warn` or `warn,agent_core=debug`")
    })
}
