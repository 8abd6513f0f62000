use futures_util::TryStreamExt;
use sqlx::SqliteConnection;

use super::{SqliteStore, StoreError, failed, unreadable};
use crate::store::records::{ContextEntry, ContextQuery, ContextsFound};

/// How many entries are kept of one author under one type.
const OF_ONE_AUTHOR: i64 = 20;
/// How many entries are kept under one type, whoever wrote them.
const OF_ONE_TYPE: i64 = 200;
/// How many entries are kept of a tenant.
const IN_ALL: i64 = 2_000;
/// How many types are named to those who ask for one that is not there.
const TYPES: i64 = 200;
/// What an entry is in a message beside its content, in bytes.
const AROUND: usize = 512;

/// The newest of each author that has not expired at `?3`.
const NEWEST: &str = "SELECT author, at, expires, payload FROM contexts c
     WHERE tenant = ?1 AND type = ?2 AND (expires IS NULL OR expires > ?3)
       AND NOT EXISTS (SELECT 1 FROM contexts later
                       WHERE later.tenant = ?1 AND later.type = ?2 AND later.author = c.author
                         AND (later.expires IS NULL OR later.expires > ?3)
                         AND (later.at, later.id) > (c.at, c.id))
     ORDER BY at DESC, id DESC";

/// All that is kept, expired or not; `?3` is there so that both take the same.
const HISTORY: &str = "SELECT author, at, expires, payload FROM contexts
     WHERE tenant = ?1 AND type = ?2 AND ?3 IS NOT NULL
     ORDER BY at DESC, id DESC";

pub(super) async fn publish(
    store: &SqliteStore,
    tenant: &str,
    entry: ContextEntry,
) -> Result<(), StoreError> {
    const KEEPING: &str = "keeping a context";
    let tenant = tenant.to_owned();
    store
        .writing(KEEPING, move |db| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO contexts (tenant, type, author, at, expires, payload)
                     VALUES (?, ?, ?, ?, ?, ?)",
                )
                .bind(&tenant)
                .bind(&entry.context_type)
                .bind(&entry.author)
                .bind(entry.at)
                .bind(entry.expires)
                .bind(entry.payload.to_string())
                .execute(&mut *db)
                .await
                .map_err(failed(KEEPING))?;
                forget(db, &tenant, &entry.context_type, &entry.author).await
            })
        })
        .await
}

/// Forgets the oldest of what is more than is kept: of this author, under this type, in all.
async fn forget(
    db: &mut SqliteConnection,
    tenant: &str,
    context_type: &str,
    author: &str,
) -> Result<(), StoreError> {
    let (of_type, of_author) = ("tenant = ?1 AND type = ?2", "tenant = ?1 AND type = ?2 AND author = ?3");
    for (among, kept) in [(of_author, OF_ONE_AUTHOR), (of_type, OF_ONE_TYPE), ("tenant = ?1", IN_ALL)] {
        let delete = format!(
            "DELETE FROM contexts WHERE ?2 IS NOT NULL AND ?3 IS NOT NULL AND id IN
             (SELECT id FROM contexts WHERE {among} ORDER BY at DESC, id DESC LIMIT -1 OFFSET ?4)"
        );
        sqlx::query(sqlx::AssertSqlSafe(delete))
            .bind(tenant)
            .bind(context_type)
            .bind(author)
            .bind(kept)
            .execute(&mut *db)
            .await
            .map_err(failed("forgetting old contexts"))?;
    }
    Ok(())
}

pub(super) async fn under(
    store: &SqliteStore,
    tenant: &str,
    query: &ContextQuery,
) -> Result<ContextsFound, StoreError> {
    let failed = failed("reading contexts");
    let mut rows =
        sqlx::query_as::<_, (String, i64, Option<i64>, String)>(if query.history { HISTORY } else { NEWEST })
            .bind(tenant)
            .bind(&query.context_type)
            .bind(query.at)
            .fetch(&store.readers);
    let (mut found, mut bytes) = (ContextsFound::default(), 0_usize);
    // One row at a time: what does not fit is only counted.
    while let Some((author, at, expires, payload)) = rows.try_next().await.map_err(&failed)? {
        bytes = bytes.saturating_add(payload.len()).saturating_add(AROUND);
        if found.left_out > 0 || found.entries.len() >= query.limit || bytes > query.bytes {
            found.left_out += 1;
            continue;
        }
        let payload = serde_json::from_str(&payload).map_err(unreadable("contexts.payload"))?;
        let context_type = query.context_type.clone();
        found.entries.push(ContextEntry { context_type, author, at, expires, payload });
    }
    Ok(found)
}

pub(super) async fn types(store: &SqliteStore, tenant: &str, at: i64) -> Result<Vec<String>, StoreError> {
    sqlx::query_scalar(
        "SELECT DISTINCT type FROM contexts
         WHERE tenant = ? AND (expires IS NULL OR expires > ?) ORDER BY type LIMIT ?",
    )
    .bind(tenant)
    .bind(at)
    .bind(TYPES)
    .fetch_all(&store.readers)
    .await
    .map_err(failed("reading contexts"))
}
