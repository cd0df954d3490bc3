//! The accounts example as a reader meets it: the commands of its page in the docs, browsers, and who means harm.

mod application;
mod browsers;
mod harm;
mod transcript;
mod visitor;
