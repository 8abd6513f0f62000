//! The wire, tried through the crate's public names only.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its files has failed")]

mod support;

mod wire {
    mod figure;
    mod golden;
    mod published;
    mod refused;
    mod roundtrip;
    mod schemas;
    mod verbs;
}
