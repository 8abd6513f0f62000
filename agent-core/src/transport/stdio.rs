//! One JSON object per line, in on one stream and out on another.

use std::io;

use protocol::{DEFAULT_LINE_LIMIT, Outgoing};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::mpsc;

use super::connection::Connection;
use super::lines::{Line, next_line};
use crate::runtime::Runtime;

/// Serves requests from `reader` until it ends, then waits for what is under way and returns.
///
/// Nothing but protocol is written to `writer`.
/// A line that is too long, not UTF-8 or not JSON gets one error reply, and reading goes on.
/// Sessions go on when the streams break; [`Runtime::close`] waits for them.
pub async fn serve(
    runtime: &Runtime,
    reader: impl AsyncRead + Unpin,
    writer: impl AsyncWrite + Unpin,
) -> io::Result<()> {
    let (connection, outgoing) = Connection::new(runtime);
    let writing = write(writer, outgoing);
    tokio::pin!(writing);
    tokio::select! {
        // The writer ends first only when it fails: the connection holds the other end of its queue.
        written = &mut writing => written,
        read = read(connection, reader) => {
            writing.await?;
            read
        }
    }
}

async fn read(connection: Connection, reader: impl AsyncRead + Unpin) -> io::Result<()> {
    let mut reader = BufReader::new(reader);
    let ended = loop {
        match next_line(&mut reader, DEFAULT_LINE_LIMIT).await {
            Ok(Some(Line::Whole(line))) if line.trim_ascii().is_empty() => {}
            Ok(Some(Line::Whole(line))) => {
                connection.take(protocol::decode_line(&line, DEFAULT_LINE_LIMIT)).await;
            }
            Ok(Some(Line::TooLong)) => {
                connection.take(Err(protocol::too_long(DEFAULT_LINE_LIMIT).into())).await;
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    connection.finish().await;
    ended
}

async fn write(
    mut writer: impl AsyncWrite + Unpin,
    mut outgoing: mpsc::Receiver<Outgoing>,
) -> io::Result<()> {
    while let Some(message) = outgoing.recv().await {
        let mut line = protocol::encode(&message);
        line.push('\n');
        writer.write_all(line.as_bytes()).await?;
        writer.flush().await?;
    }
    Ok(())
}
