//! What stdout can show: how wide, and whether in colour.

use std::io::IsTerminal;

/// Columns of text where nobody says how many there are.
const PLAIN: usize = 80;

/// What stdout can show.
#[derive(Clone, Copy, Debug)]
pub(super) struct Screen {
    /// Columns, at least 40.
    pub(super) width: usize,
    /// Whether what is wider would be broken: a terminal, or `COLUMNS` says so.
    pub(super) bounded: bool,
    colour: bool,
}

impl Screen {
    /// Of this process: `COLUMNS`, else the terminal's width, else 80. No colour where `NO_COLOR` is set, on a pipe
    /// and on a dumb terminal.
    pub(super) fn of_stdout() -> Self {
        let stdout = std::io::stdout();
        let terminal = stdout.is_terminal();
        let set = std::env::var("COLUMNS").ok().and_then(|it| it.parse::<usize>().ok());
        let own = || terminal.then(|| rustix::termios::tcgetwinsize(&stdout).ok()).flatten();
        let width = set.or_else(|| own().map(|size| usize::from(size.ws_col))).filter(|it| *it > 0);
        let refused = std::env::var_os("NO_COLOR").is_some_and(|it| !it.is_empty())
            || std::env::var_os("TERM").is_some_and(|it| it == "dumb");
        let bounded = terminal || set.is_some();
        Self { width: width.unwrap_or(PLAIN).max(40), bounded, colour: terminal && !refused }
    }

    /// A screen of `width` columns without colour.
    #[cfg(test)]
    pub(super) fn plain(width: usize) -> Self {
        Self { width, bounded: true, colour: false }
    }

    /// `text` in `ink`, where there is colour; words never depend on it.
    pub(super) fn ink(self, ink: Ink, text: &str) -> String {
        if self.colour { format!("\u{1b}[{}m{text}\u{1b}[0m", ink.code()) } else { text.to_owned() }
    }
}

/// The few inks of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// Headings.
    Bold,
    /// What is said by the way.
    Faint,
    /// What is grave.
    Bad,
    /// What needs care.
    Warn,
    /// What is well.
    Good,
}

impl Ink {
    /// What follows ESC where an ink begins or ends.
    pub(super) fn sequences() -> impl Iterator<Item = &'static str> {
        ["[0m", "[1m", "[2m", "[31m", "[33m", "[32m"].into_iter()
    }

    fn code(self) -> &'static str {
        match self {
            Self::Bold => "1",
            Self::Faint => "2",
            Self::Bad => "31",
            Self::Warn => "33",
            Self::Good => "32",
        }
    }
}
