//! The example programs as a reader meets them: built, started, and used by the commands of the docs and in browsers.

mod accounts;
mod chat;
mod hyper;
mod permissions;
mod program;
mod quickstart;
mod shop;
