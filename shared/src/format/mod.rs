//! Numbers, money, dates and times as people of a locale write them.
//!
//! Pure and table-driven: the server and the browser must write the same text, or hydration differs, and the bundle
//! has no room for ICU. "Now" and the reader's [`Zone`] are always given by the caller.

mod address;
mod calendar;
mod listed;
mod money;
mod number;
mod paired;
mod relative;
mod zone;

pub use address::{address, address_parts};
pub use calendar::{date, date_short, date_time, day_heading, month_heading, month_name, time, weekday_name};
pub use listed::listed;
pub use money::{money, money_short, symbol};
pub use number::{file_size, number, number_short, percent};
pub use paired::paired;
pub use relative::{duration, planned, relative};
pub use zone::{Zone, from_local_input, to_local_input};
