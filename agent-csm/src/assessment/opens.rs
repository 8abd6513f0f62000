//! The command that opens a figure to its rows.

/// `csm explain churn_rate`, `csm explain invoice_overdue --account A0042`, as one types it in a shell.
#[must_use]
pub fn opens(figure: &str) -> String {
    let id = figure.strip_prefix("figure:").unwrap_or(figure);
    match id.split_once("@account=") {
        Some((metric, account)) => format!("csm explain {} --account {}", quoted(metric), quoted(account)),
        None => format!("csm explain {}", quoted(id)),
    }
}

/// `csm account A0042`: the account on one page.
#[must_use]
pub fn opens_account(account_id: &str) -> String {
    format!("csm account {}", quoted(account_id))
}

/// A word of a POSIX shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '@' | '=' | ':' | '/');
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::opens;

    #[test]
    fn what_a_shell_would_take_apart_is_quoted() {
        assert_eq!(opens("figure:churn_rate"), "csm explain churn_rate");
        assert_eq!(opens("figure:arr@owner=Ada Lo"), "csm explain 'arr@owner=Ada Lo'");
        assert_eq!(opens("figure:mrr@account=A1"), "csm explain mrr --account A1");
        assert_eq!(opens("figure:mrr@account=$(rm 'x')"), "csm explain mrr --account '$(rm '\\''x'\\'')'");
    }
}
