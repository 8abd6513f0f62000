//! Analysis, implementation, growth: three short files that only compose the other rooms.
