//! One session, one holder: functions around functions pass their request's session on, and several sessions of one
//! request are saved together.

mod app;
mod detached;
mod lending;
mod names;
mod permissions;
mod refusals;
mod sealed;
mod several;
mod siblings;
