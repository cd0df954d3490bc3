//! The invocation: a script to be run on one key, and the command that carries several.

use redis::{Arg, Cmd};
use session_core::Now;

use super::argument::Argument;
use super::script::{Eval, Script};

/// A script to be run on a key.
#[derive(Debug)]
pub(crate) struct Invocation {
    script: &'static Script,
    now: Now,
    key: Vec<u8>,
    /// Nothing but arguments, in the form in which they are copied fastest.
    arguments: Cmd,
}

impl Invocation {
    pub(crate) fn new(
        script: &'static Script,
        now: Now,
        key: Vec<u8>,
        arguments: &[Argument<'_>],
    ) -> Self {
        let length = arguments.iter().map(Argument::max_len).sum();
        let mut encoded = Cmd::with_capacity(arguments.len(), length);
        for argument in arguments {
            argument.add_to(&mut encoded);
        }
        Self { script, now, key, arguments: encoded }
    }

    pub(crate) fn key(&self) -> &[u8] {
        &self.key
    }

    /// The size of its arguments in bytes.
    pub(crate) fn size(&self) -> usize {
        self.arguments.args_iter().map(|argument| bytes(&argument).len()).sum()
    }

    /// Whether one command can carry both.
    pub(crate) fn shares_command_with(&self, other: &Self) -> bool {
        std::ptr::eq(self.script, other.script) && self.script.is_batched() && self.now == other.now
    }

    /// The command that carries these, which can share one. The prefix is that of the indexes, for a
    /// server that has them beside the records.
    pub(crate) fn command(invocations: &[&Self], eval: Eval, prefix: &str) -> Cmd {
        let [first, ..] = invocations else { return Cmd::new() };
        let mut command = first.script.command(eval);
        command.arg(invocations.len());
        for invocation in invocations {
            command.arg(&invocation.key);
        }
        Argument::clock(first.now).add_to(&mut command);
        command.arg(prefix);
        for invocation in invocations {
            for argument in invocation.arguments.args_iter() {
                command.arg(bytes(&argument));
            }
        }
        command
    }
}

fn bytes<'a>(argument: &Arg<&'a [u8]>) -> &'a [u8] {
    match argument {
        Arg::Simple(bytes) => bytes,
        // No other kind is ever put in.
        _ => b"",
    }
}
