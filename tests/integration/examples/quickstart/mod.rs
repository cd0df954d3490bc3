//! The quickstart as a newcomer meets it: the README's commands, browsers, mistakes on the command line, stores.

mod browsers;
mod command_line;
mod shop;
mod stores;
mod transcript;
