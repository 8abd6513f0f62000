//! Other agents: where they are, how they are reached, what is handed to them and what came of it.
