//! The product-manager: turns requests that another agent hands over into a ranked backlog.
//!
//! ```sh
//! cargo run --example product-manager -- --listen 127.0.0.1:7801 --workspace pm --token-file pm.token
//! cargo run --example product-manager -- --stdio --workspace pm
//! ```
//!
//! It stands on `agent-core` alone. See the page beside this file.

#[path = "../shared/mod.rs"]
mod shared;

mod backlog;
mod figures;
mod page;

use std::collections::BTreeMap;
use std::process::ExitCode;

use agent_core::agent::{Agent, Answer, Completion, Failure, Pin};
use agent_core::definition::AgentDefinition;
use agent_core::peer::HandOff;
use agent_core::session::{AskContext, Outcome, Placed, Placing, SessionContext};
use async_trait::async_trait;
use protocol::{
    ContextResponse, Deliverable, Delivery, ErrorCode, Figure, Handoff, Members, Request, Status,
    StatusMessage,
};
use serde_json::{Value, json};

use backlog::{Backlog, Line};
use shared::handed::Handed;

const NAME: &str = "product-manager";
const FILE: &str = "out/backlog.md";
const NEXT: &str = "sales-engineer";
const NEXT_FILE: &str = "out/handoffs/sales-engineer.json";

struct ProductManager {
    definition: AgentDefinition,
}

#[async_trait]
impl Agent for ProductManager {
    fn definition(&self) -> &AgentDefinition {
        &self.definition
    }

    fn request_type(&self) -> &str {
        "get_product_context"
    }

    fn response_type(&self) -> &str {
        "product_context"
    }

    async fn pin(&self, request: &Request, cx: &AskContext) -> Result<Pin, Failure> {
        Backlog::of(&Handed::read(request)?)?;
        let peers = cx.peers().await?.sha256().unwrap_or_default().to_owned();
        Ok(Handed::pin(request, BTreeMap::from([("peers".to_owned(), peers)])))
    }

    async fn answer(&self, request: &Request, _: &Pin, _: &AskContext) -> Result<Answer, Failure> {
        Ok(Answer::new(page::context(&Backlog::of(&Handed::read(request)?)?)))
    }

    async fn read(&self, request: &Request, _: &AskContext) -> Result<Answer, Failure> {
        let message = format!("`{}` is not served", request.request_type());
        Err(Failure::new(ErrorCode::UnknownRequestType, message))
    }

    async fn work(&self, request: &Request, pin: &Pin, cx: &SessionContext) -> Result<Completion, Failure> {
        let handed = Handed::read(request)?;

        let analysis = cx.phase("analysis", Status::Analyzing);
        let backlog = analysis
            .step("rank", &pin.hash, |cx| async move {
                let backlog = Backlog::of(&handed)?;
                let figures = figures::of(&backlog, &handed.figures, &cx).await?;
                let answer = ContextResponse::new(NAME, "product_context", page::context(&backlog));
                let said = StatusMessage::progress(NAME, Status::Analyzing, page::progress(&backlog))
                    .with_message(&format!("ranked {} requests", backlog.lines.len()))
                    .with_meta(page::evidence(&backlog));
                Ok(Outcome::new(backlog).figures(figures).say(answer).say(said))
            })
            .await?;

        let implementation = cx.phase("implementation", Status::Managing);
        let text = page::markdown(&backlog, request.requesting_agent());
        let placed = implementation
            .step("backlog", &text, |cx| async {
                let cx = cx;
                let placed = cx.place(FILE, &text, Placing::SetAside).await?;
                let mut progress = page::progress(&backlog);
                progress.insert("written".to_owned(), FILE.into());
                let said = StatusMessage::progress(NAME, Status::Managing, progress)
                    .with_message(&format!("wrote {FILE}"))
                    .with_meta(page::evidence(&backlog));
                Ok(Outcome::new(placed).say(said))
            })
            .await?;

        let mut delivery = Delivery::new(page::sentence(&backlog));
        delivery.progress = page::progress(&backlog);
        delivery.deliverables.push(deliverable(&placed));
        if let Some(top) = backlog.top() {
            let growth = cx.phase("growth", Status::Growing);
            delivery.handoffs.push(hand_on(top, request, &growth).await?);
        }
        Ok(Completion::from(delivery).with_meta(page::evidence(&backlog)))
    }
}

/// Hands the request that unlocks the most to the sales-engineer, or leaves it as a file where there is none.
async fn hand_on(top: &Line, request: &Request, cx: &SessionContext) -> Result<Handoff, Failure> {
    let figures = Handed::read(request)?.figures;
    let named: Vec<Figure> =
        top.accounts.iter().filter_map(|asker| figures.get(asker.figure.as_ref()?)).cloned().collect();
    let accounts: Vec<Value> = top
        .accounts
        .iter()
        .map(|asker| {
            json!({"account_id": asker.account_id, "account": asker.name, "arr": {"figure": asker.figure},
                   "requests": asker.requests})
        })
        .collect();
    let mut payload = Members::new();
    let query =
        "Sales context needed: who would you propose this to first, if we built it, and at what size?";
    payload.insert("query".to_owned(), query.into());
    payload.insert("items".to_owned(), json!([{"request": top.title, "accounts": accounts}]));

    let file = json!({"requesting_agent": NAME, "request_type": "get_sales_context", "payload": payload,
                      "_meta": {"figures": named}});
    let file = format!("{file:#}\n");
    cx.step("handoff file", &file, |cx| async {
        let cx = cx;
        Ok(Outcome::new(cx.place(NEXT_FILE, &file, Placing::SetAside).await?))
    })
    .await?;
    let handoff = HandOff::new(NEXT, "get_sales_context", format!("\"{}\"", top.title), payload)
        .with_figures(named)
        .with_path(NEXT_FILE);
    cx.hand_off("sales", handoff).await
}

fn deliverable(placed: &Placed) -> Deliverable {
    let file = Deliverable::new(FILE, "Ranked backlog").with_kind("backlog");
    match placed {
        Placed::SetAside { to } => file.with_note(format!("what a person wrote there is kept as {to}")),
        _ => file,
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match AgentDefinition::parse(include_str!("product-manager.md"), "product-manager.md") {
        Ok((definition, _)) => shared::serve::main(ProductManager { definition }).await,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
