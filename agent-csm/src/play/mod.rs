//! Playbooks and the action queue.
