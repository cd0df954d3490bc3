//! The accounts example as a reader meets it: the commands of its page in the docs, browsers, and who means harm.

mod application;
mod browsers;
#[path = "attacks.rs"]
mod harm;
mod transcript;
mod visitor;
