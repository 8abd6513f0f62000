//! Durable appending: two people who write at once lose nothing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

/// Appends `block` to the file at `path` and waits until it is on disk; a new file begins with `first`.
///
/// The file is locked meanwhile, so that blocks of several processes stand one after the other, each whole.
/// A last line without an end, as editors leave it, is ended first.
///
/// # Errors
/// What the file system says.
pub fn append(path: &Path, first: &str, block: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    file.lock()?;
    let length = file.seek(SeekFrom::End(0))?;
    let mut text = String::new();
    if length == 0 {
        text.push_str(first);
    } else if !ends_a_line(&mut file)? {
        text.push('\n');
    }
    text.push_str(block);
    // One call: a reader sees the block whole or not at all.
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    if length == 0 {
        File::open(folder)?.sync_all()?;
    }
    file.unlock()
}

fn ends_a_line(file: &mut File) -> io::Result<bool> {
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_an_end_is_ended_before_more_is_appended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes/A.md");
        append(&path, "# Alder\n", "one\n").unwrap();
        fs::write(&path, "# Alder\nedited by hand").unwrap();
        append(&path, "# Alder\n", "two\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "# Alder\nedited by hand\ntwo\n");
    }
}
