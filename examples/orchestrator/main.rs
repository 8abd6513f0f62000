//! An orchestrator: three agents in three processes, one question, the whole conversation.
//!
//! ```sh
//! cargo build --bin csm --examples
//! cargo run --example orchestrator
//! cargo run --example orchestrator -- --product-manager killed
//! ```
//!
//! See the page beside this file.

mod company;
mod line;
mod outcomes;
mod process;
mod talk;

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};

use company::{Company, Fate};
use line::{Line, NAME};
use outcomes::Outcome;
use talk::{Talk, is_peers};

type Fault = Box<dyn Error + Send + Sync>;

/// The published query, word for word.
const QUERY: &str = "Customer context needed: account segments, product usage, health metrics, churn risks, \
                     growth opportunities, and success goals.";

/// What people want of the customer-success manager; the orchestrator tells it when asked.
const CONTEXT: &str = include_str!("context.json");

const CSM: &str = "customer-success-manager";

const USAGE: &str =
    "usage: orchestrator [--product-manager well|killed|looping|absent] [--dir DIR] [--report FILE]
  --product-manager  what becomes of it; well unless said
  --dir              where the workspaces are made, and stay; a temporary folder unless said
  --report           writes the outcomes to this file, as JSON";

struct Arguments {
    fate: Fate,
    dir: Option<PathBuf>,
    report: Option<PathBuf>,
}

impl Arguments {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = Self { fate: Fate::Well, dir: None, report: None };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("`{word}` needs a value"));
            match word.as_str() {
                "--product-manager" => {
                    arguments.fate = match value()?.as_str() {
                        "well" => Fate::Well,
                        "killed" => Fate::Killed,
                        "looping" => Fate::Looping,
                        "absent" => Fate::Absent,
                        other => return Err(format!("`{other}` is no fate of the product-manager")),
                    }
                }
                "--dir" => arguments.dir = Some(PathBuf::from(value()?)),
                "--report" => arguments.report = Some(PathBuf::from(value()?)),
                _ => return Err(format!("`{word}` is not known")),
            }
        }
        Ok(arguments)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(wrong) => {
            eprintln!("{wrong}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{NAME}: {fault}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), Fault> {
    let temporary = tempfile::tempdir()?;
    let root = arguments.dir.clone().unwrap_or_else(|| temporary.path().to_owned());
    fs::create_dir_all(&root)?;
    let root = root.canonicalize()?;

    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let work = async {
        let mut company = Company::start(&root, arguments.fate).await?;
        let ids = company.ids();
        let told = converse(&mut company, arguments.fate).await;
        let ended = company.end().await;
        let (delivery, outcomes) = told?;
        ended?;
        if let Some(file) = &arguments.report {
            let report = json!({"delivery": delivery, "outcomes": outcomes, "processes": ids});
            fs::write(file, format!("{report:#}\n"))?;
        }
        Ok(())
    };
    // Breaking off drops the processes, and dropping kills them.
    tokio::select! {
        done = work => done,
        _ = terminate.recv() => Err("told to end".into()),
        _ = interrupt.recv() => Err("interrupted".into()),
    }
}

/// The whole conversation, printed; returns the delivery and what came of each hand-off.
async fn converse(company: &mut Company, fate: Fate) -> Result<(Value, Vec<Outcome>), Fault> {
    let mut talk = Talk::new();
    talk.head("Three agents, three processes")?;
    let gone = "not started".to_owned();
    let product_manager = company.product_manager.as_ref().map_or(&gone, |process| &process.address);
    talk.text(&format!("{CSM}: {}", company.customer_success.address))?;
    talk.text(&format!("product-manager: {product_manager}"))?;
    talk.text(&format!("sales-engineer: {}", company.sales_engineer.address))?;

    talk.head(&format!("{NAME} and {CSM}"))?;
    if fate == Fate::Killed {
        // Whatever the product-manager hands on waits there, so that the kill falls into the middle of its work.
        company.sales_engineer.hold()?;
        talk.note(
            "the sales-engineer is held still for now, and the product-manager will be killed at work",
        )?;
    }
    let delivery = follow(company, &mut talk, fate).await?;
    if fate == Fate::Killed && company.product_manager.is_some() {
        company.sales_engineer.let_go()?;
        return Err("the product-manager said nothing while it worked, so it was not killed".into());
    }
    let mut outcomes = Outcome::of(&delivery);

    if let Some(process) = &company.product_manager {
        let mut line = Line::connect(&process.address, &company.product_manager_token).await?;
        for said in heard(&mut talk, "product-manager", &mut line).await? {
            outcomes.extend(Outcome::of(&said));
        }
    }
    let mut line = Line::connect(&company.sales_engineer.address, &company.sales_engineer_token).await?;
    heard(&mut talk, "sales-engineer", &mut line).await?;

    talk.head("What came of each hand-off")?;
    let rows: Vec<Vec<String>> = outcomes.iter().map(Outcome::row).collect();
    talk.table(&["FROM", "TO", "OUTCOME", "WHY, OR WHAT IT SAID"], &rows)?;
    Ok((delivery, outcomes))
}

/// Asks the customer-success-manager and follows it to its last message.
async fn follow(company: &mut Company, talk: &mut Talk, fate: Fate) -> Result<Value, Fault> {
    let mut line = Line::connect(&company.customer_success.address, &company.customer_success_token).await?;
    let offer = line.ask("offer_context", json!({"context_types": ["get_customer_context"]})).await?;
    talk.said(NAME, CSM, &offer)?;
    let reply = line.reply_to(&offer).await?;
    talk.said(CSM, NAME, &reply)?;

    let request = line.ask("get_customer_context", json!({"query": QUERY})).await?;
    talk.said(NAME, CSM, &request)?;
    while let Some(message) = line.next().await? {
        talk.said(CSM, NAME, &message)?;
        if message["request_type"].is_string() {
            let answer = answered(&message)?;
            talk.said(NAME, CSM, &answer)?;
            line.send(&answer).await?;
        }
        let note = message["message"].as_str().unwrap_or_default();
        if fate == Fate::Killed && is_peers(note) && note.starts_with("product-manager: analyzing") {
            kill(company, talk).await?;
        }
        if message["error"].is_object() {
            return Err(format!("no delivery: {}", message["error"]).into());
        }
        match message["status"].as_str() {
            Some("completed") => return Ok(message),
            Some("cancelled") => return Err("the session was cancelled".into()),
            _ => {}
        }
    }
    Err(format!("{CSM} hung up before its delivery").into())
}

/// The context manager's reply to an agent that asks it: what people said, as theirs.
fn answered(request: &Value) -> Result<Value, Fault> {
    let payload: Value = serde_json::from_str(CONTEXT)?;
    Ok(json!({"agent": NAME, "response_type": "customer_context", "payload": payload,
              "_meta": {"in_reply_to": request["_meta"]["request_id"]}}))
}

/// Kills the product-manager, once.
async fn kill(company: &mut Company, talk: &mut Talk) -> Result<(), Fault> {
    if let Some(mut process) = company.product_manager.take() {
        let id = process.id().unwrap_or_default();
        process.kill().await?;
        talk.note(&format!("the product-manager, process {id}, was killed with SIGKILL"))?;
        company.sales_engineer.let_go()?;
    }
    Ok(())
}

/// Prints what an agent journaled in the sessions that others opened with it; returns its last messages.
async fn heard(talk: &mut Talk, name: &str, line: &mut Line) -> Result<Vec<Value>, Fault> {
    let mut last = Vec::new();
    for (from, session) in line.journaled().await? {
        talk.head(&format!("{from} and {name}, as {name} has it in its journal"))?;
        for message in &session {
            talk.said(name, &from, message)?;
        }
        last.extend(session.last().cloned());
    }
    Ok(last)
}
