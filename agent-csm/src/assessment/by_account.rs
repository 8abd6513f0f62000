//! Rows that are sorted by account.

/// The rows of one account; `rows` are sorted by what `id` gives.
pub(super) fn of<'a, T>(rows: &'a [T], account_id: &str, id: impl Fn(&T) -> &str) -> std::slice::Iter<'a, T> {
    let from = rows.partition_point(|row| id(row) < account_id);
    let to = rows.partition_point(|row| id(row) <= account_id);
    rows.get(from..to).unwrap_or_default().iter()
}
