use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// One line, or that there was one too long to be kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// The bytes without their line end.
    Whole(Vec<u8>),
    /// More bytes than the limit; they were read past and forgotten.
    TooLong,
}

/// Reads the next line in memory bounded by `limit` and the reader's own buffer; `None` at the end.
///
/// The last line need not have a line end.
pub(crate) async fn next_line(
    reader: &mut (impl AsyncBufRead + Unpin),
    limit: usize,
) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    let mut length = 0_usize;
    loop {
        let chunk = reader.fill_buf().await?;
        if chunk.is_empty() {
            return Ok((length > 0).then(|| whole_or_not(line, length, limit)));
        }
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let part = &chunk[..end.unwrap_or(chunk.len())];
        length = length.saturating_add(part.len());
        // One byte more than the limit is kept, for a carriage return that does not count.
        if length <= limit.saturating_add(1) {
            line.extend_from_slice(part);
        } else {
            line = Vec::new();
        }
        let used = part.len() + usize::from(end.is_some());
        reader.consume(used);
        if end.is_some() {
            return Ok(Some(whole_or_not(line, length, limit)));
        }
    }
}

fn whole_or_not(mut line: Vec<u8>, length: usize, limit: usize) -> Line {
    if length > limit.saturating_add(1) {
        return Line::TooLong;
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    if line.len() > limit { Line::TooLong } else { Line::Whole(line) }
}

#[cfg(test)]
mod tests {
    use tokio::io::BufReader;

    use super::*;

    async fn lines(text: &[u8], chunk: usize) -> Vec<Line> {
        let mut reader = BufReader::with_capacity(chunk, text);
        let mut lines = Vec::new();
        while let Some(line) = next_line(&mut reader, 4).await.unwrap() {
            lines.push(line);
        }
        lines
    }

    #[tokio::test]
    async fn the_cap_holds_however_the_bytes_arrive() {
        let whole = |text: &str| Line::Whole(text.into());
        let rows: [(&[u8], Vec<Line>); 6] = [
            (b"1234\n12345\n12\n", vec![whole("1234"), Line::TooLong, whole("12")]),
            (b"1234\r\n12345\r\n", vec![whole("1234"), Line::TooLong]),
            (b"123456789\n\n1", vec![Line::TooLong, whole(""), whole("1")]),
            (b"12345", vec![Line::TooLong]),
            (b"", vec![]),
            (b"\r\n", vec![whole("")]),
        ];
        for (text, expected) in rows {
            for chunk in [1, 3, 64] {
                assert_eq!(lines(text, chunk).await, expected, "{text:?} in chunks of {chunk}");
            }
        }
    }
}
