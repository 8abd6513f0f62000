//! Writes a whole file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::adapter::{Access, Tool, ToolContext};
use super::blocking::blocking;
use super::commit::Expect;
use super::error::ToolError;
use super::handle::sha256;

/// Most bytes one write may hold.
pub(crate) const CONTENT_CAP: usize = 32 * 1024 * 1024;

/// Writes a whole file in the workspace, making the directories it needs.
/// The file appears whole or not at all.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct WriteInput {
    /// Path from the workspace's root.
    pub path: String,
    /// What the file holds afterwards.
    pub content: String,
    /// SHA-256 the file must have now, as hex; absent = not checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_sha256: Option<String>,
    /// The file must not exist yet; absent = false.
    #[serde(default)]
    pub expect_absent: bool,
}

impl WriteInput {
    /// Writes whatever is there now.
    pub fn new(path: impl Into<String>, content: impl Into<String>) -> Self {
        Self { path: path.into(), content: content.into(), expected_sha256: None, expect_absent: false }
    }

    /// Writes only over a file with this SHA-256, as hex.
    #[must_use]
    pub fn expected_sha256(mut self, sha256: impl Into<String>) -> Self {
        self.expected_sha256 = Some(sha256.into());
        self
    }

    /// Writes only where no file is.
    #[must_use]
    pub fn expect_absent(mut self) -> Self {
        self.expect_absent = true;
        self
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct WriteOutput {
    /// Real path from the workspace's root.
    pub path: String,
    /// SHA-256 of the file now, lowercase hex.
    pub sha256: String,
    /// Size of the file now, in bytes.
    pub bytes: u64,
    /// No file was there before.
    pub created: bool,
}

/// Writes a whole file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Write;

impl Tool for Write {
    type Input = WriteInput;
    type Output = WriteOutput;
    const NAME: &'static str = "Write";
    const ACCESS: Access = Access::Write;

    async fn run(&self, input: WriteInput, cx: ToolContext) -> Result<WriteOutput, ToolError> {
        let expect = expectation(&input)?;
        blocking(Self::NAME, move || {
            let content = input.content.as_bytes();
            let (created, path) = cx.workspace.put(&input.path, content, &expect)?;
            Ok(WriteOutput { path, sha256: sha256(content), bytes: content.len() as u64, created })
        })
        .await
    }
}

fn expectation(input: &WriteInput) -> Result<Expect, ToolError> {
    let invalid = |message: String, hint: &str| ToolError::Invalid { message, hint: hint.into() };
    if input.content.len() > CONTENT_CAP {
        let message = format!("content for `{}` is over {CONTENT_CAP} bytes", input.path);
        return Err(invalid(message, "write several smaller files"));
    }
    match (&input.expected_sha256, input.expect_absent) {
        (Some(_), true) => Err(invalid(
            format!("`{}` cannot both have a SHA-256 and be absent", input.path),
            "give one of `expected_sha256` and `expect_absent`",
        )),
        (Some(sha256), false) => expected(&input.path, sha256),
        (None, true) => Ok(Expect::Absent),
        (None, false) => Ok(Expect::Anything),
    }
}

/// A SHA-256 as a caller gives it.
pub(super) fn expected(path: &str, sha256: &str) -> Result<Expect, ToolError> {
    let sha256 = sha256.to_ascii_lowercase();
    if sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(Expect::Sha256(sha256));
    }
    Err(ToolError::Invalid {
        message: format!("the SHA-256 expected of `{path}` is not 64 hex digits"),
        hint: "give the `sha256` that reading the file returned".into(),
    })
}
