//! The generic list, detail, form and editors of every record type.
