//! Many rows in few statements.

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::{StoreError, failed};

/// How many rows one statement takes: few sizes, so that each is prepared once and kept.
const SIZES: [usize; 4] = [64, 16, 4, 1];

/// The rows in pieces of the sizes that statements have.
pub(super) fn chunks<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rows.len())?;
        let (now, later) = rows.split_at(size);
        rows = later;
        Some(now)
    })
}

/// Runs a statement; how many rows it wrote.
pub(super) async fn run(
    db: &mut SqliteConnection,
    mut sql: QueryBuilder<Sqlite>,
) -> Result<usize, StoreError> {
    let written = sql.build().execute(db).await.map_err(failed("writing a batch"))?;
    Ok(usize::try_from(written.rows_affected()).unwrap_or(usize::MAX))
}
