//! An agent of another trade: counts the words of the books in a folder and keeps a card for each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use agent_core::agent::{Agent, Answer, Completion, Failure, Pin};
use agent_core::definition::AgentDefinition;
use agent_core::session::{AskContext, Outcome, Placed, Placing, SessionContext};
use agent_core::store::sha256_hex;
use agent_core::tool::{Glob, GlobInput, Read, ReadInput};
use async_trait::async_trait;
use protocol::{
    ContextResponse, Definition, Deliverable, Delivery, ErrorCode, Evidence, Figure, FigureId, FigureStatus,
    Members, Request, Scope, Status, StatusMessage, Unit,
};
use serde_json::json;
use tokio::sync::Semaphore;

const NAME: &str = "librarian";

/// The steps of a session over the books of [`super::support::workspace`], in order.
pub(crate) const STEPS: [&str; 5] = ["context", "count/a.md", "count/b.md", "cards", "catalogue"];

/// Where a question stalls: after the books were read.
pub(crate) const ANSWER: &str = "answer";

/// What a test makes of the agent's work.
pub(crate) struct Librarian {
    pub(crate) definition: AgentDefinition,
    /// The step that waits until it is let on, after it did its work and before it is recorded.
    pub(crate) stall_at: Option<&'static str>,
    /// A permit for each arrival at that step.
    pub(crate) arrived: Semaphore,
    /// A permit lets one stalled step on.
    pub(crate) let_on: Semaphore,
    /// How often any step's work was begun.
    pub(crate) begun: AtomicUsize,
    /// How many calls of `work` are alive.
    pub(crate) alive: Arc<AtomicUsize>,
    pub(crate) mischief: Option<Mischief>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mischief {
    /// The first step gets another input each time.
    ChangingInput,
    /// The work panics after its first step.
    Panic,
    /// The pin cannot be taken.
    NoPin,
    /// A step fails.
    StepFails,
    /// A figure names rows that were never kept.
    RowsNotKept,
    /// It calls tools until one is refused, and says that all is well.
    Spendthrift,
}

struct Alive(Arc<AtomicUsize>);

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Librarian {
    pub(crate) fn new() -> Self {
        let text =
            "---\nname: librarian\ndescription: Counts words.\ntools: Read, Write, Glob\n---\nCount.\n";
        Self {
            definition: AgentDefinition::parse(text, "librarian.md").unwrap().0,
            stall_at: None,
            arrived: Semaphore::new(0),
            let_on: Semaphore::new(0),
            begun: AtomicUsize::new(0),
            alive: Arc::default(),
            mischief: None,
        }
    }

    pub(crate) fn stalling_at(step: &'static str) -> Self {
        Self { stall_at: Some(step), ..Self::new() }
    }

    pub(crate) fn with(mischief: Mischief) -> Self {
        Self { mischief: Some(mischief), ..Self::new() }
    }

    async fn enter(&self, step: &str) {
        self.begun.fetch_add(1, Ordering::SeqCst);
        if self.stall_at == Some(step) {
            self.arrived.add_permits(1);
            self.let_on.acquire().await.unwrap().forget();
        }
    }

    /// Waits until the stalling step was reached.
    pub(crate) async fn reached(&self) {
        self.arrived.acquire().await.unwrap().forget();
    }
}

async fn books(cx: &AskContext) -> Result<BTreeMap<String, String>, Failure> {
    let mut books = BTreeMap::new();
    for path in cx.tools().run::<Glob>(GlobInput::new("books/*.md")).await?.paths {
        let text = cx.tools().run::<Read>(ReadInput::new(&path)).await?.text;
        books.insert(path.trim_start_matches("books/").to_owned(), text);
    }
    Ok(books)
}

fn context(books: &BTreeMap<String, String>) -> Members {
    let members = json!({ "books": books.keys().collect::<Vec<_>>() });
    members.as_object().unwrap().clone()
}

fn figure(book: &str, words: usize, rows: String) -> Figure {
    let scope = Scope::one("book", book);
    Figure {
        id: FigureId::of("words", &scope),
        metric: "words".to_owned(),
        title: "Words".to_owned(),
        scope,
        value: Some(words.into()),
        shown: words.to_string(),
        unit: Unit::Count,
        currency: None,
        n: words as u64,
        window: None,
        as_of: "2026-01-31".to_owned(),
        status: FigureStatus::Known,
        target: None,
        reason: None,
        implausible: None,
        definition: Definition {
            file: "words.txt".to_owned(),
            sha256: sha256_hex(b"words"),
            value: "count(*)".to_owned(),
            population: None,
        },
        evidence: Some(Evidence { rows, format: "ndjson".to_owned(), count: words as u64 }),
    }
}

#[async_trait]
impl Agent for Librarian {
    fn definition(&self) -> &AgentDefinition {
        &self.definition
    }

    fn request_type(&self) -> &str {
        "get_library_context"
    }

    fn response_type(&self) -> &str {
        "library_context"
    }

    fn reads(&self) -> &[&str] {
        &["get_book_context"]
    }

    async fn pin(&self, _: &Request, cx: &AskContext) -> Result<Pin, Failure> {
        if self.mischief == Some(Mischief::NoPin) {
            return Err(Failure::new(ErrorCode::DatasetInvalid, "`books` cannot be read"));
        }
        let books = books(cx).await?;
        if let Some(book) = books.iter().find_map(|(book, text)| text.is_empty().then_some(book)) {
            return Err(Failure::new(ErrorCode::DatasetInvalid, format!("`{book}` is half-saved")));
        }
        let hashed = |(book, text): (String, String)| (book, sha256_hex(text.as_bytes()));
        Ok(Pin::of(books.into_iter().map(hashed).collect()))
    }

    async fn answer(&self, _: &Request, _: &Pin, cx: &AskContext) -> Result<Answer, Failure> {
        self.alive.fetch_add(1, Ordering::SeqCst);
        let _alive = Alive(Arc::clone(&self.alive));
        let books = books(cx).await?;
        self.enter(ANSWER).await;
        match self.mischief {
            Some(Mischief::Panic) => panic!("the librarian dropped a book"),
            Some(Mischief::StepFails) => Err(Failure::new(ErrorCode::DatasetInvalid, "`books` is torn")),
            _ => Ok(Answer::new(context(&books))),
        }
    }

    async fn read(&self, request: &Request, cx: &AskContext) -> Result<Answer, Failure> {
        let book = request.payload_member("book").and_then(|book| book.as_str()).unwrap_or_default();
        match books(cx).await?.get(book) {
            Some(text) => Ok(Answer::new(json!({ "book": book, "text": text }).as_object().unwrap().clone())),
            None => Err(Failure::new(ErrorCode::SubjectUnknown, format!("no book `{book}`"))),
        }
    }

    async fn work(&self, _: &Request, _: &Pin, cx: &SessionContext) -> Result<Completion, Failure> {
        self.alive.fetch_add(1, Ordering::SeqCst);
        let _alive = Alive(Arc::clone(&self.alive));
        let books = books(cx).await?;
        let nonce = match self.mischief {
            Some(Mischief::ChangingInput) => self.begun.load(Ordering::SeqCst),
            _ => 0,
        };

        let analysis = cx.phase("analysis", Status::Analyzing);
        analysis
            .step("context", &(&books, nonce), |_| async {
                self.enter("context").await;
                let answer = ContextResponse::new(NAME, "library_context", context(&books));
                Ok(Outcome::new(()).say(answer))
            })
            .await?;
        if self.mischief == Some(Mischief::Panic) {
            panic!("the librarian dropped a book");
        }
        if self.mischief == Some(Mischief::Spendthrift) {
            while cx.tools().run::<Glob>(GlobInput::new("books/*.md")).await.is_ok() {}
            return Ok(Delivery::new("All is well.").into());
        }
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for (nth, (book, text)) in books.iter().enumerate() {
            let key = format!("count/{book}");
            let words = analysis
                .step(&key, text, |cx| async {
                    let cx = cx;
                    let rows: String = text
                        .split_whitespace()
                        .map(|word| format!("{}\n", json!({ "word": word })))
                        .collect();
                    let words = text.split_whitespace().count();
                    let rows = match self.mischief {
                        Some(Mischief::RowsNotKept) => sha256_hex(rows.as_bytes()),
                        _ => cx.put_object(rows).await?,
                    };
                    self.enter(&key).await;
                    if self.mischief == Some(Mischief::StepFails) {
                        return Err(Failure::new(ErrorCode::DatasetInvalid, format!("`{book}` is torn")));
                    }
                    let said = StatusMessage::progress(NAME, Status::Analyzing, json!({ "words": words }));
                    Ok(Outcome::new(words).figure(figure(book, words, rows)).say(said))
                })
                .await?;
            analysis.tick(u8::try_from(100 * (nth + 1) / books.len()).unwrap(), "counting");
            counts.insert(book.clone(), words);
        }

        let implementation = cx.phase("implementation", Status::Managing);
        let placed = implementation
            .step("cards", &counts, |cx| async {
                let cx = cx;
                let mut placed: BTreeMap<String, Placed> = BTreeMap::new();
                for (book, words) in &counts {
                    let path = format!("cards/{book}");
                    let rule = Placing::LeaveTheirs { beside: format!("cards/{book}.new") };
                    let card = format!("# {book}\n\n{words} words\n");
                    placed.insert(path.clone(), cx.place(&path, &card, rule).await?);
                }
                self.enter("cards").await;
                let said = StatusMessage::progress(NAME, Status::Managing, json!({ "cards": placed.len() }));
                Ok(Outcome::new(placed).say(said))
            })
            .await?;
        let catalogue = implementation
            .step("catalogue", &(&counts, &placed), |cx| async {
                let cx = cx;
                let lines: String = counts.iter().map(|(book, words)| format!("{book}: {words}\n")).collect();
                let placed = cx.place("out/catalogue.txt", &lines, Placing::SetAside).await?;
                self.enter("catalogue").await;
                Ok(Outcome::new(placed))
            })
            .await?;

        let total: usize = counts.values().sum();
        let mut delivery = Delivery::new(format!("Counted {total} words in {} books.", books.len()));
        delivery.progress = json!({ "words": total }).as_object().unwrap().clone();
        let note = format!("{catalogue:?}");
        delivery.deliverables.push(Deliverable::new("out/catalogue.txt", "Catalogue").with_note(note));
        let beside: BTreeSet<String> = placed
            .values()
            .filter_map(|placed| match placed {
                Placed::LeftTheirs { beside } => Some(beside.clone()),
                _ => None,
            })
            .collect();
        delivery.deliverables.extend(beside.into_iter().map(|path| Deliverable::new(path, "Card")));
        Ok(delivery.into())
    }
}
