//! An agent of another trade: it keeps a store room. A dozen lines of definition, and this file.
//!
//! ```sh
//! cp examples/custom-agent/stock.csv SOME_FOLDER/
//! echo '{"requesting_agent":"me","request_type":"get_stock_context","payload":{}}' |
//!   cargo run --example custom-agent -- --stdio --workspace SOME_FOLDER
//! ```
//!
//! See the page beside this file.

#[path = "../shared/serve.rs"]
mod serve;

use std::collections::BTreeMap;
use std::process::ExitCode;

use agent_core::agent::{Agent, Answer, Completion, Failure, Pin};
use agent_core::definition::AgentDefinition;
use agent_core::session::{AskContext, Outcome, Placing, SessionContext};
use agent_core::tool::{Read, ReadInput, sha256};
use async_trait::async_trait;
use protocol::{
    ContextResponse, Definition, Deliverable, Delivery, ErrorCode, Evidence, Figure, FigureId, FigureStatus,
    Members, Meta, Request, Scope, Status, StatusMessage, Unit,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

const NAME: &str = "storekeeper";
const DEFINITION: &str = include_str!("storekeeper.md");
const STOCK: &str = "stock.csv";
const ORDER: &str = "out/order.md";

struct Storekeeper(AgentDefinition);

/// One shelf; what nobody has counted is absent.
#[derive(Clone, Serialize, Deserialize)]
struct Shelf {
    item: String,
    on_hand: Option<u64>,
    order_below: u64,
    counted_on: String,
}

impl Shelf {
    fn runs_low(&self) -> bool {
        self.on_hand.is_some_and(|on_hand| on_hand < self.order_below)
    }
}

/// The shelves, and the hash of the file they are in.
async fn shelves(cx: &AskContext) -> Result<(Vec<Shelf>, String), Failure> {
    let file = cx.tools().run::<Read>(ReadInput::new(STOCK)).await?;
    let shelves = file.text.lines().enumerate().skip(1).map(|(at, line)| {
        let wrong = || {
            let place = format!("line {} of `{STOCK}` is not `item,on_hand,order_below,counted_on`", at + 1);
            Failure::new(ErrorCode::DatasetInvalid, place)
                .with_hint("leave `on_hand` empty where nobody counted")
        };
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let [item, on_hand, order_below, counted_on] = cells[..] else { return Err(wrong()) };
        let on_hand = Some(on_hand).filter(|text| !text.is_empty());
        Ok(Shelf {
            item: item.to_owned(),
            on_hand: on_hand.map(str::parse).transpose().map_err(|_| wrong())?,
            order_below: order_below.parse().map_err(|_| wrong())?,
            counted_on: counted_on.to_owned(),
        })
    });
    Ok((shelves.collect::<Result<_, _>>()?, file.sha256))
}

fn context(shelves: &[Shelf]) -> (Members, Meta) {
    let low: Vec<&str> = shelves.iter().filter(|one| one.runs_low()).map(|one| one.item.as_str()).collect();
    let unknown: Members = shelves
        .iter()
        .filter(|shelf| shelf.on_hand.is_none())
        .map(|shelf| (shelf.item.clone(), json!(format!("nobody has counted it; fill `on_hand` in {STOCK}"))))
        .collect();
    let mut meta = Meta::new();
    meta.set("evidence", json!({"runs_low": id()}));
    if !unknown.is_empty() {
        meta.set("unknown", unknown);
    }
    let stock: Members = shelves.iter().map(|shelf| (shelf.item.clone(), json!(shelf.on_hand))).collect();
    let payload = [("stock".to_owned(), stock.into()), ("runs_low".to_owned(), json!(low))];
    (payload.into_iter().collect(), meta)
}

fn id() -> FigureId {
    FigureId::of("items_running_low", &Scope::all())
}

/// How many items run low, with the shelves it was counted from.
fn figure(shelves: &[Shelf], rows: String) -> Figure {
    let low = shelves.iter().filter(|shelf| shelf.runs_low()).count();
    Figure {
        id: id(),
        metric: "items_running_low".to_owned(),
        title: "Items that run low".to_owned(),
        scope: Scope::all(),
        value: Some(low.into()),
        shown: low.to_string(),
        unit: Unit::Count,
        currency: None,
        n: shelves.len() as u64,
        window: None,
        as_of: shelves.iter().map(|shelf| shelf.counted_on.clone()).max().unwrap_or_default(),
        status: FigureStatus::Known,
        target: None,
        reason: None,
        implausible: None,
        definition: Definition {
            file: "storekeeper.md".to_owned(),
            sha256: sha256(DEFINITION.as_bytes()),
            value: "count of on_hand < order_below".to_owned(),
            population: None,
        },
        evidence: Some(Evidence { rows, format: "ndjson".to_owned(), count: shelves.len() as u64 }),
    }
}

#[async_trait]
impl Agent for Storekeeper {
    fn definition(&self) -> &AgentDefinition {
        &self.0
    }

    fn request_type(&self) -> &str {
        "get_stock_context"
    }

    fn response_type(&self) -> &str {
        "stock_context"
    }

    async fn pin(&self, _: &Request, cx: &AskContext) -> Result<Pin, Failure> {
        Ok(Pin::of(BTreeMap::from([("stock".to_owned(), shelves(cx).await?.1)])))
    }

    async fn answer(&self, _: &Request, _: &Pin, cx: &AskContext) -> Result<Answer, Failure> {
        let (payload, meta) = context(&shelves(cx).await?.0);
        Ok(Answer::new(payload).with_meta(meta))
    }

    async fn work(&self, _: &Request, _: &Pin, cx: &SessionContext) -> Result<Completion, Failure> {
        let (shelves, hash) = shelves(cx).await?;
        let counting = cx.phase("counting", Status::Analyzing);
        let low: Vec<Shelf> = counting
            .step("count", &hash, |cx| async move {
                let rows: String = shelves.iter().map(|shelf| format!("{}\n", json!(shelf))).collect();
                let figure = figure(&shelves, cx.put_object(rows).await?);
                let (payload, meta) = context(&shelves);
                let answer = ContextResponse::new(NAME, "stock_context", payload).with_meta(meta);
                let low = shelves.into_iter().filter(Shelf::runs_low).collect();
                Ok(Outcome::new(low).figure(figure).say(answer))
            })
            .await?;

        let ordering = cx.phase("ordering", Status::Managing);
        let items: String =
            low.iter().map(|one| format!("- {} (below {})\n", one.item, one.order_below)).collect();
        let order = format!("# To order\n\n{items}");
        ordering
            .step("order", &order, |cx| async {
                let cx = cx;
                cx.place(ORDER, &order, Placing::SetAside).await?;
                let said =
                    StatusMessage::progress(NAME, Status::Managing, json!({"items_running_low": low.len()}));
                Ok(Outcome::new(()).say(said))
            })
            .await?;

        let mut delivery =
            Delivery::new(format!("{} items run low; the order waits for a person.", low.len()));
        delivery.progress.insert("items_running_low".to_owned(), low.len().into());
        delivery.deliverables.push(Deliverable::new(ORDER, "What to order"));
        let mut meta = Meta::new();
        meta.set("evidence", json!({"items_running_low": id()}));
        Ok(Completion::from(delivery).with_meta(meta))
    }

    async fn read(&self, request: &Request, _: &AskContext) -> Result<Answer, Failure> {
        let message = format!("`{}` is not served", request.request_type());
        Err(Failure::new(ErrorCode::UnknownRequestType, message))
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match AgentDefinition::parse(DEFINITION, "storekeeper.md") {
        Ok((definition, _)) => serve::main(Storekeeper(definition)).await,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
