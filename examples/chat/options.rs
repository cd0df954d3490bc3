//! The command line.

use session_examples::address::Address;
use session_examples::command_line::{Failure, Known, option};
use session_examples::place::Place;

const ABOUT: &str = "A chat: log in with a name, in two browsers, and talk.

  cargo run --example chat -- [OPTIONS]";

const STORE: Known = option(
    "--store",
    "STORE",
    "where the sessions are stored, one of
memory:                        until the program stops [the default]
sqlite:FILE
postgres://USER@HOST/DATABASE
redis://HOST",
);

const MORE: &str =
    "Nodes are programs on one store, each with a port of its own and a room of its own:
a session that is ended at one of them is over at all. What is said is not stored.";

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) address: Address,
    pub(crate) store: Place,
}

impl Options {
    pub(crate) fn from_args() -> Result<Self, Failure> {
        let (address, own) = Address::and(&[STORE], ABOUT, MORE)?;
        let store = match own.into_iter().next_back() {
            Some((_, value)) => Place::parse(value)?,
            None => Place::Memory,
        };
        if matches!(store, Place::Cookie) {
            return Err(Failure::new(
                "`--store cookie:` has no list of devices\nchoose another store; `--help` lists them",
            ));
        }
        Ok(Self { address, store })
    }
}
