//! Files people have, mapped onto the canonical tables; the quality report.
