//! The user interface: pages and components, rendered on the server and taken over in the browser.

pub mod acting;
pub mod api;
#[cfg(feature = "ssr")]
pub mod assets;
pub mod chunk;
pub mod context;
pub mod copy_line;
pub mod features;
pub mod live;
mod named;
pub mod preferences;
pub mod record;
pub mod routes;
pub mod sections;
mod shell;
pub mod ui;

pub use routes::{App, CHUNKS};
pub use shell::shell;
