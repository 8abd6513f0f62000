use protocol::ErrorCode;
use serde::{Deserialize, Serialize};

use super::context::SessionContext;
use crate::agent::Failure;
use crate::store::sha256_hex;
use crate::tool::{CONTENT_CAP, Read, ReadInput, ToolError, Write, WriteInput};

/// How often a file is looked at again when somebody else keeps changing it.
const TRIES: usize = 8;

/// What to do where a person changed the file that is to be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Placing {
    /// Theirs stays where it is; ours goes beside it, to this path.
    LeaveTheirs {
        /// Path from the workspace's root.
        beside: String,
    },
    /// Theirs is kept as `<path>.edited-<hash>`; ours takes the path.
    SetAside,
}

/// Where a file ended up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Placed {
    /// At its path.
    Written,
    /// At its path, where the same bytes already were.
    Unchanged,
    /// Beside what a person wrote.
    LeftTheirs {
        /// Path from the workspace's root.
        beside: String,
    },
    /// At its path; what a person wrote there was kept under another name.
    SetAside {
        /// Path from the workspace's root.
        to: String,
    },
}

/// What became of a person's text that was to be kept under another name.
enum Aside {
    /// It is there too, under this path.
    Kept(String),
    /// It is no longer what was looked at.
    Changed,
    /// A tool that writes text cannot keep it.
    NotKept,
}

/// A file's text, read in parts.
enum WholeText {
    /// All of it, as it was when it was looked at.
    Text(String),
    /// It is no longer what was looked at.
    Changed,
    /// Not UTF-8, or with a line too long to be read whole, or more than can be written.
    Unfit,
}

/// What the file is expected to be when it is replaced.
enum Before {
    Absent,
    Sha256(String),
}

impl SessionContext {
    /// Writes a text file for people, with the Write tool, without ever overwriting what a person wrote.
    ///
    /// A file is ours when its hash is one that a session recorded before writing it.
    /// Done again after an interruption it gives the same answer as the first time.
    pub async fn place(&self, path: &str, content: &str, rule: Placing) -> Result<Placed, Failure> {
        let sha256 = sha256_hex(content.as_bytes());
        for _ in 0..TRIES {
            self.alive()?;
            let (before, placed) = match self.sha256_of(path).await? {
                None => (Before::Absent, Placed::Written),
                Some(there) if there == sha256 => return self.placed_before(path, &sha256).await,
                Some(there) if self.ours(path).await?.contains(&there) => {
                    (Before::Sha256(there), Placed::Written)
                }
                Some(theirs) => match &rule {
                    Placing::LeaveTheirs { beside } => return self.leave_theirs(beside, content).await,
                    Placing::SetAside => match self.set_aside(path, &theirs).await? {
                        Aside::Kept(to) => (Before::Sha256(theirs), Placed::SetAside { to }),
                        // Somebody was faster: look again at what is there now.
                        Aside::Changed => continue,
                        Aside::NotKept => return self.leave_theirs(&format!("{path}.new"), content).await,
                    },
                },
            };
            self.intend(path, &sha256, &placed).await?;
            let write = WriteInput::new(path, content);
            let write = match before {
                Before::Absent => write.expect_absent(),
                Before::Sha256(there) => write.expected_sha256(there),
            };
            match self.tools().run::<Write>(write).await {
                Ok(_) => return Ok(placed),
                // Somebody was faster: look again at what is there now.
                Err(ToolError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Failure::new(ErrorCode::ToolFailed, format!("`{path}` keeps changing while it is being written"))
            .resumable())
    }

    async fn leave_theirs(&self, beside: &str, content: &str) -> Result<Placed, Failure> {
        match Box::pin(self.place(beside, content, Placing::SetAside)).await? {
            // What is there could not be moved either: ours is further on.
            further @ Placed::LeftTheirs { .. } => Ok(further),
            _ => Ok(Placed::LeftTheirs { beside: beside.to_owned() }),
        }
    }

    /// Records what is about to be written, before it is: a file that is there afterwards is then ours.
    async fn intend(&self, path: &str, sha256: &str, placed: &Placed) -> Result<(), Failure> {
        let placed = serde_json::to_string(placed).map_err(|error| Failure::bug(error.to_string()))?;
        Ok(self.ask.ground.store.record_file(&self.inner.lease, path, sha256, &placed).await?)
    }

    /// The file is as it should be: by this session before it was interrupted, or it always was.
    async fn placed_before(&self, path: &str, sha256: &str) -> Result<Placed, Failure> {
        let recorded = self.ask.ground.store.placed(self.id(), path, sha256).await?;
        let placed = recorded.as_deref().map(serde_json::from_str).transpose();
        let placed = placed.map_err(|error| Failure::bug(format!("what was placed at `{path}`: {error}")))?;
        Ok(placed.unwrap_or(Placed::Unchanged))
    }

    async fn sha256_of(&self, path: &str) -> Result<Option<String>, Failure> {
        match self.tools().run::<Read>(ReadInput::new(path).limit(1)).await {
            Ok(read) => Ok(Some(read.sha256)),
            Err(ToolError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Copies what a person wrote, looked at before with this hash, to another name.
    async fn set_aside(&self, path: &str, sha256: &str) -> Result<Aside, Failure> {
        let text = match self.whole_text(path, sha256).await? {
            WholeText::Text(text) => text,
            WholeText::Changed => return Ok(Aside::Changed),
            WholeText::Unfit => return Ok(Aside::NotKept),
        };
        // The whole hash is used only where the short one is taken by something else.
        for digits in [8, 64] {
            let to = format!("{path}.edited-{}", &sha256[..digits]);
            match self.tools().run::<Write>(WriteInput::new(&to, &text).expect_absent()).await {
                Ok(_) => return Ok(Aside::Kept(to)),
                Err(ToolError::Conflict { .. }) if self.sha256_of(&to).await?.as_deref() == Some(sha256) => {
                    return Ok(Aside::Kept(to));
                }
                Err(ToolError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Aside::NotKept)
    }

    /// The text in full of a file that was looked at before with this hash.
    async fn whole_text(&self, path: &str, sha256: &str) -> Result<WholeText, Failure> {
        let mut text = String::new();
        let mut line = 1;
        loop {
            let page = match self.tools().run::<Read>(ReadInput::new(path).offset(line)).await {
                Ok(page) => page,
                Err(ToolError::NotFound { .. }) => return Ok(WholeText::Changed),
                Err(error) => return Err(error.into()),
            };
            if page.sha256 != sha256 {
                return Ok(WholeText::Changed);
            }
            if page.lossy || page.cut || page.bytes > CONTENT_CAP as u64 {
                return Ok(WholeText::Unfit);
            }
            text.push_str(&page.text);
            match page.next_offset {
                Some(next) => line = next,
                None => return Ok(WholeText::Text(text)),
            }
        }
    }
}
