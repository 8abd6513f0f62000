//! What the store gives up: questions, emptied sessions, objects, free room.

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::figures::Packs;
use super::sessions::record;
use super::write::add_objects;
use super::{SqliteStore, StoreError, failed, figures};
use crate::store::objects::Objects;
use crate::store::{SessionRecord, sha256_hex};

const PRUNING: &str = "pruning";

/// The answered questions that are given up: before a time, or beyond the newest.
const QUESTIONS: &str = "FROM sessions INDEXED BY questions_by_end
     WHERE tenant = ?1 AND kind = 'question' AND state <> 'open'
       AND (closed_at < ?2 OR (closed_at, id) <= (SELECT closed_at, id FROM sessions INDEXED BY questions_by_end
                                WHERE tenant = ?1 AND kind = 'question' AND state <> 'open'
                                ORDER BY closed_at DESC, id DESC LIMIT 1 OFFSET ?3))";
/// Whether a work session of anybody's may be about to name an object.
const AT_WORK: &str = "EXISTS (SELECT 1 FROM sessions WHERE state = 'open' AND kind = 'work')";

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn size(count: i64) -> usize {
    usize::try_from(count).unwrap_or_default()
}

/// The hash under which it is remembered that a key was used.
pub(super) fn key_hash(key: &str) -> String {
    sha256_hex(key.as_bytes()).chars().take(32).collect()
}

pub(super) async fn prune_questions(
    store: &SqliteStore,
    tenant: &str,
    before: i64,
    keep: usize,
    most: usize,
    at: i64,
) -> Result<usize, StoreError> {
    let tenant = tenant.to_owned();
    store
        .writing(PRUNING, move |db| {
            Box::pin(async move {
                let select = format!("SELECT id {QUESTIONS} ORDER BY closed_at, id LIMIT ?4");
                let ids: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(select))
                    .bind(&tenant)
                    .bind(before)
                    .bind(number(keep))
                    .bind(number(most))
                    .fetch_all(&mut *db)
                    .await
                    .map_err(failed(PRUNING))?;
                if !ids.is_empty() {
                    forget(db, &tenant, &ids, at).await?;
                }
                Ok(ids.len())
            })
        })
        .await
}

/// Forgets questions, and what only they have said.
async fn forget(db: &mut SqliteConnection, tenant: &str, ids: &[String], at: i64) -> Result<(), StoreError> {
    let failed = failed(PRUNING);
    let of_them = "(SELECT value FROM json_each(?))";
    let ids = serde_json::json!(ids).to_string();
    let keys = format!("SELECT key FROM idempotency_keys WHERE session_id IN {of_them}");
    let keys: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(keys))
        .bind(&ids)
        .fetch_all(&mut *db)
        .await
        .map_err(&failed)?;
    for key in keys {
        sqlx::query("INSERT INTO pruned_keys (tenant, key, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
            .bind(tenant)
            .bind(key_hash(&key))
            .bind(at)
            .execute(&mut *db)
            .await
            .map_err(&failed)?;
    }
    let bodies =
        format!("SELECT DISTINCT body FROM outbox WHERE body IS NOT NULL AND session_id IN {of_them}");
    let bodies: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(bodies))
        .bind(&ids)
        .fetch_all(&mut *db)
        .await
        .map_err(&failed)?;
    for (table, column) in [
        ("idempotency_keys", "session_id"),
        ("outbox", "session_id"),
        ("journal", "session_id"),
        ("session_objects", "session_id"),
        ("figures", "session_id"),
        ("figure_packs", "session_id"),
        ("files", "session_id"),
        ("sessions", "id"),
    ] {
        let delete = format!("DELETE FROM {table} WHERE {column} IN {of_them}");
        sqlx::query(sqlx::AssertSqlSafe(delete)).bind(&ids).execute(&mut *db).await.map_err(&failed)?;
    }
    forget_bodies(db, &bodies).await
}

/// Forgets those bodies that no message has any more.
async fn forget_bodies(db: &mut SqliteConnection, bodies: &[String]) -> Result<(), StoreError> {
    for body in bodies {
        sqlx::query(
            "DELETE FROM bodies WHERE sha256 = ?1 AND NOT EXISTS (SELECT 1 FROM outbox WHERE body = ?1)",
        )
        .bind(body)
        .execute(&mut *db)
        .await
        .map_err(failed(PRUNING))?;
    }
    Ok(())
}

pub(super) async fn prunable_questions(
    store: &SqliteStore,
    tenant: &str,
    before: i64,
    keep: usize,
) -> Result<usize, StoreError> {
    let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) {QUESTIONS}")))
        .bind(tenant)
        .bind(before)
        .bind(number(keep))
        .fetch_one(&store.readers)
        .await
        .map_err(failed(PRUNING))?;
    Ok(size(count))
}

pub(super) async fn forget_keys(store: &SqliteStore, tenant: &str, keep: usize) -> Result<(), StoreError> {
    let tenant = tenant.to_owned();
    store
        .writing(PRUNING, move |db| {
            Box::pin(async move {
                sqlx::query(
                    "DELETE FROM pruned_keys WHERE tenant = ?1 AND at <
                     (SELECT at FROM pruned_keys WHERE tenant = ?1 ORDER BY at DESC LIMIT 1 OFFSET ?2)",
                )
                .bind(tenant)
                .bind(number(keep))
                .execute(db)
                .await
                .map(drop)
                .map_err(failed(PRUNING))
            })
        })
        .await
}

pub(super) async fn ended_work(store: &SqliteStore, tenant: &str) -> Result<Vec<SessionRecord>, StoreError> {
    let rows = sqlx::query(
        "SELECT * FROM sessions WHERE tenant = ? AND kind = 'work' AND state <> 'open' AND pruned_at IS NULL
         ORDER BY opened_at DESC, id DESC",
    )
    .bind(tenant)
    .fetch_all(&store.readers)
    .await
    .map_err(failed(PRUNING))?;
    rows.iter().map(record).collect()
}

pub(super) async fn written(
    store: &SqliteStore,
    tenant: &str,
) -> Result<Vec<(String, String, String)>, StoreError> {
    sqlx::query_as(
        "SELECT f.session_id, f.path, f.sha256 FROM files f JOIN sessions s ON s.id = f.session_id
         WHERE f.tenant = ? AND s.pruned_at IS NULL",
    )
    .bind(tenant)
    .fetch_all(&store.readers)
    .await
    .map_err(failed(PRUNING))
}

pub(super) async fn prune_work(
    store: &SqliteStore,
    tenant: &str,
    id: &str,
    at: i64,
) -> Result<bool, StoreError> {
    let (tenant, id) = (tenant.to_owned(), id.to_owned());
    store.writing(PRUNING, move |db| Box::pin(async move { empty(db, &tenant, &id, at).await })).await
}

async fn empty(db: &mut SqliteConnection, tenant: &str, id: &str, at: i64) -> Result<bool, StoreError> {
    let failed = failed(PRUNING);
    let emptied = sqlx::query(
        "UPDATE sessions SET pruned_at = ?, request = '{}', pin_parts = '{}'
         WHERE tenant = ? AND id = ? AND kind = 'work' AND state <> 'open' AND pruned_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM approvals WHERE session_id = sessions.id
                           AND state IN ('pending', 'approved'))",
    )
    .bind(at)
    .bind(tenant)
    .bind(id)
    .execute(&mut *db)
    .await
    .map_err(&failed)?;
    if emptied.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query(
        "INSERT INTO spare_objects (sha256) SELECT sha256 FROM session_objects WHERE session_id = ?
         ON CONFLICT DO NOTHING",
    )
    .bind(id)
    .execute(&mut *db)
    .await
    .map_err(&failed)?;
    let bodies: Vec<String> =
        sqlx::query_scalar("SELECT DISTINCT body FROM outbox WHERE body IS NOT NULL AND session_id = ?")
            .bind(id)
            .fetch_all(&mut *db)
            .await
            .map_err(&failed)?;
    for table in ["outbox", "journal", "session_objects", "figures", "figure_packs"] {
        let delete = format!("DELETE FROM {table} WHERE session_id = ?");
        sqlx::query(sqlx::AssertSqlSafe(delete)).bind(id).execute(&mut *db).await.map_err(&failed)?;
    }
    forget_bodies(db, &bodies).await?;
    Ok(true)
}

pub(super) async fn only_of(store: &SqliteStore, sessions: &[String]) -> Result<Vec<String>, StoreError> {
    sqlx::query_scalar(
        "SELECT DISTINCT sha256 FROM session_objects o
         WHERE session_id IN (SELECT value FROM json_each(?1))
           AND NOT EXISTS (SELECT 1 FROM session_objects other WHERE other.sha256 = o.sha256
                           AND other.session_id NOT IN (SELECT value FROM json_each(?1)))",
    )
    .bind(serde_json::json!(sessions).to_string())
    .fetch_all(&store.readers)
    .await
    .map_err(failed(PRUNING))
}

pub(super) async fn unlisted(
    store: &SqliteStore,
    tenant: &str,
) -> Result<Vec<(String, Vec<String>)>, StoreError> {
    let failed = failed(PRUNING);
    let sessions: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM sessions WHERE tenant = ? AND kind = 'work' AND pruned_at IS NULL
         AND EXISTS (SELECT 1 FROM journal WHERE session_id = sessions.id)
         AND NOT EXISTS (SELECT 1 FROM session_objects WHERE session_id = sessions.id)",
    )
    .bind(tenant)
    .fetch_all(&store.readers)
    .await
    .map_err(&failed)?;
    let mut unlisted = Vec::with_capacity(sessions.len());
    for id in sessions {
        let mut named: Vec<String> =
            sqlx::query_scalar("SELECT DISTINCT output_hash FROM journal WHERE session_id = ?")
                .bind(&id)
                .fetch_all(&store.readers)
                .await
                .map_err(&failed)?;
        let rows = figures::all(store, &id).await?.into_iter();
        named.extend(rows.filter_map(|figure| figure.evidence.map(|evidence| evidence.rows)));
        named.sort_unstable();
        named.dedup();
        unlisted.push((id, named));
    }
    Ok(unlisted)
}

pub(super) async fn list_objects(
    store: &SqliteStore,
    session: &str,
    objects: Vec<String>,
) -> Result<(), StoreError> {
    let session = session.to_owned();
    store.writing(PRUNING, move |db| Box::pin(async move { add_objects(db, &session, &objects).await })).await
}

pub(super) async fn mark_spare(store: &SqliteStore, objects: Vec<String>) -> Result<usize, StoreError> {
    let mark = format!(
        "INSERT INTO spare_objects (sha256)
         SELECT value FROM json_each(?) WHERE NOT {AT_WORK}
         AND NOT EXISTS (SELECT 1 FROM session_objects WHERE sha256 = value)
         ON CONFLICT DO NOTHING"
    );
    let names = serde_json::json!(objects).to_string();
    store
        .writing(PRUNING, move |db| {
            Box::pin(async move {
                let marked = sqlx::query(sqlx::AssertSqlSafe(mark)).bind(names).execute(db).await;
                let marked = marked.map_err(failed(PRUNING))?.rows_affected();
                Ok(usize::try_from(marked).unwrap_or(usize::MAX))
            })
        })
        .await
}

/// The files go while this holds the right to write: whoever would need one of them cannot begin meanwhile, and
/// what is cut off half-way is done again.
pub(super) async fn sweep(
    store: &SqliteStore,
    objects: &Objects,
    most: usize,
) -> Result<(usize, u64), StoreError> {
    let objects = objects.clone();
    let take = format!("SELECT sha256 FROM spare_objects WHERE NOT {AT_WORK} LIMIT ?");
    store
        .writing(PRUNING, move |db| {
            Box::pin(async move {
                let failed = failed(PRUNING);
                let spare: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(take))
                    .bind(number(most))
                    .fetch_all(&mut *db)
                    .await
                    .map_err(&failed)?;
                let names = serde_json::json!(spare).to_string();
                let needed: Vec<String> = sqlx::query_scalar(
                    "SELECT DISTINCT sha256 FROM session_objects
                     WHERE sha256 IN (SELECT value FROM json_each(?))",
                )
                .bind(&names)
                .fetch_all(&mut *db)
                .await
                .map_err(&failed)?;
                let looked_at = spare.len();
                let gone: Vec<String> = spare.into_iter().filter(|name| !needed.contains(name)).collect();
                let removed = tokio::task::spawn_blocking(move || objects.remove(&gone)).await;
                let (files, bytes) = removed.unwrap_or_default();
                sqlx::query("DELETE FROM spare_objects WHERE sha256 IN (SELECT value FROM json_each(?))")
                    .bind(&names)
                    .execute(&mut *db)
                    .await
                    .map_err(&failed)?;
                tracing::debug!(looked_at, files, bytes, "objects were swept");
                Ok((looked_at, bytes))
            })
        })
        .await
}

pub(super) async fn pack_figures(store: &SqliteStore) -> Result<bool, StoreError> {
    store
        .writing(PRUNING, |db| {
            Box::pin(async move {
                let failed = failed(PRUNING);
                let session: Option<String> = sqlx::query_scalar("SELECT session_id FROM figures LIMIT 1")
                    .fetch_optional(&mut *db)
                    .await
                    .map_err(&failed)?;
                let Some(session) = session else { return Ok(false) };
                let rows: Vec<(String, String)> =
                    sqlx::query_as("SELECT id, figure FROM figures WHERE session_id = ?")
                        .bind(&session)
                        .fetch_all(&mut *db)
                        .await
                        .map_err(&failed)?;
                sqlx::query("DELETE FROM figures WHERE session_id = ?")
                    .bind(&session)
                    .execute(&mut *db)
                    .await
                    .map_err(&failed)?;
                figures::add(db, &session, &Packs::of(rows)).await?;
                Ok(true)
            })
        })
        .await
}

pub(super) async fn give_back(store: &SqliteStore, pages: u32) -> Result<u64, StoreError> {
    store
        .writer
        .outside(PRUNING, move |db| {
            Box::pin(async move {
                let failed = failed("giving room back");
                let give = sqlx::AssertSqlSafe(format!("PRAGMA incremental_vacuum({pages})"));
                // It goes on only as far as its rows are asked for.
                sqlx::query(give).fetch_all(&mut *db).await.map_err(&failed)?;
                let mode: i64 =
                    sqlx::query_scalar("PRAGMA auto_vacuum").fetch_one(&mut *db).await.map_err(&failed)?;
                let left: i64 =
                    sqlx::query_scalar("PRAGMA freelist_count").fetch_one(&mut *db).await.map_err(&failed)?;
                // A file of an older version gives nothing back until it is written anew.
                Ok(if mode == 2 { u64::try_from(left).unwrap_or_default() } else { 0 })
            })
        })
        .await
}

pub(super) async fn compact(store: &SqliteStore) -> Result<(), StoreError> {
    store
        .writer
        .outside(PRUNING, |db| {
            Box::pin(async move {
                let failed = failed("writing the database anew");
                sqlx::raw_sql("PRAGMA auto_vacuum = INCREMENTAL; VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")
                    .execute(db)
                    .await
                    .map(drop)
                    .map_err(&failed)
            })
        })
        .await
}

/// Which of these keys a pruned question had: any at all.
pub(super) async fn any_pruned(
    db: &mut SqliteConnection,
    tenant: &str,
    keys: &[&String],
) -> Result<bool, StoreError> {
    let mut sql = QueryBuilder::<Sqlite>::new("SELECT EXISTS (SELECT 1 FROM pruned_keys WHERE tenant = ");
    sql.push_bind(tenant).push(" AND key IN (");
    let mut list = sql.separated(", ");
    for key in keys {
        list.push_bind(key_hash(key));
    }
    sql.push("))");
    sql.build_query_scalar().fetch_one(db).await.map_err(failed(PRUNING))
}
