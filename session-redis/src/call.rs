//! One operation on one key, and the command that carries out several at once.

use redis::{Arg, Cmd, RedisError, Value};
use session_core::{Now, Timestamp};

use crate::fault::Fault;
use crate::moment::clock;
use crate::script::{Argument, Script};

/// A script to be run on a key.
#[derive(Debug)]
pub(crate) struct Call {
    script: &'static Script,
    now: Now,
    key: Vec<u8>,
    /// Nothing but arguments, in the form in which they are copied fastest.
    arguments: Cmd,
}

/// What a script came to, and what its clock showed.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) now: Timestamp,
    pub(crate) value: Value,
}

/// How a script is named to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// By its hash.
    Hash,
    /// By itself, to a server that does not know it.
    Code,
}

impl Call {
    pub(crate) fn new(
        script: &'static Script,
        now: Now,
        key: Vec<u8>,
        arguments: &[Argument<'_>],
    ) -> Self {
        let length = arguments.iter().map(Argument::length).sum();
        let mut words = Cmd::with_capacity(arguments.len(), length);
        for argument in arguments {
            argument.add_to(&mut words);
        }
        Self { script, now, key, arguments: words }
    }

    pub(crate) fn key(&self) -> &[u8] {
        &self.key
    }

    /// How many bytes it sends.
    pub(crate) fn weight(&self) -> usize {
        self.arguments.args_iter().map(|argument| bytes(&argument).len()).sum()
    }

    /// Whether one command can carry out both.
    pub(crate) fn travels_with(&self, other: &Self) -> bool {
        std::ptr::eq(self.script, other.script) && !self.script.alone && self.now == other.now
    }

    /// The command that carries out these, which travel together. The prefix is that of the indexes,
    /// for a server that has them beside the records.
    pub(crate) fn command(calls: &[&Self], naming: Naming, prefix: &str) -> Cmd {
        let [first, ..] = calls else { return Cmd::new() };
        let mut command = first.script.begin(naming);
        command.arg(calls.len());
        for call in calls {
            command.arg(&call.key);
        }
        clock(first.now).add_to(&mut command);
        command.arg(prefix);
        for call in calls {
            for argument in call.arguments.args_iter() {
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

impl Answer {
    /// How many bytes it has, about.
    pub(crate) fn weight(&self) -> usize {
        match &self.value {
            Value::BulkString(bytes) => bytes.len(),
            Value::Array(values) => values
                .iter()
                .map(|value| if let Value::BulkString(bytes) = value { bytes.len() } else { 0 })
                .sum(),
            _ => 0,
        }
    }

    /// The answer to a call that a command carried out alone.
    pub(crate) fn of_one(reply: Value) -> Result<Self, Fault> {
        Self::read(reply, 1)?.next().unwrap_or(Err(Fault::Misread))
    }

    /// The answers to so many calls that one command carried out.
    pub(crate) fn read(
        reply: Value,
        calls: usize,
    ) -> Result<impl Iterator<Item = Result<Self, Fault>>, Fault> {
        let Value::Array(values) = reply else {
            return Err(Fault::Misread);
        };
        let mut values = values.into_iter();
        let Some(Value::Int(now)) = values.next() else {
            return Err(Fault::Misread);
        };
        if values.len() != calls {
            return Err(Fault::Misread);
        }
        let now = Timestamp::from_micros(now);
        Ok(values.map(move |value| match value {
            Value::ServerError(error) => Err(Fault::from(RedisError::from(error))),
            value => Ok(Self { now, value }),
        }))
    }
}
