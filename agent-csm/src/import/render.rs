//! The quality report as a page of plain text.

use std::fmt::Write as _;

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
            self.exported_on.as_deref().unwrap_or("unknown, no row is dated")
        );
        let _ = self.sections(&mut page);
        page
    }

    fn sections(&self, page: &mut String) -> std::fmt::Result {
        writeln!(page, "\n## Files\n")?;
        for it in &self.files {
            let mapping = it.mapping.as_deref().unwrap_or("no mapping fits");
            writeln!(
                page,
                "- `{}` ({mapping}): {} read, {} rows kept, {} rejected",
                it.file, it.rows_read, it.rows_kept, it.rows_rejected
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
                writeln!(page, "- {}:{}: {}\n  Remedy: {}.", it.file, it.line, it.problem, it.remedy)?;
            }
            let more = self.rejects_total - self.rejects.len() as u64;
            if more > 0 {
                writeln!(page, "- and {more} more")?;
            }
        }
        if !self.contradictions.is_empty() {
            writeln!(page, "\n## Contradictions\n")?;
            for it in &self.contradictions {
                writeln!(page, "- {} (such as {})", it.finding, it.samples.join(", "))?;
            }
        }
        if !self.joins.is_empty() {
            writeln!(page, "\n## Rows that found their account\n")?;
            for it in &self.joins {
                write!(page, "- {} of {}: {} of {}", it.table, it.system, it.joined, it.rows)?;
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
                writeln!(page, "- {}: {} of {} missing ({share:.1} %)", it.column, it.missing, it.rows)?;
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
                writeln!(page, "- {} is {} of {} ({})", it.account_id, it.ext_id, it.system, it.rule)?;
            }
        }
        if !self.notes.is_empty() {
            writeln!(page, "\n## Notes\n")?;
            for it in &self.notes {
                writeln!(page, "- {it}")?;
            }
        }
        Ok(())
    }
}
