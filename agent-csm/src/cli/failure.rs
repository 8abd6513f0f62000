//! What a command says when it fails: what was wrong, where, and what to do.

use std::error::Error;
use std::fmt::Display;
use std::process::ExitCode;

use protocol::WireError;

/// A failed command.
#[derive(Debug)]
pub struct CliError {
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
    usage: bool,
}

impl CliError {
    /// The work failed.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), causes: Vec::new(), hint: None, usage: false }
    }

    /// The command was wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { usage: true, ..Self::failed(message) }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The failure of `what`, because of `source`; a cause that its parent already tells is not repeated.
    pub fn because(what: impl Display, source: &dyn Error) -> Self {
        let mut causes = vec![source.to_string()];
        let mut next = source.source();
        while let Some(cause) = next {
            let text = cause.to_string();
            if !causes.iter().any(|told| told.contains(&text)) {
                causes.push(text);
            }
            next = cause.source();
        }
        Self { causes, ..Self::failed(what.to_string()) }
    }

    /// A failure as the runtime told it, in the words of the wire.
    #[must_use]
    pub fn told(error: &WireError) -> Self {
        Self::failed(error.message.clone()).hint(error.hint.clone())
    }

    pub(super) fn print(&self) {
        print_aside!("error: {}", self.message);
        for cause in &self.causes {
            print_aside!("  because: {cause}");
        }
        if let Some(hint) = &self.hint {
            print_aside!("hint: {hint}");
        }
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(if self.usage { 2 } else { 1 })
    }
}
