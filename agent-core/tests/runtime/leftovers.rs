//! After the terminal message nothing of the session changes any more.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use agent_core::agent::{Agent, Answer, Completion, Failure, Pin};
use agent_core::definition::AgentDefinition;
use agent_core::runtime::{Options, Runtime};
use agent_core::session::{AskContext, SessionContext};
use agent_core::store::SessionState;
use agent_core::tool::{Access, Tool, ToolContext, ToolError};
use async_trait::async_trait;
use protocol::{Delivery, Request};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use super::support::{messages, options, request, terminals};

/// Writes a sheet in two parts, and waits between them until it is let on.
struct Press {
    sheet: PathBuf,
    half: Arc<Semaphore>,
    gate: Arc<Mutex<Receiver<()>>>,
}

/// Prints.
#[derive(Deserialize, JsonSchema)]
struct Print {}

#[derive(Serialize)]
struct Printed {}

impl Tool for Press {
    type Input = Print;
    type Output = Printed;
    const NAME: &'static str = "Press";
    const ACCESS: Access = Access::Write;

    async fn run(&self, _: Print, cx: ToolContext) -> Result<Printed, ToolError> {
        let (sheet, half, gate) = (self.sheet.clone(), Arc::clone(&self.half), Arc::clone(&self.gate));
        let printing = tokio::task::spawn_blocking(move || {
            std::fs::write(&sheet, "half").unwrap();
            half.add_permits(1);
            let _ = gate.lock().unwrap().recv();
            std::fs::write(&sheet, "whole").unwrap();
            drop(cx);
        });
        printing.await.unwrap();
        Ok(Printed {})
    }
}

/// Prints one sheet a session; hurried, it does not wait for it.
struct Printer {
    definition: AgentDefinition,
    hurried: bool,
    gone: Arc<Semaphore>,
}

struct Gone(Arc<Semaphore>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.add_permits(1);
    }
}

#[async_trait]
impl Agent for Printer {
    fn definition(&self) -> &AgentDefinition {
        &self.definition
    }
    fn request_type(&self) -> &str {
        "get_sheet_context"
    }
    fn response_type(&self) -> &str {
        "sheet_context"
    }
    async fn pin(&self, _: &Request, _: &AskContext) -> Result<Pin, Failure> {
        Ok(Pin::of(Default::default()))
    }
    async fn answer(&self, _: &Request, _: &Pin, _: &AskContext) -> Result<Answer, Failure> {
        Ok(Answer::default())
    }
    async fn read(&self, _: &Request, _: &AskContext) -> Result<Answer, Failure> {
        Ok(Answer::default())
    }
    async fn work(&self, _: &Request, _: &Pin, cx: &SessionContext) -> Result<Completion, Failure> {
        let _gone = Gone(Arc::clone(&self.gone));
        let print = cx.tools().run::<Press>(Print {});
        if self.hurried {
            // Begun, and then no longer waited for.
            let mut print = std::pin::pin!(print);
            let first = std::future::poll_fn(|task| std::task::Poll::Ready(print.as_mut().poll(task))).await;
            assert!(first.is_pending());
        } else {
            print.await?;
        }
        Ok(Delivery::new("Printed.").into())
    }
}

struct Shop {
    dir: tempfile::TempDir,
    runtime: Runtime,
    half: Arc<Semaphore>,
    gone: Arc<Semaphore>,
    let_on: Sender<()>,
}

async fn shop(hurried: bool) -> Shop {
    let dir = tempfile::tempdir().unwrap();
    let (let_on, gate) = channel();
    let (half, gone) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let press =
        Press { sheet: dir.path().join("sheet"), half: Arc::clone(&half), gate: Arc::new(Mutex::new(gate)) };
    let text = "---\nname: printer\ndescription: Prints.\ntools: Press\n---\nPrint.\n";
    let definition = AgentDefinition::parse(text, "printer.md").unwrap().0;
    let agent = Arc::new(Printer { definition, hurried, gone: Arc::clone(&gone) });
    let options = Options { tools: vec![Box::new(press)], ..options() };
    let runtime = Runtime::open(agent, dir.path(), options).await.unwrap();
    Shop { dir, runtime, half, gone, let_on }
}

impl Shop {
    fn sheet(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("sheet")).unwrap()
    }

    /// Nothing was said of the end, though all that could be said by now has been.
    async fn not_ended(&self) {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        // One writer: what the session would have committed before this is committed now.
        self.runtime.context().publish("get_x_context", "x", serde_json::json!({}), None).await.unwrap();
        assert_eq!(self.runtime.sessions(1).await.unwrap()[0].state, SessionState::Open);
        assert_eq!(self.sheet(), "half");
    }
}

#[tokio::test]
async fn file_work_that_began_ends_before_the_terminal_message_whatever_ends_the_session() {
    for (hurried, expected) in [(false, "cancelled"), (true, "completed")] {
        let shop = shop(hurried).await;
        let asked = request("get_sheet_context", serde_json::json!({}), "r-1");
        let handle = shop.runtime.open_session(&asked).await.unwrap();
        shop.half.acquire().await.unwrap().forget();
        if !hurried {
            handle.cancel("enough");
        }
        shop.gone.acquire().await.unwrap().forget();
        shop.not_ended().await;
        shop.let_on.send(()).unwrap();
        let said = messages(handle).await;
        assert_eq!(terminals(&said), [expected]);
        assert_eq!(shop.sheet(), "whole", "it changed after the terminal message");
        shop.runtime.close().await;
    }
}
