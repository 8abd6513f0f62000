use protocol::{ErrorCode, Members, WireError};

use crate::agent::Failure;
use crate::store::{ApprovalRecord, sha256_hex};

/// The member of an approval's details that holds the hash of what it shows, where that lies in a file.
const SHA256: &str = "sha256";
/// The member under which an edited text is kept once it was approved.
const TEXT: &str = "text";
/// Longest text that is kept with an approval, in bytes.
const LONGEST: usize = 64 * 1024;

/// What a person reads before deciding, where it lies in a file that people may edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Where it lies, from the workspace's root.
    pub path: String,
    /// SHA-256 of the text that was proposed, lower-case hex.
    pub proposed: String,
    /// The text as it stands now; `None` when the file is gone.
    pub text: Option<String>,
}

impl Shown {
    /// SHA-256 of the text as it stands now, lower-case hex.
    #[must_use]
    pub fn sha256(&self) -> Option<String> {
        self.text.as_ref().map(|text| sha256_hex(text.as_bytes()))
    }

    /// Whether the text is another one than was proposed.
    #[must_use]
    pub fn is_edited(&self) -> bool {
        self.sha256().is_none_or(|now| now != self.proposed)
    }

    /// What an approval of this text is recorded with: nothing when it is the one proposed, else the details with
    /// the text that was read. `sha256` is of what the person was shown; absent: of what was proposed.
    pub(crate) fn approved(
        self,
        record: &ApprovalRecord,
        sha256: Option<&str>,
    ) -> Result<Option<Members>, Failure> {
        let read = sha256.unwrap_or(&self.proposed);
        let now = self.sha256();
        if now.as_deref() != Some(read) {
            return Err(self.changed(record, now));
        }
        let edited = self.is_edited();
        let Some(text) = self.text.filter(|_| edited) else { return Ok(None) };
        if text.len() > LONGEST {
            let message = format!("`{}` is over {LONGEST} bytes long", self.path);
            return Err(Failure::new(ErrorCode::InvalidRequest, message).with_hint("make it shorter"));
        }
        let mut details = record.details.clone();
        details.insert(SHA256.to_owned(), read.into());
        details.insert(TEXT.to_owned(), text.into());
        Ok(Some(details))
    }

    fn changed(&self, record: &ApprovalRecord, now: Option<String>) -> Failure {
        let (id, path) = (&record.id, &self.path);
        let (message, hint) = match &now {
            Some(_) => (
                format!("`{path}` is not what approval `{id}` was shown with: it changed since"),
                format!("read `{path}` as it is now, then answer with its SHA-256 as `sha256`"),
            ),
            None => (
                format!("`{path}`, which approval `{id}` is about, is not there any more"),
                "reject it; a new session writes what still holds and asks again".to_owned(),
            ),
        };
        let error = WireError::new(ErrorCode::ApprovalChanged, message)
            .with_hint(hint)
            .with_detail("path", path.as_str())
            .with_detail("proposed", self.proposed.as_str());
        match now {
            Some(now) => error.with_detail("now", now).into(),
            None => error.into(),
        }
    }
}

/// What a person approved instead of what was proposed; `None` when it was approved as proposed.
#[must_use]
pub fn approved_text(record: &ApprovalRecord) -> Option<&str> {
    record.details.get(TEXT).and_then(|text| text.as_str())
}

/// Checks the hash of an answer to an approval whose details are all there is to read.
pub(crate) fn check_hash(record: &ApprovalRecord, sha256: Option<&str>) -> Result<(), Failure> {
    let Some(read) = sha256 else { return Ok(()) };
    match record.details.get(SHA256).and_then(|own| own.as_str()) {
        Some(own) if own == read => Ok(()),
        Some(_) => Err(Failure::new(
            ErrorCode::ApprovalChanged,
            format!("`sha256` is not that of what approval `{}` shows", record.id),
        )),
        None => Err(Failure::new(
            ErrorCode::InvalidRequest,
            format!("approval `{}` shows nothing that has a hash: leave `sha256` out", record.id),
        )),
    }
}
