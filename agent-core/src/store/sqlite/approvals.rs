use protocol::Members;
use protocol::payload::{ApprovalState, Decision};
use sqlx::sqlite::SqliteRow;
use sqlx::{Executor, Row, Sqlite, SqliteConnection};

use super::{SqliteStore, StoreError, failed, unreadable};
use crate::store::approvals::{Answered, ApprovalAnswer, ApprovalFilter, ApprovalRecord, Withdrawal};

const READING: &str = "reading an approval";
const ANSWERING: &str = "answering an approval";

/// The columns as they are at the time bound first: one that nobody answered in time has expired,
/// whether or not that was written down.
const AS_OF: &str = "SELECT *, CASE WHEN state = 'pending' AND expires_at <= ?1 THEN 'expired' ELSE state END \
                     AS standing FROM approvals";

/// Adds a question; one that is there under the same id stands as it is.
pub(super) async fn add(db: &mut SqliteConnection, approval: &ApprovalRecord) -> Result<(), StoreError> {
    let failed = failed("asking for an approval");
    // One whose time has passed does not stand in the way of asking again.
    sqlx::query(
        "UPDATE approvals SET state = 'expired'
         WHERE tenant = ? AND content = ? AND state = 'pending' AND expires_at <= ?",
    )
    .bind(&approval.tenant)
    .bind(&approval.content)
    .bind(approval.asked_at)
    .execute(&mut *db)
    .await
    .map_err(&failed)?;
    sqlx::query(
        "INSERT INTO approvals (id, tenant, session_id, key, content, action, summary, figures, details, state,
                                asked_at, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?)
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(&approval.id)
    .bind(&approval.tenant)
    .bind(&approval.session_id)
    .bind(&approval.key)
    .bind(&approval.content)
    .bind(&approval.action)
    .bind(&approval.summary)
    .bind(json(&approval.figures, "approvals.figures")?)
    .bind(json(&approval.details, "approvals.details")?)
    .bind(approval.asked_at)
    .bind(approval.expires_at)
    .execute(&mut *db)
    .await
    .map(drop)
    .map_err(&failed)
}

/// Takes back what nobody has answered yet; an answer that came first stands.
pub(super) async fn withdraw(
    db: &mut SqliteConnection,
    withdrawn: &[Withdrawal],
    at: i64,
) -> Result<(), StoreError> {
    for Withdrawal { id, because } in withdrawn {
        sqlx::query(
            "UPDATE approvals SET state = 'withdrawn', note = ?, finished_at = ? WHERE id = ? AND state = 'pending'",
        )
        .bind(because)
        .bind(at)
        .bind(id)
        .execute(&mut *db)
        .await
        .map_err(failed("withdrawing an approval"))?;
    }
    Ok(())
}

pub(super) async fn one<'e>(
    executor: impl Executor<'e, Database = Sqlite>,
    tenant: &str,
    id: &str,
    at: i64,
) -> Result<Option<ApprovalRecord>, StoreError> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("{AS_OF} WHERE tenant = ?2 AND id = ?3")))
        .bind(at)
        .bind(tenant)
        .bind(id)
        .fetch_optional(executor)
        .await
        .map_err(failed(READING))?;
    row.as_ref().map(record).transpose()
}

pub(super) async fn standing(
    store: &SqliteStore,
    tenant: &str,
    content: &str,
    at: i64,
) -> Result<Option<ApprovalRecord>, StoreError> {
    let open = "state IN ('pending', 'approved') AND standing IN ('pending', 'approved')";
    let row =
        sqlx::query(sqlx::AssertSqlSafe(format!("{AS_OF} WHERE tenant = ?2 AND content = ?3 AND {open}")))
            .bind(at)
            .bind(tenant)
            .bind(content)
            .fetch_optional(&store.readers)
            .await
            .map_err(failed(READING))?;
    row.as_ref().map(record).transpose()
}

pub(super) async fn all(
    store: &SqliteStore,
    tenant: &str,
    filter: &ApprovalFilter,
    at: i64,
) -> Result<Vec<ApprovalRecord>, StoreError> {
    let wanted = "(?3 IS NULL OR standing = ?3) ORDER BY asked_at DESC, id DESC LIMIT ?4";
    let rows = sqlx::query(sqlx::AssertSqlSafe(format!("{AS_OF} WHERE tenant = ?2 AND {wanted}")))
        .bind(at)
        .bind(tenant)
        .bind(filter.state.map(ApprovalState::as_str))
        .bind(i64::try_from(filter.limit).unwrap_or(i64::MAX))
        .fetch_all(&store.readers)
        .await
        .map_err(failed(READING))?;
    rows.iter().map(record).collect()
}

/// Records the first answer; `None` when there is no such approval.
pub(super) async fn answer(
    store: &SqliteStore,
    tenant: &str,
    id: &str,
    answer: &ApprovalAnswer,
    at: i64,
) -> Result<Option<Answered>, StoreError> {
    let (tenant, id, answer) = (tenant.to_owned(), id.to_owned(), answer.clone());
    store
        .writing(ANSWERING, move |db| Box::pin(async move { decide(db, &tenant, &id, answer, at).await }))
        .await
}

async fn decide(
    db: &mut SqliteConnection,
    tenant: &str,
    id: &str,
    answer: ApprovalAnswer,
    at: i64,
) -> Result<Option<Answered>, StoreError> {
    let Some(there) = one(&mut *db, tenant, id, at).await? else { return Ok(None) };
    match there.state.decision() {
        Some(stands) if stands == answer.decision => return Ok(Some(Answered::Before(there))),
        Some(_) => return Ok(Some(Answered::Otherwise(there))),
        None => {}
    }
    if there.state == ApprovalState::Withdrawn {
        return Ok(Some(Answered::Withdrawn(there)));
    }
    if there.state == ApprovalState::Expired {
        sqlx::query("UPDATE approvals SET state = 'expired' WHERE id = ?")
            .bind(id)
            .execute(&mut *db)
            .await
            .map_err(failed(ANSWERING))?;
        return Ok(Some(Answered::Expired(there)));
    }
    let state = match answer.decision {
        Decision::Approved => ApprovalState::Approved,
        Decision::Rejected => ApprovalState::Rejected,
    };
    let ApprovalAnswer { decided_by, note, details, .. } = answer;
    let details = details.unwrap_or(there.details);
    let set =
        "UPDATE approvals SET state = ?, decided_at = ?, decided_by = ?, note = ?, details = ? WHERE id = ?";
    sqlx::query(set)
        .bind(state.as_str())
        .bind(at)
        .bind(&decided_by)
        .bind(&note)
        .bind(json(&details, "approvals.details")?)
        .bind(id)
        .execute(&mut *db)
        .await
        .map_err(failed(ANSWERING))?;
    let decided_by = Some(decided_by);
    let decided_at = Some(at);
    Ok(Some(Answered::Now(ApprovalRecord { state, decided_at, decided_by, note, details, ..there })))
}

/// Records what came of carrying out what was approved; the first outcome stands.
pub(super) async fn finish(
    store: &SqliteStore,
    tenant: &str,
    id: &str,
    done: bool,
    outcome: &Members,
    at: i64,
) -> Result<(), StoreError> {
    const FINISHING: &str = "recording what came of an approval";
    let state = if done { ApprovalState::Done } else { ApprovalState::Failed };
    let (tenant, id, outcome) = (tenant.to_owned(), id.to_owned(), json(outcome, "approvals.outcome")?);
    store
        .writing(FINISHING, move |db| {
            Box::pin(async move {
                sqlx::query(
                    "UPDATE approvals SET state = ?, outcome = ?, finished_at = ?
                     WHERE tenant = ? AND id = ? AND state = 'approved'",
                )
                .bind(state.as_str())
                .bind(outcome)
                .bind(at)
                .bind(tenant)
                .bind(id)
                .execute(db)
                .await
                .map(drop)
                .map_err(failed(FINISHING))
            })
        })
        .await
}

/// Writes down which have expired; how many there were.
pub(super) async fn expire(store: &SqliteStore, tenant: &str, at: i64) -> Result<u64, StoreError> {
    const EXPIRING: &str = "letting approvals expire";
    let due: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM approvals WHERE tenant = ? AND state = 'pending' AND expires_at <= ?",
    )
    .bind(tenant)
    .bind(at)
    .fetch_one(&store.readers)
    .await
    .map_err(failed(EXPIRING))?;
    // Mostly there are none, and a write waits for the disk.
    if due == 0 {
        return Ok(0);
    }
    let tenant = tenant.to_owned();
    store
        .writing(EXPIRING, move |db| {
            Box::pin(async move {
                sqlx::query(
                    "UPDATE approvals SET state = 'expired'
                     WHERE tenant = ? AND state = 'pending' AND expires_at <= ?",
                )
                .bind(tenant)
                .bind(at)
                .execute(db)
                .await
                .map(|expired| expired.rows_affected())
                .map_err(failed(EXPIRING))
            })
        })
        .await
}

fn json(value: &impl serde::Serialize, what: &'static str) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(unreadable(what))
}

fn record(row: &SqliteRow) -> Result<ApprovalRecord, StoreError> {
    let text = |column: &str| row.try_get::<String, _>(column).map_err(failed(READING));
    let maybe = |column: &str| row.try_get::<Option<String>, _>(column).map_err(failed(READING));
    let time = |column: &str| row.try_get::<i64, _>(column).map_err(failed(READING));
    let maybe_time = |column: &str| row.try_get::<Option<i64>, _>(column).map_err(failed(READING));
    let outcome = maybe("outcome")?.map(|json| serde_json::from_str(&json)).transpose();
    Ok(ApprovalRecord {
        id: text("id")?,
        tenant: text("tenant")?,
        session_id: text("session_id")?,
        key: text("key")?,
        content: text("content")?,
        action: text("action")?,
        summary: text("summary")?,
        figures: serde_json::from_str(&text("figures")?).map_err(unreadable("approvals.figures"))?,
        details: serde_json::from_str(&text("details")?).map_err(unreadable("approvals.details"))?,
        state: ApprovalState::from_word(&text("standing")?)
            .ok_or(StoreError::Corrupt { what: "approvals.state", source: None })?,
        asked_at: time("asked_at")?,
        expires_at: time("expires_at")?,
        decided_at: maybe_time("decided_at")?,
        decided_by: maybe("decided_by")?,
        note: maybe("note")?,
        outcome: outcome.map_err(unreadable("approvals.outcome"))?,
        finished_at: maybe_time("finished_at")?,
    })
}
