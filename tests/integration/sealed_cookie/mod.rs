//! Sessions without a database: the same handlers, with the record in the cookie.

mod app;
mod basics;
mod expiry;
mod forgery;
mod principals;
mod readers;
mod replay;
mod revocations;
mod size;
mod writers;
