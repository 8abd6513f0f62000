use sqlx::{Connection, SqliteConnection};

use super::{StoreError, failed};

/// Every step from an empty file to the newest version, in order; the version is how many were applied.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_sessions.sql"),
    include_str!("../migrations/0002_kinds.sql"),
    include_str!("../migrations/0003_approvals.sql"),
    include_str!("../migrations/0004_withdrawn.sql"),
    include_str!("../migrations/0005_room.sql"),
];

/// Applies what is missing, each migration with its version in one transaction.
pub(super) async fn to_newest(db: &mut SqliteConnection) -> Result<(), StoreError> {
    let failed = failed("bringing the database to the newest version");
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    for (version, migration) in (1_i64..).zip(MIGRATIONS) {
        let mut transaction = db.begin_with("BEGIN IMMEDIATE").await.map_err(&failed)?;
        // Read under the write lock: another process may be migrating the same file.
        let found: i64 =
            sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *transaction).await.map_err(&failed)?;
        if found > known {
            return Err(StoreError::TooNew { found, known });
        }
        if found < version {
            sqlx::raw_sql(*migration).execute(&mut *transaction).await.map_err(&failed)?;
            let stamp = sqlx::AssertSqlSafe(format!("PRAGMA user_version = {version}"));
            sqlx::raw_sql(stamp).execute(&mut *transaction).await.map_err(&failed)?;
        }
        transaction.commit().await.map_err(&failed)?;
    }
    Ok(())
}
