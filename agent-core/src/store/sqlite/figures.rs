//! Figures, many in a statement: a session of a large book records hundreds of thousands.

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::StoreError;
use super::pieces::{chunks, run};
use crate::store::records::Lease;

/// A figure as it is written: id and JSON.
pub(super) type FigureRow = (String, String);

/// Adds figures, each with the session it belongs to. Says whether all of them could be: the same figure may be
/// recorded again, another value under the same id may not.
pub(super) async fn add_all(
    db: &mut SqliteConnection,
    figures: &[(&str, &FigureRow)],
) -> Result<bool, StoreError> {
    for rows in chunks(figures) {
        let mut sql = QueryBuilder::<Sqlite>::new("INSERT INTO figures (session_id, id, figure) ");
        sql.push_values(rows, |mut row, (session_id, (id, json))| {
            row.push_bind(*session_id).push_bind(id).push_bind(json);
        });
        sql.push(
            " ON CONFLICT (session_id, id) DO UPDATE SET figure = excluded.figure
              WHERE figure = excluded.figure",
        );
        // A figure that is there with another value is not counted.
        if run(db, sql).await? != rows.len() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Adds the figures of one session; an error names the one that is there with another value.
pub(super) async fn add(
    db: &mut SqliteConnection,
    lease: &Lease,
    figures: &[FigureRow],
) -> Result<(), StoreError> {
    let id = lease.session_id.as_str();
    let rows: Vec<(&str, &FigureRow)> = figures.iter().map(|figure| (id, figure)).collect();
    if add_all(db, &rows).await? {
        return Ok(());
    }
    // One by one, to tell which.
    for row in rows {
        if !add_all(db, &[row]).await? {
            return Err(StoreError::FigureConflict { id: id.to_owned(), figure: row.1.0.clone() });
        }
    }
    Ok(())
}
