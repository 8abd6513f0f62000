//! Replaces text in a file.

use std::io;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::adapter::{Access, Tool, ToolContext};
use super::blocking::blocking;
use super::commit::Expect;
use super::error::ToolError;
use super::handle::sha256;
use super::write::expected;

/// Larger files are not edited.
const FILE_CAP: u64 = 32 * 1024 * 1024;

/// Replaces a text in a file of the workspace.
/// The text must occur exactly once, unless all occurrences are to be replaced.
/// Nothing is written when the file changes meanwhile.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct EditInput {
    /// Path from the workspace's root.
    pub path: String,
    /// The text to replace, exactly as it stands.
    pub old: String,
    /// The text to put in its place.
    pub new: String,
    /// Replaces every occurrence; absent = false.
    #[serde(default)]
    pub replace_all: bool,
    /// SHA-256 the file must have now, as hex; absent = whatever it holds when the edit begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_sha256: Option<String>,
}

impl EditInput {
    /// Replaces the one occurrence of `old`.
    pub fn new(path: impl Into<String>, old: impl Into<String>, new: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            old: old.into(),
            new: new.into(),
            replace_all: false,
            expected_sha256: None,
        }
    }

    /// Replaces every occurrence.
    #[must_use]
    pub fn replace_all(mut self) -> Self {
        self.replace_all = true;
        self
    }

    /// Edits only a file with this SHA-256, as hex.
    #[must_use]
    pub fn expected_sha256(mut self, sha256: impl Into<String>) -> Self {
        self.expected_sha256 = Some(sha256.into());
        self
    }
}

/// What was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct EditOutput {
    /// Real path from the workspace's root.
    pub path: String,
    /// SHA-256 of the file before, lowercase hex.
    pub sha256_before: String,
    /// SHA-256 of the file now, lowercase hex.
    pub sha256: String,
    /// How many occurrences were replaced.
    pub replaced: usize,
}

/// Replaces text in a file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Edit;

impl Tool for Edit {
    type Input = EditInput;
    type Output = EditOutput;
    const NAME: &'static str = "Edit";
    const ACCESS: Access = Access::Write;

    async fn run(&self, input: EditInput, cx: ToolContext) -> Result<EditOutput, ToolError> {
        blocking(Self::NAME, move || edit(&input, &cx)).await
    }
}

/// Reads, changes, and writes only over what was read: two edits that read the same content cannot
/// both succeed.
fn edit(input: &EditInput, cx: &ToolContext) -> Result<EditOutput, ToolError> {
    let wanted = match &input.expected_sha256 {
        Some(sha256) => expected(&input.path, sha256)?,
        None => Expect::Anything,
    };
    let before = content(input, cx)?;
    let sha256_before = sha256(&before);
    if let Expect::Sha256(wanted_sha256) = &wanted
        && *wanted_sha256 != sha256_before
    {
        return Err(wanted.conflict(&input.path, Some(sha256_before)));
    }
    let invalid = |message, hint: &str| ToolError::Invalid { message, hint: hint.into() };
    let Ok(text) = str::from_utf8(&before) else {
        let message = format!("`{}` is not UTF-8", input.path);
        return Err(invalid(message, "write the whole file instead"));
    };
    if input.old.is_empty() || input.old == input.new {
        let message =
            format!("nothing to replace in `{}`: the old text is empty or equals the new", input.path);
        return Err(invalid(message, "give the text as it stands, and another to put in its place"));
    }
    let replaced = match (text.matches(&input.old).count(), input.replace_all) {
        (0, _) => {
            let message = format!("the old text does not occur in `{}`", input.path);
            return Err(invalid(message, "read the file and copy the text exactly, with its white space"));
        }
        (1, _) => 1,
        (count, true) => count,
        (count, false) => {
            let message = format!("the old text occurs {count} times in `{}`", input.path);
            return Err(invalid(message, "give more of the text around it, or set `replace_all`"));
        }
    };
    let after = text.replace(&input.old, &input.new);
    let expect = Expect::Sha256(sha256_before.clone());
    let (_, path) = cx.workspace.put(&input.path, after.as_bytes(), &expect)?;
    Ok(EditOutput { path, sha256_before, sha256: sha256(after.as_bytes()), replaced })
}

fn content(input: &EditInput, cx: &ToolContext) -> Result<Vec<u8>, ToolError> {
    let (file, stat, _) = cx.workspace.open_read(&input.path)?;
    if u64::try_from(stat.st_size).unwrap_or(0) > FILE_CAP {
        return Err(ToolError::Invalid {
            message: format!("`{}` is over {FILE_CAP} bytes", input.path),
            hint: "split the file".into(),
        });
    }
    let mut content = Vec::new();
    let read = io::Read::read_to_end(&mut io::Read::take(file, FILE_CAP), &mut content);
    read.map_err(|source| ToolError::io("read", &input.path, source))?;
    Ok(content)
}
