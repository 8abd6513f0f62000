//! Takes requests in, opens sessions, answers questions: one agent, one workspace.
