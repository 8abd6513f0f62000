//! What is written for people, from hand-built accounts: same input, same bytes, every number openable.

mod deliver;
