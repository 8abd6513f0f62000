//! Hashing of short names and packed numbers: fast, the same on every machine, not for secrets.

/// Two odd numbers without pattern (the golden ratio, and one of the constants of wyhash).
const K0: u64 = 0x9E37_79B9_7F4A_7C15;
const K1: u64 = 0xE703_7ED1_A0B4_28DB;

/// Both halves of a 128-bit product, folded: each bit of the result depends on all bits of both factors.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the two halves of the product")]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

/// Hash of a number.
#[inline]
pub(crate) fn of_number(number: u64) -> u64 {
    fold(number ^ K1, K0)
}

/// Hash of the key of an event.
#[inline]
pub(crate) fn of_key(person: u32, feature: u32, day: u16) -> u64 {
    let who = (u64::from(person) << 32) | u64::from(feature);
    fold(who ^ K1, K0 ^ (u64::from(day) << 17))
}

/// Hash of some bytes and a number that belongs to them.
#[inline]
pub(crate) fn of_bytes(bytes: &[u8], with: u64) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut state = K0 ^ (bytes.len() as u64) ^ with.wrapping_mul(K1);
    for word in words {
        state = fold(state ^ u64::from_le_bytes(*word), K1);
    }
    let mut last = [0; 8];
    for (into, byte) in last.iter_mut().zip(rest) {
        *into = *byte;
    }
    fold(state ^ u64::from_le_bytes(last), K0)
}

/// Checksum of a file of ours: finds damage, not malice. Four lanes, so that it runs at the speed of memory.
pub(crate) fn checksum(bytes: &[u8]) -> u64 {
    let (blocks, rest) = bytes.as_chunks::<32>();
    let mut lanes = [K0, K1, K0 ^ 1, K1 ^ 1];
    for block in blocks {
        let (words, _) = block.as_chunks::<8>();
        for (lane, word) in lanes.iter_mut().zip(words) {
            *lane = fold(*lane ^ u64::from_le_bytes(*word), K1);
        }
    }
    let mut state = of_bytes(rest, bytes.len() as u64);
    for lane in lanes {
        state = fold(state ^ lane, K0);
    }
    state
}
