//! What people wrote into the workspace, taken in through the tools of the agent.

use std::collections::{BTreeMap, BTreeSet};

use agent_core::agent::Failure;
use agent_core::tool::{Glob, GlobInput, Grep, GrepInput, Read, ReadInput, ToolError, Toolbox};
use protocol::ErrorCode;

use super::fault::{invalid_dataset, invalid_knowledge, off_thread};
use crate::knowledge::Knowledge;
use crate::people::{AccountNames, Heard, Hits, NoteFile, SNOOZES, SnoozeWord, Taxonomy, parse_snoozes};
use crate::tables::Dataset;
use crate::workspace::{Workspace, file_name};

/// Most note files that are read.
const FILES: usize = 100_000;
/// Most lines of one file that a search may hit; beyond, its rows are looked at one by one.
const LINES: usize = 20_000;
/// Files whose lines can be searched.
const TEXT: [&str; 4] = [".csv", ".tsv", ".ndjson", ".jsonl"];

/// What listening needs of the data: who there is, and where call summaries come from.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    pub(super) accounts: AccountNames,
    /// Source files of interactions, from the workspace's root.
    sources: Vec<String>,
    pub(super) taxonomy: Taxonomy,
}

impl Ground {
    /// Reads the imported tables of the workspace. Blocks.
    pub(super) fn read(workspace: &Workspace, knowledge: &Knowledge) -> Result<Self, Failure> {
        let dataset = Dataset::open(workspace.tables_dir()).map_err(|error| invalid_dataset(&error))?;
        let accounts = AccountNames::read(&dataset).map_err(|error| invalid_dataset(&error))?;
        let systems: BTreeSet<&str> =
            dataset.manifest.files("interactions").map(|entry| entry.system.as_str()).collect();
        let sources = dataset
            .manifest
            .sources
            .iter()
            .filter(|source| systems.contains(source.system.as_str()))
            .map(|source| {
                if source.file.starts_with("data/") {
                    source.file.clone()
                } else {
                    format!("data/{}", source.file)
                }
            })
            .filter(|file| TEXT.iter().any(|end| file.to_lowercase().ends_with(end)))
            .collect();
        let file = "business_changes.toml";
        let taxonomy = Taxonomy::parse(knowledge.file(file).unwrap_or_default()).map_err(|problem| {
            let error = crate::engine::EngineError::Settings { file: file.to_owned(), problem };
            invalid_knowledge(&error).with_hint(error.hint())
        })?;
        Ok(Self { accounts, sources, taxonomy })
    }

    /// The same, off the async threads.
    pub(super) async fn of(workspace: Workspace, knowledge: Knowledge) -> Result<Self, Failure> {
        off_thread(move || Self::read(&workspace, &knowledge)).await
    }
}

/// Notes, snoozes, and the lines on which call summaries tell of a change.
pub(super) async fn listen(tools: &Toolbox, ground: &Ground) -> Result<Heard, Failure> {
    let mut heard = Heard::default();
    notes(tools, &ground.accounts, &mut heard).await?;
    snoozes(tools, &ground.accounts, &mut heard).await?;
    heard.hits = hits(tools, ground).await?;
    Ok(heard)
}

async fn notes(tools: &Toolbox, accounts: &AccountNames, heard: &mut Heard) -> Result<(), Failure> {
    let names = accounts.file_names();
    let mut by_path: BTreeMap<String, &str> = accounts.iter().map(|(id, _)| (names.notes(id), id)).collect();
    for (id, _) in accounts.iter() {
        // A file that somebody named after the id to the letter means it, even where another id comes before it.
        by_path.entry(format!("notes/{}.md", file_name(id))).or_insert(id);
    }
    let found = tools.run::<Glob>(GlobInput::new("notes/**/*.md").limit(FILES)).await?;
    if found.truncated {
        heard.problems.push(format!(
            "notes: {} files, of which only {} are read; put old ones elsewhere",
            found.total,
            found.paths.len()
        ));
    }
    for path in found.paths.iter().filter(|path| !path.ends_with("README.md")) {
        let Some(text) = whole(tools, path).await? else { continue };
        let file = NoteFile::parse(path, &text);
        let account =
            by_path.get(path.as_str()).copied().map(Ok).unwrap_or_else(|| {
                accounts.find(file.title.as_deref().unwrap_or_default()).map(|(id, _)| id)
            });
        let Ok(account) = account else {
            heard.problems.push(format!(
                "{path}:1: belongs to no account: name the file after the account's id, or begin it with `# ` and the \
                 account's name"
            ));
            continue;
        };
        if let Some(line) = file.undated {
            heard.problems.push(format!(
                "{path}:{line}: nobody can tell when this was said: put a heading like `## 2026-09-30 note by Ana` above it"
            ));
        }
        heard.notes.extend(file.notes.into_iter().map(|note| {
            let mut note = note;
            account.clone_into(&mut note.account_id);
            note
        }));
    }
    Ok(())
}

async fn snoozes(tools: &Toolbox, accounts: &AccountNames, heard: &mut Heard) -> Result<(), Failure> {
    let Some(text) = whole(tools, SNOOZES).await? else { return Ok(()) };
    let words = parse_snoozes(&text).map_err(|error| {
        Failure::new(ErrorCode::WorkspaceInvalid, error.to_string()).with_hint(error.hint)
    })?;
    for word in words {
        match accounts.find(&word.account) {
            Ok((id, _)) => heard.snoozes.push(SnoozeWord { account: id.to_owned(), ..word }),
            Err(error) => heard.problems.push(format!("{}: {error}; {}", word.source, error.hint())),
        }
    }
    Ok(())
}

/// Where the phrases of the taxonomy stand in the files that call summaries come from.
async fn hits(tools: &Toolbox, ground: &Ground) -> Result<Option<Hits>, Failure> {
    let mut hits = Hits::default();
    for file in &ground.sources {
        let mut search = GrepInput::new(ground.taxonomy.pattern()).path(file);
        search.case_insensitive = true;
        search.max_results = Some(LINES);
        match tools.run::<Grep>(search).await {
            Ok(found) if found.truncated || found.skipped_total > 0 || found.searched == 0 => {}
            Ok(found) => {
                hits.files.insert(file.clone());
                let lines = found.lines.into_iter().filter(|line| !line.context);
                hits.lines.extend(lines.filter_map(|it| Some((it.path, i64::try_from(it.line).ok()?))));
            }
            // A file that is gone or cannot be searched: its rows are looked at one by one.
            Err(
                ToolError::NotFound { .. } | ToolError::Invalid { .. } | ToolError::OutputTooLarge { .. },
            ) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Some(hits))
}

/// A whole text file, read in as many pieces as it takes; `None` where there is none.
async fn whole(tools: &Toolbox, path: &str) -> Result<Option<String>, Failure> {
    let mut text = String::new();
    let mut input = ReadInput::new(path);
    loop {
        match tools.run::<Read>(input).await {
            Ok(read) => {
                text.push_str(&read.text);
                match read.next_offset {
                    Some(next) => input = ReadInput::new(path).offset(next),
                    None => return Ok(Some(text)),
                }
            }
            Err(ToolError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
}
