//! What every request goes through before its handler: who it is, where it comes from, how faults look.

mod client;
mod faults;
mod guard;
mod identify;
mod origin;

pub(crate) use client::note_client;
pub(crate) use faults::set_fault_status;
pub(crate) use guard::guard;
pub(crate) use identify::{Identifier, cookie, identify, to_sign_in};
pub(crate) use origin::refuse_cross_site;
