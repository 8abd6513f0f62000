//! The quality report as a page of plain text.

use std::fmt::Write as _;

use crate::markup::{is_direction_mark, is_plain, markdown_text};

use super::report::ImportReport;

impl ImportReport {
    /// The report as Markdown: one fact per line, no figure that is not counted from the rows.
    #[must_use]
    pub fn render(&self) -> String {
        let mut page = String::from("# Data quality\n\n");
        // Writing to a string cannot fail.
        let _ = writeln!(
            page,
            "Newest dated row: {}.",
            self.exported_on.as_deref().map_or_else(|| "unknown, no row is dated".to_owned(), markdown_text)
        );
        let _ = self.sections(&mut page);
        page
    }

    fn sections(&self, page: &mut String) -> std::fmt::Result {
        writeln!(page, "\n## Files\n")?;
        for it in &self.files {
            let mapping = it.mapping.as_deref().map_or_else(|| "no mapping fits".to_owned(), place);
            writeln!(
                page,
                "- `{}` ({mapping}): {} read, {} rows kept, {} rejected",
                code(&it.file),
                it.rows_read,
                it.rows_kept,
                it.rows_rejected
            )?;
        }
        writeln!(page, "\n## Tables\n")?;
        for it in self.tables.iter().filter(|it| it.rows > 0) {
            writeln!(page, "- {}: {} rows", it.table, it.rows)?;
        }
        let empty: Vec<&str> =
            self.tables.iter().filter(|it| it.rows == 0).map(|it| it.table.as_str()).collect();
        if !empty.is_empty() {
            writeln!(page, "- without rows: {}", empty.join(", "))?;
        }
        if self.rejects_total > 0 {
            writeln!(page, "\n## Not taken ({})\n", self.rejects_total)?;
            for it in &self.rejects {
                let (problem, remedy) = (sentence(&it.problem), sentence(&it.remedy));
                writeln!(page, "- {}:{}: {problem}\n  Remedy: {remedy}.", place(&it.file), it.line)?;
            }
            let more = self.rejects_total - self.rejects.len() as u64;
            if more > 0 {
                writeln!(page, "- and {more} more")?;
            }
        }
        if !self.contradictions.is_empty() {
            writeln!(page, "\n## Contradictions\n")?;
            for it in &self.contradictions {
                let samples: Vec<String> = it.samples.iter().map(|sample| place(sample)).collect();
                writeln!(page, "- {} (such as {})", sentence(&it.finding), samples.join(", "))?;
            }
        }
        if !self.joins.is_empty() {
            writeln!(page, "\n## Rows that found their account\n")?;
            for it in &self.joins {
                write!(page, "- {} of {}: {} of {}", it.table, place(&it.system), it.joined, it.rows)?;
                let loose = it.without_account;
                writeln!(
                    page,
                    "{}",
                    if loose > 0 { format!(", {loose} name no account") } else { String::new() }
                )?;
            }
        }
        if !self.nulls.is_empty() {
            writeln!(page, "\n## Empty columns that figures need\n")?;
            for it in self.nulls.iter().filter(|it| it.missing > 0) {
                #[expect(clippy::cast_precision_loss, reason = "a share for people, of a count of rows")]
                let share = (1000.0 * it.missing as f64 / it.rows.max(1) as f64).round() / 10.0;
                let column = place(&it.column);
                writeln!(page, "- {column}: {} of {} missing ({share:.1} %)", it.missing, it.rows)?;
            }
        }
        if !self.duplicates.is_empty() {
            writeln!(page, "\n## Rows that came more than once\n")?;
            for it in &self.duplicates {
                let fate = if it.same_key_kept { "kept" } else { "the later one rejected" };
                writeln!(
                    page,
                    "- {}: {} equal rows dropped, {} with the same key and other values, {fate}",
                    it.table, it.exact, it.same_key
                )?;
            }
        }
        let merged: Vec<_> = self.identities.iter().filter(|it| it.rule != "own id").collect();
        if !merged.is_empty() {
            writeln!(page, "\n## Accounts known to several systems\n")?;
            for it in merged {
                let (account, known_as) = (markdown_text(&it.account_id), markdown_text(&it.ext_id));
                writeln!(page, "- {account} is {known_as} of {} ({})", place(&it.system), it.rule)?;
            }
        }
        if !self.notes.is_empty() {
            writeln!(page, "\n## Notes\n")?;
            for it in &self.notes {
                writeln!(page, "- {}", markdown_text(it))?;
            }
        }
        Ok(())
    }
}

/// A path, a place in a file or a name: as it is where Markdown finds nothing in it, or else as text.
fn place(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { markdown_text(text) }
}

/// What stands inside a code span: nothing in it ends the span or the line.
fn code(text: &str) -> String {
    text.chars()
        .filter(|c| !is_direction_mark(*c))
        .map(|c| match c {
            '`' => '\'',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}

/// A sentence of ours with cell text in it: our code spans stay, but no link, image or HTML begins.
///
/// Entities and not backslashes, because a backslash in the cell would undo a backslash.
fn sentence(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !is_direction_mark(*c)) {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '[' => out.push_str("&#91;"),
            ']' => out.push_str("&#93;"),
            '!' => out.push_str("&#33;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
