//! Features: one folder each; none uses another.

pub mod articles;
pub mod desk;
pub mod duplicates;
pub mod history;
pub mod import;
pub mod leads;
pub mod my_day;
pub mod pipeline;
pub mod quality;
pub mod quick_add;
pub mod reports;
pub mod settings;
pub mod sign_in;
pub mod surveys;
pub mod timeline;
pub mod workspace;
