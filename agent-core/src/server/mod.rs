//! The HTTP and WebSocket front door: tokens, limits, drain.
