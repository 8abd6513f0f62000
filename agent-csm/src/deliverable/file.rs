//! A file on its way into the workspace.

/// A file to place: where, what, and what to do when a person has changed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deliverable {
    /// Relative to the workspace, `/` between parts.
    pub path: String,
    /// The whole content.
    pub bytes: Vec<u8>,
    /// What to do with a person's edit.
    pub placing: Placing,
}

/// What happens when the file that lies there is not the one we wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placing {
    /// Theirs stays; ours goes beside it.
    LeaveTheirs {
        /// Where ours goes instead.
        beside: String,
    },
    /// Theirs is renamed and ours is written.
    SetAside,
}

impl Deliverable {
    /// A file of `out/`, which is ours to write.
    pub(crate) fn out(name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { path: format!("out/{name}"), bytes: bytes.into(), placing: Placing::SetAside }
    }
}
