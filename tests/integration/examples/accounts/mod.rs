//! The accounts example: the commands of its page in the docs, browsers, and attacks.

mod application;
mod attacks;
mod browsers;
mod transcript;
