//! The quality report as a page of plain text.

use std::fmt::Write as _;

use agent_core::terminal::turns_text;

use crate::markup::{is_plain, markdown_text};

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
        .filter(|c| !turns_text(*c))
        .map(|c| match c {
            '`' => '\'',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}

/// A sentence of ours with cell text in it: our code spans stay as they are, but no link, image or HTML begins.
///
/// Outside code spans entities and not backslashes, because a backslash in the cell would undo a backslash. Inside
/// nothing is read as markup, so an entity there would be shown as it is written.
fn sentence(text: &str) -> String {
    let text: String =
        text.chars().filter(|c| !turns_text(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('`') {
        let (before, ticks) = rest.split_at(at);
        plain(before, &mut out);
        let run = ticks.len() - ticks.trim_start_matches('`').len();
        let (fence, after) = ticks.split_at(run);
        match closing(after, run) {
            Some(end) => {
                out.push_str(&ticks[..run + end + run]);
                rest = &after[end + run..];
            }
            // It opens nothing here, and must not open anything with a later one.
            None => {
                fence.chars().for_each(|_| out.push_str("&#96;"));
                rest = after;
            }
        }
    }
    plain(rest, &mut out);
    out
}

/// Where the code span opened by `run` backticks ends: at the next run of as many.
fn closing(text: &str, run: usize) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text[from..].find('`') {
        let start = from + at;
        let length = text[start..].len() - text[start..].trim_start_matches('`').len();
        if length == run {
            return Some(start);
        }
        from = start + length;
    }
    None
}

/// Text outside code spans.
fn plain(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '[' => out.push_str("&#91;"),
            ']' => out.push_str("&#93;"),
            '!' => out.push_str("&#33;"),
            // It would take the meaning of a backtick away, or of an entity of ours.
            '\\' => out.push_str("&#92;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn a_remedy_can_be_copied_out_of_its_code_span() {
        assert_eq!(
            sentence("add a `[[source]]` with `a < b & c` to `csm.toml`"),
            "add a `[[source]]` with `a < b & c` to `csm.toml`"
        );
        assert_eq!(sentence("two ``a ` b`` and [c]"), "two ``a ` b`` and &#91;c&#93;");
    }

    #[test]
    fn cell_text_outside_code_spans_starts_no_markup() {
        assert_eq!(
            sentence("`mrr` is no number: <b>[x](y)!"),
            "`mrr` is no number: &lt;b&gt;&#91;x&#93;(y)&#33;"
        );
        // A backtick that nothing closes opens no span with one of the next sentence; a backslash unmakes none.
        assert_eq!(sentence("is no date: ` <i>"), "is no date: &#96; &lt;i&gt;");
        assert_eq!(sentence("\\`<i>` and ``<i>"), "&#92;`<i>` and &#96;&#96;&lt;i&gt;");
    }
}
