//! Texts packed with gzip.

use std::io::Read as _;

use flate2::read::MultiGzDecoder;

use super::Broken;

/// A packed export beyond this is more likely damage or malice than a table of customers.
const MOST: u64 = 4 << 30;

/// What `bytes` unpack to; several gzip members one after another are one file.
///
/// # Errors
/// When they are no gzip, end too early, fail their checksum or unpack to more than 4 GiB.
pub(super) fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, Broken> {
    let mut text = Vec::new();
    MultiGzDecoder::new(bytes).take(MOST + 1).read_to_end(&mut text).map_err(|error| {
        Broken::new(
            1,
            format!("the file can't be unpacked ({error})"),
            "pack it with gzip again, or leave it unpacked",
        )
    })?;
    if text.len() as u64 > MOST {
        return Err(Broken::new(
            1,
            "the file unpacks to more than 4 GiB",
            "split it, or export it as Parquet",
        ));
    }
    Ok(text)
}
