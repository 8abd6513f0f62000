//! A company that never existed, for trying and testing.
