use protocol::{Figure, Outgoing};

use crate::store::{ApprovalRecord, Withdrawal};

/// What a step leads to. All of it becomes true at once, when the step is recorded, or not at all.
#[derive(Debug)]
pub struct Outcome<O> {
    pub(crate) output: O,
    pub(crate) messages: Vec<Outgoing>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) approvals: Vec<ApprovalRecord>,
    pub(crate) withdrawn: Vec<Withdrawal>,
}

impl<O> Outcome<O> {
    /// A step that gives `output` to the steps after it.
    #[must_use]
    pub fn new(output: O) -> Self {
        let (messages, figures, approvals, withdrawn) = Default::default();
        Self { output, messages, figures, approvals, withdrawn }
    }

    /// And says something: a status message, or the response that is due.
    ///
    /// The runtime fills `session_id`, `seq`, `in_reply_to`, `phase` and `at` in its `_meta`.
    #[must_use]
    pub fn say(mut self, message: impl Into<Outgoing>) -> Self {
        self.messages.push(message.into());
        self
    }

    /// And computed a figure, whose rows were kept with [`super::SessionContext::put_object`].
    #[must_use]
    pub fn figure(mut self, figure: Figure) -> Self {
        self.figures.push(figure);
        self
    }

    /// And computed these figures.
    #[must_use]
    pub fn figures(mut self, figures: impl IntoIterator<Item = Figure>) -> Self {
        self.figures.extend(figures);
        self
    }
}
