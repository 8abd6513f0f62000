//! `csm explain FIGURE`: what it means, what it is, the rows it came from.

use std::process::ExitCode;

use agent_core::runtime::Runtime;
use clap::Args;
use protocol::{Figure, FigureId, FigureStatus, Incoming, Outgoing, Request, Scope};
use serde_json::{Map, Value, json};

use super::session::{block_on, chosen, open};
use super::{CliError, WorkspaceArgs, show};
use crate::engine::Kept;
use crate::knowledge::Knowledge;
use crate::workspace::nearest;

/// What to open.
#[derive(Args, Debug)]
pub(super) struct ExplainArgs {
    /// The figure, as a message or page names it [default: list the figures of the whole book]
    figure: Option<String>,
    /// The figure of one account, by id or name; without FIGURE, every figure of that account
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// List every figure of the session: of the whole book, of its parts, of each account
    #[arg(long, conflicts_with_all = ["figure", "account"])]
    all: bool,
    /// Print the rows it counts
    #[arg(long)]
    rows: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    workspace: WorkspaceArgs,
}

pub(super) fn run(args: &ExplainArgs) -> Result<ExitCode, CliError> {
    block_on(async {
        let runtime = open(&args.workspace.workspace).await?;
        let done = explain(&runtime, args).await;
        runtime.close().await;
        done.map(|()| ExitCode::SUCCESS)
    })
}

async fn explain(runtime: &Runtime, args: &ExplainArgs) -> Result<(), CliError> {
    let session = chosen(runtime, args.workspace.session.as_deref()).await?;
    let unreadable = |error: &dyn std::error::Error| CliError::because("could not read the ledger", error);
    let figures = runtime.ledger().list(&session).await.map_err(|error| unreadable(&error))?;
    let account = match &args.account {
        Some(account) => Some(account_id(runtime, account).await?),
        None => None,
    };
    let Some(name) = &args.figure else {
        let scope = account.as_deref().map_or_else(Scope::all, |account| Scope::one("account", account));
        let listed: Vec<&Figure> =
            figures.iter().filter(|figure| args.all || figure.scope == scope).collect();
        list(&listed, args.json);
        return Ok(());
    };
    let figure = find(&figures, name, account.as_deref())?;
    let bytes = if args.rows {
        runtime.ledger().open_rows(figure).await.map_err(|error| unreadable(&error))?
    } else {
        None
    };
    let rows: Option<Vec<Map<String, Value>>> = match bytes {
        Some(bytes) => {
            let kept = Kept::read(&bytes).map_err(|error| unreadable(&error))?;
            Some(kept.rows(&figure.scope).collect())
        }
        None => args.rows.then(Vec::new),
    };
    if args.json {
        let mut opened = json!({ "session_id": session, "figure": figure });
        if let Some(rows) = rows {
            opened["rows"] = json!(rows);
        }
        print_line!("{opened}");
        return Ok(());
    }
    tell(figure, args)?;
    if let Some(rows) = rows {
        table(&rows);
    }
    Ok(())
}

/// The id of the account that a person names by id or name.
async fn account_id(runtime: &Runtime, named: &str) -> Result<String, CliError> {
    let request = Request::asking("csm", "get_account_context", "Which account is this?")
        .with_payload("account_id", json!(named));
    let (sender, mut answers) = tokio::sync::mpsc::channel(4);
    runtime.accept(Incoming::Request(request), &sender).await;
    drop(sender);
    match answers.recv().await {
        Some(Outgoing::Response(response)) => {
            let id = response.payload_member("account").and_then(|account| account["account_id"].as_str());
            Ok(id.unwrap_or(named).to_owned())
        }
        Some(Outgoing::Error(error)) => match error.error() {
            Some(error) => Err(CliError::told(&error)),
            None => Ok(named.to_owned()),
        },
        _ => Ok(named.to_owned()),
    }
}

/// The figure that `name` and `account` mean.
fn find<'a>(figures: &'a [Figure], name: &str, account: Option<&str>) -> Result<&'a Figure, CliError> {
    let id = match account {
        None => FigureId::from(name),
        Some(account) => {
            let metric = name.strip_prefix("figure:").unwrap_or(name);
            let metric = metric.split('@').next().unwrap_or(metric);
            FigureId::of(metric, &Scope::one("account", account))
        }
    };
    if let Some(figure) = figures.iter().find(|figure| figure.id == id) {
        return Ok(figure);
    }
    let wanted = id.as_str().trim_start_matches("figure:");
    let near = nearest(wanted, figures.iter().map(|figure| figure.id.as_str().trim_start_matches("figure:")));
    let hint = match near {
        Some(near) => format!("the nearest is `{near}`; `csm explain` lists those of the whole book"),
        None => "`csm explain` lists those of the whole book".to_owned(),
    };
    Err(CliError::failed(format!("the session has no figure `{wanted}`")).hint(hint))
}

fn list(figures: &[&Figure], json: bool) {
    if json {
        print_line!("{}", json!(figures));
        return;
    }
    show::table(
        ["figure", "value", "target", "", "n", "what it is"],
        figures.iter().map(|figure| {
            [
                figure.id.as_str().trim_start_matches("figure:").to_owned(),
                figure.shown.clone(),
                figure.target.as_ref().map(ToString::to_string).unwrap_or_default(),
                verdict(figure).to_owned(),
                figure.n.to_string(),
                figure
                    .reason
                    .clone()
                    .or_else(|| figure.implausible.clone())
                    .unwrap_or_else(|| figure.title.clone()),
            ]
        }),
    );
}

fn verdict(figure: &Figure) -> &'static str {
    match figure.status {
        FigureStatus::Pass => "PASS",
        FigureStatus::Fail => "FAIL",
        FigureStatus::Unknown => "UNKNOWN",
        FigureStatus::Known => "",
    }
}

/// The figure in words.
fn tell(figure: &Figure, args: &ExplainArgs) -> Result<(), CliError> {
    let knowledge = Knowledge::load(Some(&args.workspace.workspace)).map_err(|error| {
        CliError::because("could not read the knowledge files", &error).hint(error.hint())
    })?;
    print_line!("{}", figure.title);
    print_line!("  {} = {} {}", figure.id, figure.shown, verdict(figure));
    if let Some(reason) = &figure.reason {
        let word = if figure.status == FigureStatus::Unknown { "unknown because" } else { "note" };
        print_line!("  {word}: {reason}");
    }
    if let Some(why) = &figure.implausible {
        print_line!("  implausible: {why}");
    }
    if let Some(target) = &figure.target {
        print_line!("  target: {target}");
    }
    let window = figure.window.as_ref();
    let when = window.map_or_else(
        || format!("at the end of {}", figure.as_of),
        |it| format!("{} up to and including {}, from {}", it.words, figure.as_of, it.start),
    );
    print_line!("  when: {when}");
    if let Some(population) = &figure.definition.population {
        print_line!("  counts: {population}");
    }
    print_line!("  n: {}", figure.n);
    print_line!("  value: {}", figure.definition.value);
    let measure = knowledge.measure(&figure.metric);
    match measure.filter(|measure| measure.sha256 == figure.definition.sha256) {
        Some(measure) => {
            print_line!("  meaning: {}", measure.says);
            print_line!(
                "  defined in: knowledge/{} (sha256 {})",
                figure.definition.file,
                short(&measure.sha256)
            );
        }
        None => print_line!(
            "  defined in: knowledge/{}, as it was then (sha256 {}); it has changed since",
            figure.definition.file,
            short(&figure.definition.sha256)
        ),
    }
    match &figure.evidence {
        Some(evidence) => print_line!("  rows: {} (`--rows` prints them)", evidence.count),
        None => print_line!("  rows: none"),
    }
    Ok(())
}

fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

fn table(rows: &[Map<String, Value>]) {
    let Some(first) = rows.first() else {
        print_line!("no rows");
        return;
    };
    let headers: Vec<String> = first.keys().cloned().collect();
    let cell = |value: Option<&Value>| match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    show::wide_table(
        &headers,
        rows.iter().map(|row| headers.iter().map(|header| cell(row.get(header))).collect()),
    );
}
