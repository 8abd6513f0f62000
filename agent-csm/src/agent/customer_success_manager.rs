//! The agent itself.

use std::path::Path;
use std::sync::Arc;

use agent_core::agent::{Agent, Answer, Completion, Failure, Pin};
use agent_core::approval::{ApprovalRecord, Shown};
use agent_core::definition::AgentDefinition;
use agent_core::runtime::{Options, Runtime};
use agent_core::session::{AskContext, SessionContext};
use agent_core::telemetry::Meter;
use agent_core::tool::web::{Network, WebConfig, WebFetch, WebSearch, web_tools};
use agent_core::tool::{ErasedTool, Rules, file_tools};
use async_trait::async_trait;
use protocol::{ErrorCode, Figure, Members, Request, Status, WireError};

use super::craftsman::{CONTEXT, Craftsman};
use super::fault::invalid_workspace;
use super::settings::Settings;
use super::{ask, pin, release, work};
use crate::engine::Kept;
use crate::wire::empty_progress;

/// The agents this one works with, by the role description. Never its own name: the published query carries that.
const PEERS: [&str; 8] = [
    "product-manager",
    "sales-engineer",
    "technical-writer",
    "content-marketer",
    "business-analyst",
    "project-manager",
    "ux-researcher",
    "support",
];

/// The customer-success manager of one workspace.
pub struct CustomerSuccessManager {
    craftsman: Arc<Craftsman>,
    settings: Settings,
    /// The section `[web]`: what the network tools may reach.
    web: WebConfig,
    /// How names become addresses; another one for tests.
    network: Option<Network>,
    tools: Vec<Box<dyn ErasedTool>>,
    meter: Meter,
}

impl CustomerSuccessManager {
    /// Reads the definition and the knowledge for the workspace at `root`.
    ///
    /// # Errors
    /// A knowledge file, the definition or `csm.toml` that cannot be read; each names file and line.
    pub fn open(root: &Path) -> Result<Self, Failure> {
        let craftsman = Craftsman::open(root)?;
        let workspace = craftsman.workspace()?;
        let web = workspace.config.sections.get("web").map(WebConfig::from_toml).transpose();
        let web = web.map_err(|error| {
            let hint = error.hint.clone();
            invalid_workspace(&error).with_hint(hint)
        })?;
        let mut web = web.unwrap_or_default();
        // A page that a person ties to an account is as open as one under `[web]`.
        web.pages.extend(workspace.config.account_pages.iter().map(|page| page.url.clone()));
        web.check().map_err(|error| {
            let hint = error.hint.clone();
            invalid_workspace(&error).with_hint(hint)
        })?;
        let settings = Settings::read(&workspace)?;
        let (tools, meter, network) = Default::default();
        Ok(Self { craftsman: Arc::new(craftsman), settings, web, network, tools, meter })
    }

    /// With a further tool. It is called only where the definition grants it by name: a workspace does so in its
    /// own `knowledge/agent.md`.
    #[must_use]
    pub fn with_tool(mut self, tool: Box<dyn ErasedTool>) -> Self {
        self.tools.push(tool);
        self
    }

    /// Over a network of one's own; tests only.
    #[doc(hidden)]
    #[must_use]
    pub fn with_network(self, network: Network) -> Self {
        Self { network: Some(network), ..self }
    }

    /// With a count of what its runtime does.
    #[must_use]
    pub fn with_meter(self, meter: Meter) -> Self {
        Self { meter, ..self }
    }

    /// The runtime of this agent over its workspace: source data, settings and knowledge are closed to its hands.
    ///
    /// # Errors
    /// The store cannot be opened, or another process holds the workspace.
    pub async fn runtime(self) -> Result<Runtime, agent_core::runtime::RuntimeError> {
        self.runtime_as(|agent| agent).await
    }

    /// The same runtime for an agent that is built around this one, and does or answers more.
    ///
    /// # Errors
    /// As [`CustomerSuccessManager::runtime`].
    pub async fn runtime_as<A: Agent>(
        mut self,
        around: impl FnOnce(Self) -> A,
    ) -> Result<Runtime, agent_core::runtime::RuntimeError> {
        let root = self.craftsman.root.clone();
        let own = std::mem::take(&mut self.tools);
        let web = match self.network.take() {
            None => web_tools(&self.web),
            Some(network) => vec![
                Box::new(WebFetch::over(&self.web, network.clone())) as Box<dyn ErasedTool>,
                Box::new(WebSearch::over(&self.web, network, None)),
            ],
        };
        let tools = file_tools().into_iter().chain(web).chain(own).collect();
        let rules = Rules::new()
            .read_only("csm.toml")
            .read_only("peers.toml")
            .read_only("knowledge")
            .read_only("data")
            .deny(".git");
        let options =
            self.settings.apply(Options { rules, tools, meter: self.meter.clone(), ..Options::default() });
        Runtime::open(Arc::new(around(self)), &root, options).await
    }
}

#[async_trait]
impl Agent for CustomerSuccessManager {
    fn definition(&self) -> &AgentDefinition {
        &self.craftsman.definition
    }

    fn request_type(&self) -> &str {
        "get_customer_context"
    }

    fn response_type(&self) -> &str {
        "customer_context"
    }

    fn reads(&self) -> &[&str] {
        &["get_account_context"]
    }

    /// The query of the role description, which names the agent itself as the one who asks.
    fn asks(&self) -> &[&str] {
        &[CONTEXT]
    }

    /// A question when it names no phase, and when a peer asks: a peer's request never opens a session here.
    fn is_question(&self, request: &Request) -> Result<bool, WireError> {
        Ok(request
            .phases()?
            .map_or_else(|| PEERS.contains(&request.requesting_agent()), |phases| phases.is_empty()))
    }

    /// Under `managing` the four members of the role description, known or not.
    fn empty_progress(&self, status: &Status) -> Members {
        if *status == Status::Managing { empty_progress() } else { Members::new() }
    }

    async fn pin(&self, request: &Request, cx: &AskContext) -> Result<Pin, Failure> {
        pin::pin(request, &self.craftsman, cx).await
    }

    async fn answer(&self, request: &Request, pin: &Pin, cx: &AskContext) -> Result<Answer, Failure> {
        ask::customer_context(&self.craftsman, request, pin, cx).await
    }

    async fn work(&self, request: &Request, pin: &Pin, cx: &SessionContext) -> Result<Completion, Failure> {
        work::work(Arc::clone(&self.craftsman), request, pin, cx).await
    }

    async fn read(&self, request: &Request, cx: &AskContext) -> Result<Answer, Failure> {
        match request.request_type() {
            "get_account_context" => ask::account_context(&self.craftsman, request, cx).await,
            other => Err(Failure::new(ErrorCode::UnknownRequestType, format!("`{other}` is not served"))),
        }
    }

    async fn shown(&self, approval: &ApprovalRecord, cx: &AskContext) -> Result<Option<Shown>, Failure> {
        release::shown(approval, cx).await
    }

    async fn carry_out(&self, approval: &ApprovalRecord, cx: &AskContext) -> Result<Members, Failure> {
        release::carry_out(approval, cx).await
    }

    fn rows(&self, figure: &Figure, bytes: &[u8], limit: usize) -> Option<Vec<Members>> {
        let kept = Kept::read(bytes).ok()?;
        Some(kept.rows(&figure.scope).take(limit).collect())
    }

    fn definition_text(&self, figure: &Figure) -> Option<String> {
        let measure = self.craftsman.knowledge.measure(&figure.metric)?;
        let text = self.craftsman.knowledge.file(&figure.definition.file)?;
        (measure.sha256 == figure.definition.sha256).then(|| text.to_owned())
    }
}
