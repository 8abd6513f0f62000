//! The one way to stdout and stderr: nothing that stands in data can steer a terminal.

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::OnceLock;

use agent_core::terminal::visible;

use super::CliError;
use super::screen::Ink;

/// Why stdout could not be written, where it was not simply closed.
static FAILED: OnceLock<io::Error> = OnceLock::new();

/// Prints one line on stdout.
macro_rules! print_line {
    () => { $crate::cli::printing::to_stdout(format_args!(""), "\n") };
    ($($text:tt)*) => { $crate::cli::printing::to_stdout(format_args!($($text)*), "\n") };
}

/// Prints a text on stdout as it is, without a line end of its own.
macro_rules! print_text {
    ($($text:tt)*) => { $crate::cli::printing::to_stdout(format_args!($($text)*), "") };
}

/// Prints one line on stderr.
macro_rules! print_aside {
    ($($text:tt)*) => { $crate::cli::printing::to_stderr(format_args!($($text)*)) };
}

/// A reader that has enough, such as `head`, is no failure; a full disk is, and [`outcome`] tells it.
pub(super) fn to_stdout(text: fmt::Arguments<'_>, end: &str) {
    write(visible(&text.to_string()).as_bytes(), end);
}

/// A page in which [`super::screen::Ink`] has set colours, which are the only sequences that pass.
pub(super) fn inked(page: &str, end: &str) {
    let mut parts = page.split('\u{1b}');
    let mut out = visible(parts.next().unwrap_or_default()).into_owned();
    for part in parts {
        let ink = Ink::sequences().find(|ink| part.starts_with(ink));
        out.push_str(if ink.is_some() { "\u{1b}" } else { "\\u001b" });
        out.push_str(&visible(part));
    }
    write(out.as_bytes(), end);
}

pub(super) fn to_stderr(text: fmt::Arguments<'_>) {
    let line = format!("{}\n", visible(&text.to_string()));
    // There is nowhere to say that nothing can be said.
    let _ = io::stderr().lock().write_all(line.as_bytes());
}

fn write(text: &[u8], end: &str) {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(text).and_then(|()| stdout.write_all(end.as_bytes()));
    if let Err(error) = written.and_then(|()| stdout.flush())
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        let _ = FAILED.set(error);
    }
}

/// How the process ends after `done`: what could not be printed makes a good end a failure.
pub(super) fn outcome(done: Result<ExitCode, CliError>) -> ExitCode {
    let done = match (done, FAILED.get()) {
        (Ok(_), Some(error)) => Err(CliError::because("could not write to stdout", error)),
        (done, _) => done,
    };
    done.unwrap_or_else(|error| {
        error.print();
        error.exit_code()
    })
}
