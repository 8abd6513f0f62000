//! What a CSM knows, as the phases use it: playbooks, `plans.toml`, templates.

use crate::deliverable::{TemplateError, Templates};
use crate::plan::{Settings, SettingsError};
use crate::play::{PlaybookError, Playbooks};

/// Knowledge files, parsed once.
#[derive(Debug)]
pub struct Craft {
    /// `playbooks/*.md`
    pub playbooks: Playbooks,
    /// `plans.toml`
    pub settings: Settings,
    /// `templates/*`
    pub templates: Templates,
}

/// Why a knowledge file could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CraftError {
    /// A playbook.
    #[error(transparent)]
    Playbook(#[from] PlaybookError),
    /// `plans.toml`.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A template.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A step sends a message that has no template.
    #[error(
        "playbook `{playbook}` sends the draft `{draft}`, but knowledge file `templates/{draft}.txt` is missing"
    )]
    NoDraft {
        /// The playbook.
        playbook: String,
        /// The template it names.
        draft: String,
    },
    /// A file that has to be there.
    #[error("knowledge file `{0}` is missing")]
    Missing(&'static str),
}

impl Craft {
    /// Reads knowledge files given as `(path under knowledge/, text)`; paths it has no use for are passed over.
    pub fn parse<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, CraftError> {
        let mut playbooks = Vec::new();
        let mut templates = Vec::new();
        let mut settings = None;
        for (path, text) in files {
            if path == "plans.toml" {
                settings = Some(Settings::parse(path, text)?);
            } else if path.starts_with("playbooks/") && path.ends_with(".md") {
                playbooks.push((path, text));
            } else if let Some(name) = path.strip_prefix("templates/") {
                templates.push((name, text));
            }
        }
        let craft = Self {
            playbooks: Playbooks::parse(playbooks)?,
            settings: settings.ok_or(CraftError::Missing("plans.toml"))?,
            templates: Templates::parse(templates)?,
        };
        for (playbook, draft) in craft.playbooks.drafts() {
            if !craft.templates.has(&format!("{draft}.txt")) {
                return Err(CraftError::NoDraft { playbook: playbook.to_owned(), draft: draft.to_owned() });
            }
        }
        Ok(craft)
    }
}
