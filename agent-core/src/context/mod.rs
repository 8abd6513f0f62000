//! The context manager: what agents published, for those who ask.
