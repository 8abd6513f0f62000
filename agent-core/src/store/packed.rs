//! Bytes made small for the disk, and given back as they were.

use std::io::{self, Read};

/// What packed bytes begin with; the first byte is none that a text begins with.
const MARK: &[u8; 8] = b"\0packed1";
/// Length of the mark and of the number of bytes that follow it.
const HEAD: usize = MARK.len() + 8;
/// How hard it is tried: on rows and JSON more effort saves little.
const LEVEL: i32 = 3;
/// Fewer bytes take a block of the disk either way.
const WORTH: usize = 512;

/// `bytes` packed; `None` where that would save less than an eighth.
pub(super) fn pack(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() < WORTH {
        return None;
    }
    let body = zstd::bulk::compress(bytes, LEVEL).ok()?;
    if HEAD + body.len() > bytes.len() - bytes.len() / 8 {
        return None;
    }
    let mut packed = Vec::with_capacity(HEAD + body.len());
    packed.extend_from_slice(MARK);
    packed.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    packed.extend_from_slice(&body);
    Some(packed)
}

/// What was packed; `None` for bytes that were not.
///
/// # Errors
/// Packed bytes that were changed since.
pub(super) fn unpack(bytes: &[u8]) -> Option<io::Result<Vec<u8>>> {
    let rest = bytes.strip_prefix(MARK)?;
    let (length, body) = rest.split_first_chunk::<8>()?;
    let length = u64::from_le_bytes(*length);
    Some(whole(body, length))
}

/// Reads no more than was promised, whatever the bytes would unfold to.
fn whole(body: &[u8], length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    zstd::stream::read::Decoder::with_buffer(body)?.take(length.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length {
        Ok(bytes)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidData, "what was packed is not as long as it was"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back_and_what_was_not_is_left_alone() {
        let text = "{\"id\":\"figure:health@account=A0001\",\"n\":1}\n".repeat(100);
        let packed = pack(text.as_bytes()).unwrap();
        assert!(packed.len() < text.len() / 10, "{} of {}", packed.len(), text.len());
        assert_eq!(unpack(&packed).unwrap().unwrap(), text.as_bytes());
        assert!(pack(b"short").is_none());
        assert!(unpack(b"short").is_none() && unpack(text.as_bytes()).is_none() && unpack(MARK).is_none());
    }

    #[test]
    fn damaged_bytes_are_an_error_and_unfold_to_no_more_than_was_promised() {
        let mut packed = pack("0".repeat(100_000).as_bytes()).unwrap();
        packed[MARK.len()..HEAD].copy_from_slice(&10_u64.to_le_bytes());
        assert!(unpack(&packed).unwrap().is_err());
        packed.truncate(HEAD + 3);
        assert!(unpack(&packed).unwrap().is_err());
    }
}
