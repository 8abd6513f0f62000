use protocol::Approval;
use protocol::reply::RecordedApproval;

use crate::runtime::rfc3339;
use crate::store::ApprovalRecord;

/// Approvals of one message, in bytes of JSON: well below what a line may hold.
const BYTES: usize = 512 * 1024;

/// The question, as it stands in an `awaiting_approval` message and in a delivery.
#[must_use]
pub fn asked(record: &ApprovalRecord) -> Approval {
    let approval = Approval::new(record.id.as_str(), record.action.as_str(), record.summary.as_str())
        .with_figures(record.figures.iter().cloned())
        .with_expires_at(rfc3339(record.expires_at));
    if record.details.is_empty() { approval } else { approval.with_details(record.details.clone()) }
}

/// Everything that is recorded of an approval, as it stands in messages.
#[must_use]
pub fn told(record: &ApprovalRecord) -> RecordedApproval {
    let mut told = RecordedApproval::new(
        asked(record),
        record.session_id.as_str(),
        record.key.as_str(),
        record.state,
        rfc3339(record.asked_at),
    );
    told.decided_at = record.decided_at.map(rfc3339);
    told.decided_by = record.decided_by.clone();
    told.note = record.note.clone();
    told.outcome = record.outcome.clone();
    told.finished_at = record.finished_at.map(rfc3339);
    told
}

/// The first of `items` that fit a message, and how many do not.
pub(crate) fn fitting<T: serde::Serialize>(mut items: Vec<T>) -> (Vec<T>, usize) {
    let mut bytes = 0_usize;
    let over = items.iter().position(|item| {
        bytes = bytes.saturating_add(serde_json::to_string(item).map_or(usize::MAX, |text| text.len()));
        bytes > BYTES
    });
    let left_out = over.map_or(0, |over| items.len() - over);
    items.truncate(items.len() - left_out);
    (items, left_out)
}
