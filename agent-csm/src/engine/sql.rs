//! A query engine that answers in rows, one query at a time, in a fixed order.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::error::DataFusionError;
use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext, col};
use tokio::runtime::{Builder, Runtime};

use super::error::EngineError;
use super::sort;

/// Planning nests deeply; the default stack of a thread is too small for it in unoptimised builds.
const STACK: usize = 64 << 20;

/// Rows with their schema, which is there even when no row is.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: Vec<RecordBatch>,
}

impl Rows {
    /// How many rows there are.
    pub(super) fn count(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}

/// The query engine and its private runtime.
pub(super) struct Sql {
    runtime: Option<Runtime>,
    context: SessionContext,
}

impl Sql {
    /// An engine without tables.
    pub(super) fn new() -> Result<Self, EngineError> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|source| EngineError::Start { source })?;
        // One partition: rows come in one order, whatever the machine. Plain strings: one Arrow type for text. One
        // pass of the optimizer: a session plans hundreds of queries over few rows, and a second pass found nothing.
        let config = SessionConfig::new()
            .with_target_partitions(1)
            .with_information_schema(false)
            .set_bool("datafusion.execution.parquet.schema_force_view_types", false)
            .set_bool("datafusion.sql_parser.map_string_types_to_utf8view", false)
            .set_usize("datafusion.optimizer.max_passes", 1);
        Ok(Self { runtime: Some(runtime), context: SessionContext::new_with_config(config) })
    }

    /// Runs a query. Its rows have the types that their batches carry, whatever the plan promised.
    pub(super) fn run(&self, sql: &str) -> Result<Rows, DataFusionError> {
        self.block(async {
            let frame = self.context.sql(sql).await?;
            let planned = Arc::new(frame.schema().as_arrow().clone());
            sort::held(planned, frame.collect().await?)
        })
    }

    /// Runs a query; its rows are sorted by all their columns, in order. Every column may be NULL.
    pub(super) fn sorted(&self, sql: &str) -> Result<Rows, DataFusionError> {
        let found = self.run(sql)?;
        let schema = sort::nullable(&found.schema);
        let batches = sort::whole(found.batches)?;
        if let [batch] = batches.as_slice() {
            return Ok(Rows { schema, batches: vec![sort::sorted(batch)?] });
        }
        let table = sort::table("sorted", Rows { schema: schema.clone(), batches })?;
        self.block(async {
            let by = schema.fields().iter().map(|field| col(quoted(field.name())).sort(true, true)).collect();
            let batches = self.context.read_table(Arc::new(table))?.sort(by)?.collect().await?;
            Ok(Rows { schema, batches })
        })
    }

    /// Keeps rows in memory as a table.
    pub(super) fn register(&self, name: &str, rows: Rows) -> Result<(), DataFusionError> {
        self.context.register_table(name, Arc::new(sort::table(name, rows)?)).map(|_| ())
    }

    /// Gives a Parquet file a name; it is read when asked.
    pub(super) fn register_parquet(&self, name: &str, path: &Path) -> Result<(), DataFusionError> {
        let path = path.to_string_lossy().into_owned();
        self.block(self.context.register_parquet(name, path, ParquetReadOptions::default()))
    }

    /// Keeps a query as a table that is computed when asked: for tables too large for memory.
    pub(super) fn register_view(&self, name: &str, sql: &str) -> Result<(), DataFusionError> {
        self.block(async {
            let view = self.context.sql(sql).await?.into_view();
            self.context.register_table(name, view).map(|_| ())
        })
    }

    /// Forgets a table.
    pub(super) fn forget(&self, name: &str) -> Result<(), DataFusionError> {
        self.context.deregister_table(name).map(|_| ())
    }

    /// Runs a future to its end on a thread of its own, so that it may be called from any thread.
    fn block<T: Send>(
        &self,
        work: impl Future<Output = Result<T, DataFusionError>> + Send,
    ) -> Result<T, DataFusionError> {
        let Some(runtime) = &self.runtime else {
            return Err(DataFusionError::Internal("the runtime is gone".to_owned()));
        };
        thread::scope(|scope| {
            let worker =
                thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || runtime.block_on(work))?;
            worker.join().unwrap_or_else(|_| Err(DataFusionError::Internal("a query panicked".to_owned())))
        })
    }
}

impl Drop for Sql {
    fn drop(&mut self) {
        // A runtime dropped on an async thread would panic; nothing of ours still runs on it.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A name in double quotes.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in single quotes.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
