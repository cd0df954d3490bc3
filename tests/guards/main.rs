//! Who is let in, where the others are sent, and what they are told.

mod forms;
mod fresh;
mod house;
mod log_out;
mod permitted;
mod redirects;
mod refusals;
