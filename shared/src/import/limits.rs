//! How large an import's mappings may be: whatever they bring along is added to each row of a file, of which there may be
//! a million, and thousands are held in memory at a time.

/// Most files of one import.
pub const FILES: usize = 20;
/// Most steps of one file.
pub const STEPS: usize = 50;
/// Longest constant, template or text of a value map, in characters.
pub const TEXT: usize = 1_000;
/// Most characters that a step adds to a row: its constants, its templates, and the longest text of each value map.
pub const ROW: usize = 10_000;
/// Most entries of a value map: each cell is held against all of them.
pub const VALUES: usize = 1_000;
/// Most sources that one field is taken from, those within others counted too.
pub const SOURCES: usize = 100;
/// How often a step may read the same column: a large cell is copied each time.
pub const READS: usize = 20;
/// Most rows that a step brings along itself.
pub const INLINE: usize = 1_000;
/// Most answers: each text that is unknown is held against all of them.
pub const ANSWERS: usize = 5_000;
/// Longest part of a field's name behind the dot: as long as the key of a custom field.
pub const PART: usize = 40;
