//! Lines of a page: wrapped to the screen, indented under what they belong to.

use crate::cli::screen::{Ink, Screen};
use crate::markup::terminal_text;

/// Widest a line of prose gets, however wide the screen is.
const WIDEST: usize = 100;
/// How far an item's text stands in.
const INDENT: usize = 2;

/// A page under way.
pub(super) struct Paper {
    screen: Screen,
    width: usize,
    out: String,
}

impl Paper {
    pub(super) fn new(screen: Screen) -> Self {
        Self { screen, width: screen.width.min(WIDEST), out: String::new() }
    }

    /// A section's heading, after an empty line.
    pub(super) fn heading(&mut self, text: &str) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        let text = self.screen.ink(Ink::Bold, &terminal_text(text));
        self.out.push_str(&text);
        self.out.push('\n');
    }

    /// Prose of a section.
    pub(super) fn line(&mut self, text: &str) {
        self.wrapped(INDENT, INDENT, text, None);
    }

    /// What is said by the way: where it comes from, the command that opens it.
    pub(super) fn aside(&mut self, text: &str) {
        self.wrapped(2 * INDENT, 2 * INDENT, text, Some(Ink::Faint));
    }

    /// An item with a mark before it.
    pub(super) fn item(&mut self, mark: &str, text: &str, ink: Option<Ink>) {
        let before = self.out.len();
        self.wrapped(INDENT, 2 * INDENT, &format!("{mark} {text}"), ink);
        debug_assert!(self.out.len() > before, "an item says something");
    }

    /// Text as it is, for what was laid out already: bars, sparklines.
    pub(super) fn set(&mut self, text: &str) {
        for _ in 0..INDENT {
            self.out.push(' ');
        }
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    /// A name and what it is, names as wide as `width`.
    pub(super) fn pair(&mut self, name: &str, width: usize, text: &str) {
        self.wrapped(INDENT, INDENT + width + 1, &format!("{name:<width$} {text}"), None);
    }

    pub(super) fn ink(&self, ink: Ink, text: &str) -> String {
        self.screen.ink(ink, &terminal_text(text))
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    fn wrapped(&mut self, first: usize, rest: usize, text: &str, ink: Option<Ink>) {
        let text = terminal_text(text);
        // Blanks that lay out a pair stay; only what follows is wrapped.
        let lead: String = text.chars().take_while(|c| *c == ' ').collect();
        let mut line = format!("{}{lead}", " ".repeat(first));
        let mut used = line.chars().count();
        let mut empty = true;
        let mut lines = Vec::new();
        for word in text.trim_start().split(' ') {
            let length = word.chars().count();
            if !empty && used + 1 + length > self.width {
                lines.push(std::mem::replace(&mut line, " ".repeat(rest)));
                used = rest;
                empty = true;
            }
            if !empty {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += length;
            empty = false;
        }
        lines.push(line);
        for line in lines {
            let line = line.trim_end();
            match ink {
                Some(ink) => self.out.push_str(&self.screen.ink(ink, line)),
                None => self.out.push_str(line),
            }
            self.out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_within_the_screen_and_data_cannot_move_the_cursor() {
        let mut paper = Paper::new(Screen::plain(40));
        paper.item("!", "Usage runs at 31% of its own 90-day baseline \u{1b}[2J(41 uses in 28 days)", None);
        paper.pair("Opt out", 10, "by 2026-11-29, in 60 days; it renews by itself on 2026-12-29");
        let page = paper.finish();
        assert!(page.lines().all(|line| line.chars().count() <= 40), "{page}");
        assert!(!page.contains('\u{1b}'), "{page:?}");
        assert!(page.lines().any(|line| line.starts_with("             ")), "{page}");
    }
}
