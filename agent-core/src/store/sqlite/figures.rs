//! Figures, many in a pack: a session of a large book records hundreds of thousands that say mostly the same.

use std::borrow::Cow;
use std::collections::BTreeMap;

use protocol::{Figure, FigureId};
use serde::Deserialize;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::pieces::{chunks, run};
use super::{SqliteStore, StoreError, failed, unreadable};
use crate::store::packed::{pack, unpack};

/// So many figures are in one pack: enough to have much in common, few enough to look one up in.
const IN_A_PACK: usize = 512;
const READING: &str = "reading figures";
const LINES: &str = "figure_packs.lines";

/// Figures as they are written: id and JSON, sorted by id, each once.
#[derive(Clone, Debug, Default)]
pub(super) struct Packs {
    packs: Vec<Pack>,
    /// A figure that is there twice with two values.
    conflict: Option<String>,
}

#[derive(Clone, Debug)]
struct Pack {
    rows: Vec<(String, String)>,
    lines: Vec<u8>,
}

/// The member of a line that it is found by.
#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
}

impl Packs {
    /// Packs figures; with many of them this takes a while.
    pub(super) fn new(figures: Vec<Figure>) -> Result<Self, StoreError> {
        let rows = figures.into_iter().map(|figure| {
            let json = serde_json::to_string(&figure).map_err(unreadable("figures.figure"))?;
            Ok((figure.id.to_string(), json))
        });
        Ok(Self::of(rows.collect::<Result<_, StoreError>>()?))
    }

    /// Packs figures that are JSON already, each with its id.
    pub(super) fn of(rows: Vec<(String, String)>) -> Self {
        let (mut by_id, mut conflict) = (BTreeMap::new(), None);
        for (id, json) in rows {
            match by_id.get(&id) {
                Some(there) if *there != json => conflict = Some(id),
                Some(_) => {}
                None => drop(by_id.insert(id, json)),
            }
        }
        let rows: Vec<(String, String)> = by_id.into_iter().collect();
        Self { packs: rows.chunks(IN_A_PACK).map(Pack::of).collect(), conflict }
    }

    /// Whether there is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.packs.is_empty()
    }
}

impl Pack {
    fn of(rows: &[(String, String)]) -> Self {
        let text: String = rows.iter().flat_map(|(_, json)| [json.as_str(), "\n"]).collect();
        let lines = pack(text.as_bytes()).unwrap_or_else(|| text.into_bytes());
        Self { rows: rows.to_vec(), lines }
    }

    fn ends(&self) -> (&str, &str) {
        match self.rows.as_slice() {
            [] => ("", ""),
            [first, .., last] => (&first.0, &last.0),
            [only] => (&only.0, &only.0),
        }
    }
}

/// Adds the figures of one session. The same figure may be recorded again; an error names one that is there with
/// another value.
pub(super) async fn add(db: &mut SqliteConnection, session: &str, packs: &Packs) -> Result<(), StoreError> {
    let conflict = |figure: String| StoreError::FigureConflict { id: session.to_owned(), figure };
    if let Some(figure) = &packs.conflict {
        return Err(conflict(figure.clone()));
    }
    let mut fresh: Vec<Cow<'_, Pack>> = Vec::with_capacity(packs.packs.len());
    for pack in &packs.packs {
        let (first, last) = pack.ends();
        let there = between(db, session, first, last).await?;
        if there.is_empty() {
            fresh.push(Cow::Borrowed(pack));
            continue;
        }
        let mut rows = Vec::new();
        for row in &pack.rows {
            match there.get(&row.0) {
                Some(json) if *json != row.1 => return Err(conflict(row.0.clone())),
                Some(_) => {}
                None => rows.push(row.clone()),
            }
        }
        if !rows.is_empty() {
            fresh.push(Cow::Owned(Pack::of(&rows)));
        }
    }
    for packs in chunks(&fresh) {
        let mut sql =
            QueryBuilder::<Sqlite>::new("INSERT INTO figure_packs (session_id, first, last, count, lines) ");
        sql.push_values(packs, |mut row, pack| {
            let (first, last) = pack.ends();
            row.push_bind(session)
                .push_bind(first)
                .push_bind(last)
                .push_bind(i64::try_from(pack.rows.len()).unwrap_or(i64::MAX))
                .push_bind(pack.lines.as_slice());
        });
        run(db, sql).await?;
    }
    Ok(())
}

/// What a session has recorded under the ids from `first` to `last`, as JSON by id.
async fn between(
    db: &mut SqliteConnection,
    session: &str,
    first: &str,
    last: &str,
) -> Result<BTreeMap<String, String>, StoreError> {
    let single: Vec<(String, String)> =
        sqlx::query_as("SELECT id, figure FROM figures WHERE session_id = ? AND id >= ? AND id <= ?")
            .bind(session)
            .bind(first)
            .bind(last)
            .fetch_all(&mut *db)
            .await
            .map_err(failed(READING))?;
    let packed: Vec<Vec<u8>> = sqlx::query_scalar(
        "SELECT lines FROM figure_packs WHERE session_id = ? AND last >= ? AND first <= ?",
    )
    .bind(session)
    .bind(first)
    .bind(last)
    .fetch_all(db)
    .await
    .map_err(failed(READING))?;
    let mut there: BTreeMap<String, String> = single.into_iter().collect();
    for lines in packed {
        for line in text(lines)?.lines() {
            let id = named(line)?;
            if id.as_ref() >= first && id.as_ref() <= last {
                there.insert(id.into_owned(), line.to_owned());
            }
        }
    }
    Ok(there)
}

pub(super) async fn one(
    store: &SqliteStore,
    session: &str,
    id: &FigureId,
) -> Result<Option<Figure>, StoreError> {
    let lines: Vec<Vec<u8>> = sqlx::query_scalar(
        "SELECT lines FROM figure_packs WHERE session_id = ?1 AND first <= ?2 AND last >= ?2
         UNION ALL SELECT CAST(figure AS BLOB) FROM figures WHERE session_id = ?1 AND id = ?2",
    )
    .bind(session)
    .bind(id.as_str())
    .fetch_all(&store.readers)
    .await
    .map_err(failed(READING))?;
    for lines in lines {
        for line in text(lines)?.lines() {
            if named(line)? == id.as_str() {
                return figure(line).map(Some);
            }
        }
    }
    Ok(None)
}

pub(super) async fn all(store: &SqliteStore, session: &str) -> Result<Vec<Figure>, StoreError> {
    let lines: Vec<Vec<u8>> = sqlx::query_scalar(
        "SELECT lines FROM figure_packs WHERE session_id = ?1
         UNION ALL SELECT CAST(figure AS BLOB) FROM figures WHERE session_id = ?1",
    )
    .bind(session)
    .fetch_all(&store.readers)
    .await
    .map_err(failed(READING))?;
    let mut figures = Vec::new();
    for lines in lines {
        for line in text(lines)?.lines() {
            figures.push(figure(line)?);
        }
    }
    figures.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(figures)
}

/// The newest work session that recorded any. Looks at no question: of those there may be any number.
pub(super) async fn newest(store: &SqliteStore, tenant: &str) -> Result<Option<String>, StoreError> {
    sqlx::query_scalar(
        "SELECT id FROM sessions INDEXED BY work_by_state WHERE tenant = ? AND kind = 'work'
         AND (EXISTS (SELECT 1 FROM figure_packs WHERE session_id = sessions.id)
              OR EXISTS (SELECT 1 FROM figures WHERE session_id = sessions.id))
         ORDER BY opened_at DESC, id DESC LIMIT 1",
    )
    .bind(tenant)
    .fetch_optional(&store.readers)
    .await
    .map_err(failed(READING))
}

/// The lines of a pack.
fn text(lines: Vec<u8>) -> Result<String, StoreError> {
    let lines = match unpack(&lines) {
        None => lines,
        Some(Ok(lines)) => lines,
        Some(Err(_)) => return Err(StoreError::Corrupt { what: LINES, source: None }),
    };
    String::from_utf8(lines).map_err(|_| StoreError::Corrupt { what: LINES, source: None })
}

fn named(line: &str) -> Result<Cow<'_, str>, StoreError> {
    serde_json::from_str::<Named<'_>>(line).map(|named| named.id).map_err(unreadable(LINES))
}

fn figure(line: &str) -> Result<Figure, StoreError> {
    serde_json::from_str(line).map_err(unreadable(LINES))
}
