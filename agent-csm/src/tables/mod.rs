//! The canonical tables: their schema, their manifest, where they lie.
