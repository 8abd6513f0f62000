use std::fmt::Write as _;

use protocol::{Meta, Request};

/// The trace a request belongs to, as W3C Trace Context has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceContext {
    trace_id: [u8; 16],
    span_id: [u8; 8],
    sampled: bool,
}

impl TraceContext {
    /// Reads a `traceparent`; `None` when it is not one.
    ///
    /// A version later than 00 may have more parts, which are passed over.
    #[must_use]
    pub fn parse(traceparent: &str) -> Option<Self> {
        let mut parts = traceparent.split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let [version] = bytes::<1>(version)?;
        if version == 0xff || version == 0 && parts.next().is_some() {
            return None;
        }
        let (trace_id, span_id, [flags]) = (bytes::<16>(trace)?, bytes::<8>(span)?, bytes::<1>(flags)?);
        let there = trace_id != [0; 16] && span_id != [0; 8];
        there.then_some(Self { trace_id, span_id, sampled: flags & 1 == 1 })
    }

    /// The trace that `_meta.traceparent` names, if it names one.
    #[must_use]
    pub fn of(meta: &Meta) -> Option<Self> {
        Self::parse(meta.traceparent()?)
    }

    /// The trace of a session: that of the request that opened it, else one named after the session, which is
    /// the same when it is resumed.
    #[must_use]
    pub fn for_session(meta: &Meta, session_id: &str) -> Self {
        Self::of(meta).or_else(|| Self::named(session_id)).unwrap_or_else(Self::fresh)
    }

    /// The trace of a request: its own, else a new one, which is then written into its `_meta`, so that all it
    /// leads to belongs to it.
    pub fn adopt(request: &mut Request) -> Self {
        let trace = Self::of(request.meta());
        trace.unwrap_or_else(|| {
            let trace = Self::fresh();
            request.meta_mut().set("traceparent", trace.traceparent());
            trace
        })
    }

    /// A trace nobody began before.
    #[must_use]
    pub fn fresh() -> Self {
        Self { trace_id: chance(), span_id: chance(), sampled: true }
    }

    /// A UUID is as long as a trace id.
    fn named(uuid: &str) -> Option<Self> {
        let trace_id = bytes::<16>(&uuid.replace('-', ""))?;
        (trace_id != [0; 16]).then(|| Self { trace_id, span_id: chance(), sampled: true })
    }

    /// Another span of the same trace.
    #[must_use]
    pub fn child(&self) -> Self {
        Self { span_id: chance(), ..self.clone() }
    }

    /// The trace id, 32 digits of lower-case hex.
    #[must_use]
    pub fn trace_id(&self) -> String {
        hex(&self.trace_id)
    }

    /// As it stands in `_meta.traceparent` and in the header.
    #[must_use]
    pub fn traceparent(&self) -> String {
        format!("00-{}-{}-{:02x}", hex(&self.trace_id), hex(&self.span_id), u8::from(self.sampled))
    }

    #[cfg(feature = "otel")]
    pub(super) fn parts(&self) -> ([u8; 16], [u8; 8], bool) {
        (self.trace_id, self.span_id, self.sampled)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Lower-case hex of exactly so many bytes.
fn bytes<const N: usize>(hex: &str) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let digits = hex.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

/// Bytes nobody else has, and not all of them zero. A UUID serves where the machine gives no randomness.
fn chance<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if getrandom::fill(&mut bytes).is_err() || bytes == [0; N] {
        let uuid = uuid::Uuid::now_v7();
        for (byte, from) in bytes.iter_mut().rev().zip(uuid.as_bytes().iter().rev()) {
            *byte = *from;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_recommendation_allows_is_taken_up() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(TraceContext::parse(good).unwrap().traceparent(), good);
        // A later version is read as far as it is known, and written as ours.
        let later = good.replacen("00", "cc", 1) + "-what-the-future-adds";
        assert_eq!(TraceContext::parse(&later).unwrap().traceparent(), good);
        for bad in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        ] {
            assert_eq!(TraceContext::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_session_keeps_its_trace_when_it_is_resumed() {
        let id = "0199d4f0-7c1e-7000-8000-0123456789ab";
        let [first, again] = [(); 2].map(|()| TraceContext::for_session(&Meta::new(), id));
        assert_eq!(first.trace_id(), "0199d4f07c1e700080000123456789ab");
        assert_eq!(again.trace_id(), first.trace_id());
        let child = first.child();
        assert_eq!(child.trace_id(), first.trace_id());
        assert_ne!(child.traceparent(), first.traceparent());
        let asked = Meta::new().with_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00");
        assert_eq!(TraceContext::for_session(&asked, id).trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
    }
}
