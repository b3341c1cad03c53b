//! Features: one folder each; none uses another.
