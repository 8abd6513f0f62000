//! One agent, as its definition file describes it.

use serde_json::{Map, Value};

use super::error::{DefinitionError, Warning};
use super::front_matter::{FrontMatter, Split};
use super::tool_names::{base_name, names};

/// Larger files are refused before they are parsed.
const LIMIT: usize = 1024 * 1024;

/// Keys that this runtime reads; everything else is kept in [`AgentDefinition::rest`].
const KEYS: [&str; 7] =
    ["name", "description", "tools", "disallowedTools", "model", "maxTurns", "mcpServers"];

/// One agent, as its definition file describes it.
///
/// The file is Markdown with YAML front matter. A definition never grants more than it says:
/// an absent `tools` key grants nothing.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AgentDefinition {
    /// The file it was read from, as named by the caller.
    pub file: String,
    /// Name of the agent, such as `release-notes-writer`.
    pub name: String,
    /// What the agent is for, in one paragraph.
    pub description: String,
    /// Tool names in the order written; `None` when the key is absent.
    pub tools: Option<Vec<String>>,
    /// Tool names taken away from `tools`.
    pub disallowed_tools: Vec<String>,
    /// Model the author asks for; `None` leaves the choice to the runtime.
    pub model: Option<String>,
    /// Most turns a session may take; `None` sets no limit.
    pub max_turns: Option<u32>,
    /// MCP servers, as written: a list of names or a mapping of name to settings.
    pub mcp_servers: Option<Value>,
    /// Every other key, as written and in its order.
    pub rest: Map<String, Value>,
    /// The Markdown after the front matter, with line ends as `\n`.
    pub body: String,
    /// Line of the `tools` key, or of the opening `---`; for warnings made later.
    pub(crate) tools_line: usize,
    /// Line of the `name` key.
    name_line: usize,
}

impl AgentDefinition {
    /// Reads a definition from the text of a file.
    ///
    /// Front matter that strict YAML refuses is repaired line by line where its meaning is plain;
    /// each repair is a warning that names the line and the remedy.
    pub fn parse(text: &str, file: &str) -> Result<(Self, Vec<Warning>), DefinitionError> {
        if text.len() > LIMIT {
            return Err(DefinitionError::TooLarge { file: file.into(), bytes: text.len(), limit: LIMIT });
        }
        let split = Split::of(text, file)?;
        let mut warnings = Vec::new();
        let front = FrontMatter::read(&split, file, &mut warnings);
        let definition = Self::from_front_matter(front, split.body, file, &mut warnings)?;
        warnings.sort_by_key(|warning| warning.line);
        Ok((definition, warnings))
    }

    /// The tools that may be called: `tools` without `disallowedTools`, in the order of `tools`.
    ///
    /// A narrowed entry in `disallowedTools`, such as `Bash(rm:*)`, takes the whole tool away,
    /// because this runtime cannot tell the permitted part of a tool from the rest.
    pub fn grants(&self) -> Vec<String> {
        let granted = self.tools.iter().flatten();
        granted
            .filter(|tool| !self.disallowed_tools.iter().any(|no| base_name(no) == base_name(tool)))
            .cloned()
            .collect()
    }

    /// The same definition, where it is of one of the agents that a program has, by their own names.
    ///
    /// Another name would change nothing but what the messages call the agent.
    ///
    /// # Errors
    /// [`DefinitionError::NotThere`] for any other name; letters of another case, spaces and `_` make none.
    pub fn implemented_by(mut self, there: &[&str]) -> Result<Self, DefinitionError> {
        let Some(own) = there.iter().find(|own| folded(own) == folded(&self.name)) else {
            return Err(DefinitionError::NotThere {
                file: self.file,
                line: self.name_line,
                name: self.name,
                there: there.iter().map(|own| (*own).to_owned()).collect(),
            });
        };
        self.name = (*own).to_owned();
        Ok(self)
    }

    fn from_front_matter(
        mut front: FrontMatter,
        body: String,
        file: &str,
        warnings: &mut Vec<Warning>,
    ) -> Result<Self, DefinitionError> {
        let (tools_line, name_line) = (front.line("tools"), front.line("name"));
        let name = required(&mut front, "name", file)?;
        let description = required(&mut front, "description", file)?;
        let tools = match front.take("tools") {
            None => {
                warnings.push(Warning::new(
                    file,
                    front.opened,
                    "no `tools` key: the agent is granted no tool",
                    "add `tools: Read, Write` with the names it needs",
                ));
                None
            }
            Some((line, value)) => Some(names("tools", value, file, line, warnings)?),
        };
        let disallowed_tools = match front.take("disallowedTools") {
            None => Vec::new(),
            Some((line, value)) => names("disallowedTools", value, file, line, warnings)?,
        };
        let model = match front.take("model") {
            None => None,
            Some((line, value)) => Some(text("model", value, file, line)?).filter(|m| !m.is_empty()),
        };
        let max_turns = match front.take("maxTurns") {
            None | Some((_, Value::Null)) => None,
            Some((line, value)) => Some(turns(&value).ok_or(DefinitionError::Unfit {
                file: file.into(),
                line,
                key: "maxTurns",
                found: kind(&value),
            })?),
        };
        let mcp_servers = front.take("mcpServers").map(|(_, value)| value);
        let mut rest = Map::new();
        for (key, line, value) in front.into_rest() {
            if let Some(meant) = KEYS.iter().find(|known| folded(known) == folded(&key)) {
                warnings.push(Warning::new(
                    file,
                    line,
                    format!("`{key}` has no effect"),
                    format!("write it `{meant}`"),
                ));
            }
            rest.insert(key, value);
        }
        Ok(Self {
            file: file.into(),
            name,
            description,
            tools,
            disallowed_tools,
            model,
            max_turns,
            mcp_servers,
            rest,
            body,
            tools_line,
            name_line,
        })
    }
}

fn required(front: &mut FrontMatter, key: &'static str, file: &str) -> Result<String, DefinitionError> {
    let line = front.line(key);
    let missing = || DefinitionError::Missing { file: file.into(), line, key };
    let (line, value) = front.take(key).ok_or_else(missing)?;
    let value = text(key, value, file, line)?;
    if value.is_empty() { Err(missing()) } else { Ok(value) }
}

/// A scalar as text: `name: 2024` names an agent "2024".
fn text(key: &'static str, value: Value, file: &str, line: usize) -> Result<String, DefinitionError> {
    match value {
        Value::String(text) => Ok(text.trim().to_owned()),
        Value::Null => Ok(String::new()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(yes) => Ok(yes.to_string()),
        other => Err(DefinitionError::Unfit { file: file.into(), line, key, found: kind(&other) }),
    }
}

/// A number of turns, when it is one.
pub(super) fn turns(value: &Value) -> Option<u32> {
    let number = match value {
        Value::Number(number) => number.as_u64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    u32::try_from(number).ok().filter(|turns| *turns > 0)
}

/// What a value is, in words for an error message.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "a yes or no",
        Value::Number(_) => "this number",
        Value::String(_) => "this text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

/// Whether a key is one that this runtime reads, however it is spelled.
pub(super) fn is_known(key: &str) -> bool {
    KEYS.iter().any(|known| folded(known) == folded(key))
}

/// `disallowed-tools`, `Disallowed_Tools` and `disallowedTools` fold to the same word.
fn folded(key: &str) -> String {
    key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
