use super::{SqliteStore, StoreError, failed, unreadable};
use crate::store::records::ContextEntry;

pub(super) async fn publish(
    store: &SqliteStore,
    tenant: &str,
    entry: ContextEntry,
) -> Result<(), StoreError> {
    let failed = failed("keeping a context");
    let mut transaction = store.write().await?;
    sqlx::query(
        "INSERT INTO contexts (tenant, type, author, at, expires, payload) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(tenant)
    .bind(&entry.context_type)
    .bind(&entry.author)
    .bind(entry.at)
    .bind(entry.expires)
    .bind(entry.payload.to_string())
    .execute(&mut *transaction)
    .await
    .map_err(&failed)?;
    transaction.commit().await.map_err(&failed)
}

pub(super) async fn under(
    store: &SqliteStore,
    tenant: &str,
    context_type: &str,
    at: i64,
) -> Result<Vec<ContextEntry>, StoreError> {
    let rows: Vec<(String, i64, Option<i64>, String)> = sqlx::query_as(
        "SELECT author, at, expires, payload FROM contexts
         WHERE tenant = ? AND type = ? AND (expires IS NULL OR expires > ?)
         ORDER BY at DESC, id DESC",
    )
    .bind(tenant)
    .bind(context_type)
    .bind(at)
    .fetch_all(&store.readers)
    .await
    .map_err(failed("reading contexts"))?;
    rows.into_iter()
        .map(|(author, at, expires, payload)| {
            let payload = serde_json::from_str(&payload).map_err(unreadable("contexts.payload"))?;
            Ok(ContextEntry { context_type: context_type.to_owned(), author, at, expires, payload })
        })
        .collect()
}

pub(super) async fn types(store: &SqliteStore, tenant: &str, at: i64) -> Result<Vec<String>, StoreError> {
    sqlx::query_scalar(
        "SELECT DISTINCT type FROM contexts
         WHERE tenant = ? AND (expires IS NULL OR expires > ?) ORDER BY type",
    )
    .bind(tenant)
    .bind(at)
    .fetch_all(&store.readers)
    .await
    .map_err(failed("reading contexts"))
}
