//! The customer payloads of the protocol.
