//! An agent of another trade: buys reprints of books, which somebody has to approve.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use agent_core::agent::{Agent, Answer, Completion, Failure, Pin};
use agent_core::approval::{ApprovalRecord, Proposal};
use agent_core::definition::AgentDefinition;
use agent_core::runtime::{Options, Runtime};
use agent_core::session::{AskContext, Outcome, Placing, SessionContext};
use agent_core::store::Store;
use agent_core::tool::{Access, Tool, ToolContext, ToolError, file_tools};
use async_trait::async_trait;
use protocol::{
    ContextResponse, Delivery, ErrorCode, FigureId, Members, Request, RequestType, Status, StatusMessage,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::support;

const NAME: &str = "buyer";
pub(crate) const QUERY: &str = "Stock context needed: what sells, what runs out.";

/// What a test makes of carrying an approval out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carries {
    Orders,
    Refuses,
    Panics,
    /// Orders, and then waits until it is let on.
    Hangs,
}

pub(crate) struct Buyer {
    pub(crate) definition: AgentDefinition,
    /// The books to propose a reprint of.
    pub(crate) books: Vec<&'static str>,
    pub(crate) lasts: Option<Duration>,
    /// Whether it proposes the same for all of them.
    pub(crate) same: bool,
    /// Whether it takes back what it does not propose any more.
    pub(crate) takes_back: bool,
    /// Whether it asks for its context first.
    pub(crate) asks: bool,
    /// Whether it orders without asking anybody.
    pub(crate) orders_at_once: bool,
    pub(crate) carries: Carries,
    /// Called after what was approved was done, and before its outcome is recorded.
    pub(crate) then: Mutex<Option<Box<dyn FnMut() + Send>>>,
    pub(crate) shop: Arc<Shop>,
    pub(crate) arrived: Semaphore,
    pub(crate) let_on: Semaphore,
    /// The step after which the work waits.
    pub(crate) stall_after: Option<&'static str>,
}

/// Another company's system: what was ordered there, and under which key.
#[derive(Default)]
pub(crate) struct Shop {
    pub(crate) orders: Mutex<Vec<(String, String)>>,
    pub(crate) carried: AtomicUsize,
}

impl Shop {
    pub(crate) fn orders(&self) -> Vec<(String, String)> {
        self.orders.lock().unwrap().clone()
    }
}

/// Orders a reprint at the printer's.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderInput {
    /// The book.
    book: String,
}

pub(crate) struct Order(pub(crate) Arc<Shop>);

impl Tool for Order {
    type Input = OrderInput;
    type Output = Value;
    const NAME: &'static str = "Order";
    const ACCESS: Access = Access::Foreign;

    async fn run(&self, input: OrderInput, cx: ToolContext) -> Result<Value, ToolError> {
        let key = cx.approval.as_deref().unwrap_or_default().to_owned();
        self.0.orders.lock().unwrap().push((input.book.clone(), key));
        Ok(json!({ "ordered": input.book }))
    }
}

impl Buyer {
    pub(crate) fn of(books: &[&'static str]) -> Self {
        let text = "---\nname: buyer\ndescription: Buys.\ntools: Read, Write, Glob, Order\n---\nBuy.\n";
        Self {
            definition: AgentDefinition::parse(text, "buyer.md").unwrap().0,
            books: books.to_vec(),
            lasts: None,
            same: false,
            takes_back: false,
            asks: false,
            orders_at_once: false,
            carries: Carries::Orders,
            then: Mutex::default(),
            shop: Arc::default(),
            arrived: Semaphore::new(0),
            let_on: Semaphore::new(0),
            stall_after: None,
        }
    }

    pub(crate) fn asking() -> Self {
        Self { asks: true, ..Self::of(&[]) }
    }

    pub(crate) async fn reached(&self) {
        self.arrived.acquire().await.unwrap().forget();
    }

    async fn after(&self, step: &str) {
        if self.stall_after == Some(step) {
            self.arrived.add_permits(1);
            self.let_on.acquire().await.unwrap().forget();
        }
    }
}

/// A runtime for `buyer` with the tool of its shop.
pub(crate) async fn open(buyer: &Arc<Buyer>, workspace: &Path, options: Options) -> Runtime {
    let mut tools = file_tools();
    tools.push(Box::new(Order(Arc::clone(&buyer.shop))));
    let options = Options { tools, ..options };
    Runtime::open(Arc::clone(buyer) as Arc<dyn Agent>, workspace, options).await.unwrap()
}

pub(crate) async fn open_on(buyer: &Arc<Buyer>, workspace: &Path, store: Arc<dyn Store>) -> Runtime {
    open(buyer, workspace, Options { store: Some(store), ..support::options() }).await
}

pub(crate) fn work(id: &str) -> Request {
    support::request("get_stock_context", json!({}), id)
}

/// Works through one session and returns what it said.
pub(crate) async fn session(runtime: &Runtime, id: &str) -> Vec<Value> {
    support::messages(runtime.open_session(&work(id)).await.unwrap()).await
}

pub(crate) fn questions(said: &[Value]) -> Vec<&Value> {
    said.iter().filter(|message| message["status"] == "awaiting_approval").collect()
}

fn members(value: Value) -> Members {
    value.as_object().unwrap().clone()
}

#[async_trait]
impl Agent for Buyer {
    fn definition(&self) -> &AgentDefinition {
        &self.definition
    }

    fn request_type(&self) -> &str {
        "get_stock_context"
    }

    fn response_type(&self) -> &str {
        "stock_context"
    }

    fn asks(&self) -> &[&str] {
        &["get_stock_context"]
    }

    async fn pin(&self, _: &Request, _: &AskContext) -> Result<Pin, Failure> {
        Ok(Pin::of([("books".to_owned(), self.books.join(","))].into()))
    }

    async fn answer(&self, _: &Request, _: &Pin, _: &AskContext) -> Result<Answer, Failure> {
        Ok(Answer::new(Members::new()))
    }

    async fn read(&self, request: &Request, _: &AskContext) -> Result<Answer, Failure> {
        let kind: RequestType = request.kind();
        Err(Failure::new(ErrorCode::UnknownRequestType, format!("`{kind}` is not served")))
    }

    async fn work(&self, _: &Request, _: &Pin, cx: &SessionContext) -> Result<Completion, Failure> {
        let phase = cx.phase("implementation", Status::Managing);
        if self.orders_at_once {
            phase.tools().call("Order", json!({ "book": "a" })).await?;
        }
        let mut progress = json!({ "proposed": self.books.len() });
        let mut claims = Vec::new();
        if self.asks {
            let asked = phase.ask_context("get_stock_context", QUERY).await?;
            progress["used"] = asked.used.as_str().into();
            progress["why"] = asked.why.into();
            claims = asked.claims;
            self.after("ask").await;
        }
        let said: Vec<String> = claims
            .iter()
            .map(|claim| format!("{} says: {}", claim.by, Value::Object(claim.payload.clone())))
            .collect();
        progress["claims"] = json!(said);
        phase
            .step("context", &said, |_| async {
                Ok(Outcome::new(()).say(ContextResponse::new(NAME, "stock_context", members(json!({})))))
            })
            .await?;
        for book in &self.books {
            let wanted = if self.same { "a" } else { book };
            let mut proposal = Proposal::new("order_reprint", format!("Order a reprint of {wanted}."))
                .figures([FigureId::from("sold@book=a")])
                .details(members(json!({ "book": wanted })));
            proposal.lasts = self.lasts;
            phase.propose(book, proposal).await?;
            self.after(book).await;
        }
        if self.takes_back {
            for waiting in phase.pending_approvals().await? {
                let book = waiting.details["book"].as_str().unwrap_or_default().to_owned();
                if !self.books.contains(&book.as_str()) {
                    phase.withdraw(&waiting.id, &format!("{book} does not sell any more")).await?;
                }
            }
        }
        let plan: String = self.books.iter().map(|book| format!("- {book}\n")).collect();
        phase
            .step("plan", &plan, |cx| async {
                let (cx, plan) = (cx, plan.as_str());
                cx.place("plan.md", plan, Placing::SetAside).await?;
                Ok(Outcome::new(()).say(StatusMessage::progress(NAME, Status::Managing, progress.clone())))
            })
            .await?;
        Ok(Delivery::new("Proposed.").into())
    }

    async fn carry_out(&self, approval: &ApprovalRecord, cx: &AskContext) -> Result<Members, Failure> {
        self.shop.carried.fetch_add(1, Ordering::SeqCst);
        match self.carries {
            Carries::Refuses => return Err(Failure::new(ErrorCode::Forbidden, "the printer is on holiday")),
            Carries::Panics => panic!("the buyer lost the catalogue"),
            Carries::Orders | Carries::Hangs => {}
        }
        let book = approval.details["book"].clone();
        let ordered = cx.tools().call("Order", json!({ "book": book })).await?;
        if self.carries == Carries::Hangs {
            self.arrived.add_permits(1);
            self.let_on.acquire().await.unwrap().forget();
        }
        if let Some(then) = self.then.lock().unwrap().as_mut() {
            then();
        }
        Ok(members(ordered))
    }
}
