//! Nothing runs that the definition does not grant.

use std::sync::Arc;

use agent_core::definition::AgentDefinition;
use agent_core::tool::{
    Access, Confined, FailureKind, Read, ReadInput, Registry, RegistryError, Rules, Tool, ToolContext,
    ToolError, Toolbox, Write, WriteInput, file_tools,
};
use serde_json::json;

use super::harness::{desk, desk_granting};

#[tokio::test]
async fn a_tool_that_is_not_granted_is_denied_by_name_and_by_type() {
    let desk = desk_granting("Read, Glob");
    let by_type = desk.tools.run::<Write>(WriteInput::new("a.md", "a")).await.unwrap_err();
    let by_name = desk.tools.call("Write", json!({"path": "a.md", "content": "a"})).await.unwrap_err();
    for error in [by_type, by_name] {
        assert!(matches!(error, ToolError::Denied { .. }));
        assert_eq!(error.kind(), FailureKind::TellCaller);
        assert_eq!(error.to_string(), "tool `Write` is not granted by `agent.md`");
        assert_eq!(
            error.hint().unwrap(),
            "agent.md grants `Read`, `Glob`; add `Write` to its `tools` if the agent should have it"
        );
    }
    assert!(!desk.root.join("a.md").exists());
    let listed: Vec<String> = desk.tools.list().into_iter().map(|info| info.name).collect();
    assert_eq!(listed, ["Glob", "Read"]);
}

#[tokio::test]
async fn a_call_by_name_takes_and_gives_json() {
    let desk = desk();
    let written = desk.tools.call("Write", json!({"path": "a.md", "content": "a"})).await.unwrap();
    assert_eq!(written["created"], json!(true));
    let read = desk.tools.call("Read", json!({"path": "a.md"})).await.unwrap();
    assert_eq!((&read["text"], &read["sha256"]), (&json!("a"), &written["sha256"]));
    let misspelt = desk.tools.call("Read", json!({"path": "a.md", "ofset": 1})).await;
    assert!(matches!(misspelt, Err(ToolError::BadInput { .. })));
}

#[test]
fn the_schema_says_what_the_input_is() {
    let registry = Registry::new(file_tools()).unwrap();
    let info = registry.info("Edit").unwrap();
    assert!(info.description.starts_with("Replaces a text in a file of the workspace."));
    assert_eq!(info.access, Access::Write);
    assert_eq!(info.input_schema["required"], json!(["path", "old", "new"]));
    assert_eq!(info.input_schema["additionalProperties"], json!(false));
}

#[test]
fn a_name_is_registered_once() {
    let twice = file_tools().into_iter().chain(file_tools());
    assert_eq!(Registry::new(twice).unwrap_err(), RegistryError::Duplicate { name: "Read" });
}

#[test]
fn a_granted_name_that_no_tool_has_is_kept_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let text = "---\nname: a\ndescription: b\ntools: Read, Telepathy\n---\n";
    let (definition, _) = AgentDefinition::parse(text, "agent.md").unwrap();
    let confined = Confined::open(folder.path(), Rules::new()).unwrap();
    let registry = Arc::new(Registry::new(file_tools()).unwrap());
    let (tools, warnings) = Toolbox::new(registry, &definition, confined);
    assert_eq!(
        warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["agent.md:4: no tool is named `Telepathy`; the grant has no effect; \
          known tools are `Edit`, `Glob`, `Grep`, `Read`, `Write`"]
    );
    assert!(tools.grants("Telepathy") && tools.list().len() == 1);
}

/// Says a word many times.
#[derive(serde::Deserialize, schemars::JsonSchema)]
struct EchoInput {
    times: usize,
}

struct Echo;

impl Tool for Echo {
    type Input = EchoInput;
    type Output = String;
    const NAME: &'static str = "Echo";
    const ACCESS: Access = Access::Read;

    async fn run(&self, input: EchoInput, _: ToolContext) -> Result<String, ToolError> {
        Ok("x".repeat(input.times))
    }
}

#[tokio::test]
async fn the_registry_caps_every_output() {
    let folder = tempfile::tempdir().unwrap();
    let text = "---\nname: a\ndescription: b\ntools: Echo\n---\n";
    let (definition, _) = AgentDefinition::parse(text, "agent.md").unwrap();
    let confined = Confined::open(folder.path(), Rules::new()).unwrap();
    let registry = Registry::new([Box::new(Echo) as _]).unwrap().with_output_cap(12);
    let (tools, _) = Toolbox::new(Arc::new(registry), &definition, confined);
    // Ten letters and two quotes.
    assert!(tools.run::<Echo>(EchoInput { times: 10 }).await.is_ok());
    assert!(tools.call("Echo", json!({"times": 10})).await.is_ok());
    let by_type = tools.run::<Echo>(EchoInput { times: 11 }).await.unwrap_err();
    let by_name = tools.call("Echo", json!({"times": 11})).await.unwrap_err();
    for error in [by_type, by_name] {
        assert_eq!(error.to_string(), "output of `Echo` is over 12 bytes");
    }
}

#[tokio::test]
async fn a_cancelled_session_calls_nothing() {
    let desk = desk();
    desk.put("a.md", "a");
    let cancel = tokio_util::sync::CancellationToken::new();
    let tools = desk.tools.with_cancel(cancel.clone());
    tools.run::<Read>(ReadInput::new("a.md")).await.unwrap();
    cancel.cancel();
    let error = tools.run::<Read>(ReadInput::new("a.md")).await.unwrap_err();
    assert!(matches!(error, ToolError::Stopped));
    assert_eq!(error.kind(), FailureKind::EndSession);
}
