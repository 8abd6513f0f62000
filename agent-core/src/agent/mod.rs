//! What an agent author implements.
