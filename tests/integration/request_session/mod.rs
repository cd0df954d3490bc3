//! The session beside the attribute: layers, and code that is no function with a guard.

mod app;
mod endings;
mod extractors;
mod holding;
mod layers;
mod threads;
