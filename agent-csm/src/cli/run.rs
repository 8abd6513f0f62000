//! `csm run WORKSPACE`: one session, watched.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use agent_core::peer::Peers;
use agent_core::runtime::Runtime;
use agent_core::terminal::visible_line;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use protocol::{Delivery, Handoff, HandoffOutcome, Outgoing, Request, Status, StatusMessage, encode};
use serde_json::{Value, json};

use super::session::{block_on, open};
use super::{CliError, show};
use crate::import::last_report;
use crate::workspace::Workspace;

/// What to run.
#[derive(Args, Debug)]
pub(super) struct RunArgs {
    /// The workspace folder
    #[arg(default_value = ".")]
    workspace: PathBuf,
    /// Figures as of the end of this day [default: `as_of` in csm.toml, else the newest dated row]
    #[arg(long, value_name = "DATE")]
    as_of: Option<chrono::NaiveDate>,
    /// Only this phase; repeat for several [default: all three]
    #[arg(long = "phase", value_enum)]
    phases: Vec<Phase>,
    /// Print the protocol's messages, one JSON object per line
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Phase {
    /// Figures, health, who is at risk and who can grow
    Analysis,
    /// Success plans and the action queue
    Implementation,
    /// Renewals, expansion, advocacy, hand-offs, the Monday page
    Growth,
}

pub(super) fn run(args: RunArgs) -> Result<ExitCode, CliError> {
    block_on(async move {
        let runtime = open(&args.workspace).await?;
        let done = session(&runtime, &args).await;
        runtime.close().await;
        done
    })
}

async fn session(runtime: &Runtime, args: &RunArgs) -> Result<ExitCode, CliError> {
    let mut request = Request::asking("csm", "get_customer_context", QUERY);
    if let Some(day) = args.as_of {
        request = request.with_payload("as_of", json!(day.to_string()));
    }
    if !args.phases.is_empty() {
        let names: Vec<String> = args
            .phases
            .iter()
            .filter_map(|phase| phase.to_possible_value())
            .map(|value| value.get_name().to_owned())
            .collect();
        request = request.with_payload("phases", json!(names));
    }
    let mut handle = runtime.open_session(&request).await.map_err(|error| CliError::told(&error))?;
    let watch = Watch::new(args.json);
    let mut last = None;
    loop {
        let message = tokio::select! {
            message = handle.next() => message,
            _ = tokio::signal::ctrl_c() => {
                handle.cancel("interrupted at the terminal");
                continue;
            }
        };
        let Some(message) = message else { break };
        if args.json {
            print_line!("{}", encode(&message));
        }
        watch.tell(&message);
        last = Some(message);
    }
    watch.close();
    match last {
        Some(Outgoing::Status(status)) => ended(&status, args),
        Some(Outgoing::Error(error)) => match error.error() {
            Some(error) => Err(CliError::told(&error)),
            None => Err(CliError::failed("the session stopped")),
        },
        _ => Err(CliError::failed("the session stopped without a word").hint("run it again: it resumes")),
    }
}

/// What is asked when a person opens the session.
const QUERY: &str = "Customer context needed: account segments, product usage, health metrics, churn risks, \
    growth opportunities, and success goals.";

fn ended(status: &StatusMessage, args: &RunArgs) -> Result<ExitCode, CliError> {
    match status.status() {
        Status::Completed => {
            if !args.json
                && let Some(delivery) = status.delivery()
            {
                print(&delivery, args);
            }
            Ok(ExitCode::SUCCESS)
        }
        Status::Cancelled => {
            print_aside!("cancelled: {}", status.message().unwrap_or("the session was cancelled"));
            Ok(ExitCode::from(3))
        }
        _ => match status.error() {
            Some(error) => Err(CliError::told(&error)),
            None => Err(CliError::failed("the session failed")),
        },
    }
}

/// What is left for a person: where to look first, then the sentence.
fn print(delivery: &Delivery, args: &RunArgs) {
    let mut plans = 0;
    let mut rows = Vec::new();
    for file in &delivery.deliverables {
        if file.path.starts_with("plans/") && file.note.is_none() {
            plans += 1;
            continue;
        }
        rows.push([file.path.clone(), file.note.clone().unwrap_or_else(|| file.title.clone())]);
    }
    if plans > 0 {
        rows.push(["plans/".to_owned(), format!("Success plans: {plans}")]);
    }
    rejected(args);
    show::table(["file", "what it is"], rows);
    handed(&delivery.handoffs);
    print_line!("\n{}", delivery.message);
    let at = args.workspace.display();
    match delivery.approvals.len() {
        0 => {}
        1 => print_line!("\n1 message waits for approval: csm approvals -w {at}"),
        n => print_line!("\n{n} messages wait for approval: csm approvals -w {at}"),
    }
    print_line!("\nOpen a number: csm explain churn_rate -w {at} --rows");
}

/// What came of the requests to peers, one line for each that was sent.
fn handed(handoffs: &[Handoff]) {
    let (left, sent): (Vec<_>, Vec<_>) =
        handoffs.iter().partition(|handoff| handoff.outcome == HandoffOutcome::LeftAsFile);
    for handoff in sent {
        let came = match handoff.outcome {
            HandoffOutcome::Done => "took it over and is done",
            HandoffOutcome::Rejected => "will not do it",
            HandoffOutcome::Cancelled => "cancelled it",
            HandoffOutcome::NoFinalReply => "gave no final reply",
            HandoffOutcome::Unreachable => "could not be reached",
            HandoffOutcome::Looped => "had it before: the request went in a circle",
            HandoffOutcome::LeftAsFile => "has it as a file",
        };
        let words = handoff.reason.as_deref().or(handoff.message.as_deref());
        let words = words.map(|words| format!(": {words}")).unwrap_or_default();
        print_line!("{} {came}{words}", handoff.peer);
    }
    // Sorted, and each once.
    let left: BTreeMap<&str, &str> = left
        .into_iter()
        .map(|handoff| (handoff.peer.as_str(), handoff.reason.as_deref().unwrap_or("it was not sent")))
        .collect();
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (peer, reason) in left {
        reasons.entry(reason).or_default().push(peer);
    }
    for (reason, peers) in reasons {
        print_line!("Requests for {} are left as files: {reason}.", peers.join(", "));
    }
}

/// What import has to say: notes, and the rows it did not take, each with file, line and remedy.
fn rejected(args: &RunArgs) {
    if let Ok(peers) = Peers::load(&args.workspace, Path::new(".csm")) {
        for warning in peers.warnings() {
            print_aside!("note: {warning}");
        }
    }
    let Some(report) = Workspace::open(&args.workspace).ok().as_ref().and_then(last_report) else { return };
    for note in &report.notes {
        print_aside!("note: {note}");
    }
    for reject in &report.rejects {
        print_aside!("not taken: {reject}");
    }
    let more = report.rejects_total.saturating_sub(report.rejects.len() as u64);
    if more > 0 {
        print_aside!("not taken: {more} more, see out/data-quality.md");
    }
}

/// Progress: a bar on a terminal, plain lines elsewhere, nothing beside JSON.
enum Watch {
    Bar(ProgressBar),
    Lines,
    Silent,
}

impl Watch {
    fn new(json: bool) -> Self {
        if json {
            return Self::Silent;
        }
        if !std::io::stderr().is_terminal() {
            return Self::Lines;
        }
        let bar = ProgressBar::new(100);
        if let Ok(style) = ProgressStyle::with_template("{prefix:>12} [{bar:30}] {percent:>3}% {msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        Self::Bar(bar)
    }

    fn tell(&self, message: &Outgoing) {
        match (self, message) {
            (Self::Silent, _) => {}
            (Self::Lines, Outgoing::Status(status))
                if status.meta().seq().is_some() && !status.status().is_terminal() =>
            {
                if let Some(line) = line(status) {
                    print_aside!("{line}");
                }
            }
            (Self::Lines, Outgoing::Response(response)) => {
                print_aside!("answered: {}", response.response_type())
            }
            (Self::Bar(bar), Outgoing::Status(status)) => {
                bar.set_prefix(status.status().as_str().to_owned());
                match status.meta().percent() {
                    Some(percent) => {
                        bar.set_position(u64::from(percent));
                        bar.set_message(visible_line(status.message().unwrap_or_default()).into_owned());
                    }
                    None if !status.status().is_terminal() => {
                        bar.set_position(100);
                        if let Some(line) = line(status) {
                            bar.println(visible_line(&line));
                        }
                    }
                    None => {}
                }
            }
            _ => {}
        }
    }

    fn close(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

/// What is said of a status that says something new. What waits for a person is counted at the end.
fn line(status: &StatusMessage) -> Option<String> {
    if status.status() == Status::AwaitingApproval {
        return None;
    }
    let told = measured(status);
    (!told.is_empty()).then(|| format!("{}: {told}", status.status().as_str()))
}

/// Progress members on one line; an unknown one with its reason.
fn measured(status: &StatusMessage) -> String {
    let unknown = status.meta().unknown();
    let Some(Value::Object(members)) = status.measured() else { return String::new() };
    let told: Vec<String> = members
        .iter()
        .map(|(name, value)| match value {
            Value::Null => {
                format!("{name} unknown ({})", unknown.get(name).map_or("no reason given", String::as_str))
            }
            Value::String(text) => format!("{name} {text}"),
            other => format!("{name} {other}"),
        })
        .collect();
    told.join(" · ")
}
