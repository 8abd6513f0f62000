//! Delimited text: the delimiter is sniffed, and one broken record never takes the rest with it.

use std::collections::BTreeMap;

use super::{Broken, RawFile, RawRow};
use crate::import::header::Header;

const UTF8: &str = "save the file as UTF-8";

pub(super) fn read(bytes: &[u8]) -> Result<RawFile, Broken> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(Broken::new(1, "the file is UTF-16", UTF8));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let delimiter = sniff(bytes);
    let mut file = RawFile::default();
    let mut seen_header = false;
    let mut at = 0;
    let mut line = 1;
    // Each turn reads on until a record has swallowed lines that are not its own, then starts again behind its first line.
    while at < bytes.len() {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(&bytes[at..]);
        let mut record = csv::ByteRecord::new();
        let mut resume = None;
        while reader.read_byte_record(&mut record).unwrap_or(false) {
            let start = record.position().map_or(0, |it| usize::try_from(it.byte()).unwrap_or(0));
            let start_line = record.position().map_or(1, csv::Position::line);
            let end = usize::try_from(reader.position().byte()).unwrap_or(bytes.len() - at);
            // The reader's position stands before empty lines, the record behind them.
            let blank = bytes[at + start..].iter().take_while(|it| matches!(it, b'\r' | b'\n')).count();
            let blank_lines = count(&bytes[at + start..at + start + blank]);
            let first = (at + start + blank).min(bytes.len());
            let first_line = line + start_line - 1 + blank_lines;
            let text = bytes.get(first..(at + end).max(first)).unwrap_or_default();
            let body = text.trim_ascii_end();
            let spans = count(body) > 0;
            let open = spans && body.iter().filter(|it| **it == b'"').count() % 2 == 1;
            let wrong = seen_header && record.len() != file.headers.len();
            if open || (spans && wrong) {
                file.broken.push(Broken::new(
                    first_line,
                    "a quotation mark is opened and not closed in this record",
                    "close the quotation mark, or double it (`\"\"`) where it is part of the text",
                ));
                let own = body.iter().position(|it| *it == b'\n').map_or(body.len(), |it| it + 1);
                resume = Some((first + own, first_line + 1));
                break;
            }
            take(&mut file, &mut seen_header, &record, first_line);
        }
        match resume {
            Some((next, next_line)) => (at, line) = (next, next_line),
            None => break,
        }
    }
    if !seen_header {
        return Err(Broken::new(1, "the file is empty", "export it again, with a header line"));
    }
    Ok(file)
}

/// Adds one record that stands alone, or says why it does not fit.
fn take(file: &mut RawFile, seen_header: &mut bool, record: &csv::ByteRecord, line: u64) {
    if !*seen_header {
        *seen_header = true;
        file.headers = record.iter().map(|it| Header::parse(&String::from_utf8_lossy(it))).collect();
        return;
    }
    if record.iter().all(<[u8]>::is_empty) && record.len() <= 1 {
        return;
    }
    if record.len() != file.headers.len() {
        let problem = format!("{} fields where the header has {}", record.len(), file.headers.len());
        let hint = "quote texts that hold the delimiter, and give every record all its fields";
        file.broken.push(Broken::new(line, problem, hint));
        return;
    }
    let cells: Result<Vec<String>, _> = record.iter().map(|it| String::from_utf8(it.to_vec())).collect();
    match cells {
        Ok(cells) => file.rows.push(RawRow { line, cells }),
        Err(_) => file.broken.push(Broken::new(line, "the record is not UTF-8", UTF8)),
    }
}

fn count(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|it| **it == b'\n').count() as u64
}

/// The delimiter that stands most often in the first line, outside quotation marks.
fn sniff(bytes: &[u8]) -> u8 {
    let mut counts: BTreeMap<u8, usize> = BTreeMap::new();
    let mut quoted = false;
    for byte in bytes.iter().skip_while(|it| matches!(it, b'\r' | b'\n')) {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            b',' | b';' | b'\t' | b'|' if !quoted => *counts.entry(*byte).or_default() += 1,
            _ => {}
        }
    }
    let most = counts.values().max().copied().unwrap_or(0);
    [b',', b';', b'\t', b'|'].into_iter().find(|it| most > 0 && counts.get(it) == Some(&most)).unwrap_or(b',')
}
