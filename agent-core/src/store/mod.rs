//! Where sessions, journal and outbox live.
