//! A file of the workspace as it is, for those who serve it.

use std::io::Read;

use super::blocking::blocking;
use super::confined::Confined;
use super::error::ToolError;
use super::handle::sha256;

/// Largest file that is handed out, in bytes.
const LIMIT: u64 = 32 * 1024 * 1024;

/// All bytes of a file, and their hash.
#[derive(Clone, Debug)]
pub(crate) struct Whole {
    pub(crate) bytes: Vec<u8>,
    /// SHA-256, lower-case hex.
    pub(crate) sha256: String,
}

impl Confined {
    /// Reads a regular file under the rules, whole.
    pub(crate) async fn whole(&self, path: &str) -> Result<Whole, ToolError> {
        let (confined, path) = (self.clone(), path.to_owned());
        blocking("whole file", move || {
            let (file, _, _) = confined.open_read(&path)?;
            let mut bytes = Vec::new();
            let read = file.take(LIMIT + 1).read_to_end(&mut bytes);
            read.map_err(|source| ToolError::io("read", &path, source))?;
            if bytes.len() as u64 > LIMIT {
                let limit = usize::try_from(LIMIT).unwrap_or(usize::MAX);
                return Err(ToolError::OutputTooLarge { tool: path, limit });
            }
            let sha256 = sha256(&bytes);
            Ok(Whole { bytes, sha256 })
        })
        .await
    }
}
