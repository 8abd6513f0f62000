//! The agent: composes the phases into a session.
