//! The application's own tests: servers on free ports, real sockets, and a browser without a window for the rest.

mod connections;
mod devices;
mod endings;
mod log_in;
mod node;
mod socket_requests;
mod talk;
