//! The chat: people in browsers of their own, on one node and on two, and how the program stops.

mod devices;
mod program;
mod ready;
mod stop;
mod talk;
