//! The driver: starts databases and nodes, ends sessions, and writes down what it saw.

mod backend;
mod burst;
mod costs;
mod ending;
mod fault_injection;
mod faults;
mod figures;
mod http;
mod nodes;
mod options;
mod page;
mod results;
mod run;
mod signal;
mod timings;

pub(crate) use run::run;
