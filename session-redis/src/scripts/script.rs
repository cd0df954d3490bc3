//! The script: what the server runs as a whole or not at all.

use redis::{Cmd, cmd};

/// A script, sent by its hash; in full only to a server that does not know it.
#[derive(Debug)]
pub(crate) struct Script {
    code: &'static str,
    hash: String,
    batching: Batching,
}

/// Whether one command runs a script for several keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Batching {
    /// For all keys that wait at the same time.
    Together,
    /// For one key only: what it does grows with what it finds, and a server does nothing else meanwhile.
    Alone,
}

/// How a command names the script to be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Eval {
    /// By its hash: `EVALSHA`.
    ByHash,
    /// By its code, to a server that does not know it: `EVAL`.
    ByCode,
}

impl Script {
    pub(super) fn new(code: &'static str, batching: Batching) -> Self {
        Self { code, hash: redis::Script::new(code).get_hash().to_owned(), batching }
    }

    /// Whether one command runs it for several keys.
    pub(super) fn is_batched(&self) -> bool {
        self.batching == Batching::Together
    }

    /// The beginning of a command that runs it.
    pub(super) fn command(&self, eval: Eval) -> Cmd {
        let (command, script) = match eval {
            Eval::ByHash => ("EVALSHA", &*self.hash),
            Eval::ByCode => ("EVAL", self.code),
        };
        let mut command = cmd(command);
        command.arg(script);
        command
    }
}
