//! The clients: many people, those who watch them, and the audit at the end.

mod audit;
mod devices;
mod http;
mod person;
mod samples;
mod service;
mod watcher;

pub(crate) use audit::audit;
pub(crate) use person::Person;
pub(crate) use samples::{Went, served_again};
pub(crate) use service::Service;
pub(crate) use watcher::watch;
