//! What the two peer agents of the examples share: reading what was handed over, money, pages, serving.

pub(crate) mod handed;
pub(crate) mod money;
pub(crate) mod page;
pub(crate) mod serve;
