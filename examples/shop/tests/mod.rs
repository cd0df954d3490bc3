//! The application's own tests: in this process, with browsers without windows.

mod access;
mod buying;
mod devices;
mod drawer;
mod log_in;
mod tea_shop;
