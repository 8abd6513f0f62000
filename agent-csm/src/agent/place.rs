//! Deliverables into the workspace, through the Write tool.

use agent_core::agent::Failure;
use agent_core::session::{Placed, Placing, SessionContext};
use serde::{Deserialize, Serialize};

use crate::deliverable;

/// A file of this session, and where it ended up.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Delivered {
    pub(super) path: String,
    pub(super) sha256: String,
    /// What to know about it: that a person's edit was left alone, or kept under another name.
    pub(super) note: Option<String>,
}

/// Places every file; what a person wrote is never overwritten.
pub(super) async fn place(
    cx: &SessionContext,
    files: Vec<deliverable::Deliverable>,
) -> Result<Vec<Delivered>, Failure> {
    let mut delivered = Vec::with_capacity(files.len());
    for file in files {
        let text = String::from_utf8(file.bytes)
            .map_err(|_| Failure::bug(format!("deliverable `{}` is not text", file.path)))?;
        let rule = match file.placing {
            deliverable::Placing::LeaveTheirs { beside } => Placing::LeaveTheirs { beside },
            deliverable::Placing::SetAside => Placing::SetAside,
        };
        let sha256 = agent_core::tool::sha256(text.as_bytes());
        let (path, note) = match cx.place(&file.path, &text, rule).await? {
            Placed::Written | Placed::Unchanged => (file.path, None),
            Placed::LeftTheirs { beside } => {
                let note =
                    format!("`{}` was edited by a person and is left alone; ours lies beside it", file.path);
                (beside, Some(note))
            }
            Placed::SetAside { to } => {
                let note = format!("a person's edit of this file was kept as `{to}`");
                (file.path, Some(note))
            }
        };
        delivered.push(Delivered { path, sha256, note });
    }
    Ok(delivered)
}
