//! Reads a playbook file: a YAML head between `---` lines, guidance under it.

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{ActionKind, Condition, Due, Exit, PlayStep, Playbook};

/// Why a playbook could not be used: always with the file and the line.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("could not read playbook `{file}`, line {line}: {problem}")]
#[non_exhaustive]
pub struct PlaybookError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// What is wrong.
    pub problem: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    name: Spanned<String>,
    title: String,
    trigger: Spanned<Vec<String>>,
    #[serde(default)]
    requires: Vec<Spanned<String>>,
    kind: Spanned<String>,
    #[serde(default = "least")]
    severity_min: i64,
    #[serde(default = "most")]
    severity_max: i64,
    owner_role: String,
    proposes: Option<String>,
    steps: Spanned<Vec<HeadStep>>,
    exit: HeadExit,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadStep {
    #[serde(rename = "do")]
    text: String,
    due: Spanned<String>,
    owner: Option<String>,
    #[serde(default)]
    customer: bool,
    draft: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadExit {
    win: String,
    fail: String,
}

fn least() -> i64 {
    1
}

fn most() -> i64 {
    3
}

pub(super) fn playbook(file: &str, text: &str) -> Result<Playbook, PlaybookError> {
    let fail = |line: u64, problem: String| PlaybookError { file: file.to_owned(), line, problem };
    let rest = text
        .strip_prefix("---\n")
        .or_else(|| text.strip_prefix("---\r\n"))
        .ok_or_else(|| fail(1, "the file must begin with a line `---`".to_owned()))?;
    let (head, body) =
        split_head(rest).ok_or_else(|| fail(1, "the head is not closed by a line `---`".to_owned()))?;
    // The head starts on line 2 of the file.
    let line_of = |location: serde_saphyr::Location| location.line().max(1) + 1;
    let head: Head = serde_saphyr::from_str(head).map_err(|error| {
        let message = error.without_snippet().to_string();
        let first = message.lines().next().unwrap_or_default().to_owned();
        fail(error.location().map_or(2, line_of), first)
    })?;
    let stem = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".md");
    if head.name.value != stem {
        let problem = format!("`name` is `{}`, but the file is named `{stem}`", head.name.value);
        return Err(fail(line_of(head.name.referenced), problem));
    }
    if head.trigger.value.is_empty() {
        return Err(fail(line_of(head.trigger.referenced), "`trigger` names nothing".to_owned()));
    }
    if head.steps.value.is_empty() {
        return Err(fail(line_of(head.steps.referenced), "`steps` is empty".to_owned()));
    }
    let kind = ActionKind::named(&head.kind.value).ok_or_else(|| {
        let problem =
            format!("`kind` is `{}`: use risk, opportunity, lifecycle or activity", head.kind.value);
        fail(line_of(head.kind.referenced), problem)
    })?;
    let mut requires = Vec::new();
    for word in &head.requires {
        let condition = Condition::named(&word.value).ok_or_else(|| {
            let known: Vec<&str> = Condition::ALL.iter().map(|(name, _)| *name).collect();
            let problem =
                format!("unknown condition `{}` in `requires`: known are {}", word.value, known.join(", "));
            fail(line_of(word.referenced), problem)
        })?;
        requires.push(condition);
    }
    let mut steps = Vec::new();
    for step in head.steps.value {
        let due: Due = step.due.value.parse().map_err(|()| {
            let problem = format!(
                "`due` is `{}`: use `+3d` (after opening) or `-30d` (before opt-out)",
                step.due.value
            );
            fail(line_of(step.due.referenced), problem)
        })?;
        if let Some(draft) = &step.draft
            && !step.customer
        {
            let problem =
                format!("`draft` is `{}`, but the step reaches nobody: add `customer: true`", draft.value);
            return Err(fail(line_of(draft.referenced), problem));
        }
        steps.push(PlayStep {
            draft: step.draft.map(|draft| draft.value),
            text: step.text,
            due,
            owner_role: step.owner.unwrap_or_else(|| head.owner_role.clone()),
            reaches_customer: step.customer,
        });
    }
    Ok(Playbook {
        name: head.name.value,
        title: head.title,
        trigger: head.trigger.value,
        requires,
        kind,
        severity_min: head.severity_min,
        severity_max: head.severity_max,
        owner_role: head.owner_role,
        proposes: head.proposes,
        steps,
        exit: Exit { win: head.exit.win, fail: head.exit.fail },
        guidance: body.trim().to_owned(),
    })
}

/// The head, and what follows the closing `---`.
fn split_head(rest: &str) -> Option<(&str, &str)> {
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == "---" {
            return Some((&rest[..at], &rest[at + line.len()..]));
        }
        at += line.len();
    }
    None
}
