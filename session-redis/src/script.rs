//! The scripts, one for each operation: the server runs each as a whole or not at all.

use std::sync::LazyLock;

use redis::{Cmd, cmd};

use crate::call::Naming;

/// A script, sent by its hash; in full only to a server that does not know it.
#[derive(Debug)]
pub(crate) struct Script {
    code: &'static str,
    hash: String,
    /// Whether a command runs it for one call only: what it does grows with what it finds, and a
    /// server does nothing else meanwhile.
    pub(crate) alone: bool,
}

impl Script {
    fn new(code: &'static str, alone: bool) -> Self {
        Self { code, hash: redis::Script::new(code).get_hash().to_owned(), alone }
    }

    /// The beginning of a command that runs it.
    pub(crate) fn begin(&self, naming: Naming) -> Cmd {
        let (command, script) = match naming {
            Naming::Hash => ("EVALSHA", &*self.hash),
            Naming::Code => ("EVAL", self.code),
        };
        let mut command = cmd(command);
        command.arg(script);
        command
    }
}

/// What a script is given.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Argument<'a> {
    /// As it is.
    Bytes(&'a [u8]),
    /// In decimal digits.
    Number(i64),
}

impl Argument<'_> {
    /// Nothing where something may stand.
    pub(crate) const NONE: Self = Argument::Bytes(b"");

    /// How many bytes it has at most.
    pub(crate) fn length(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Number(_) => 20,
        }
    }

    pub(crate) fn add_to(&self, command: &mut Cmd) {
        match self {
            Self::Bytes(bytes) => command.arg(*bytes),
            Self::Number(number) => command.arg(*number),
        };
    }
}

/// How the calls of a script travel.
#[derive(PartialEq, Eq)]
enum Way {
    /// Those that wait at the same time in one command.
    Together,
    /// Each in a command of its own.
    Alone,
}

/// Declares the scripts, each with what stands before it. A declaration in the first line makes Redis
/// refuse the whole script on a replica, so that a server which is no master any more answers no reads
/// either, and when memory is out, unless the script needs none.
macro_rules! scripts {
    ($($name:ident = $way:ident [$($file:literal),*] $(if $flags:literal)?;)*) => {
        $(
            pub(crate) static $name: LazyLock<Script> = LazyLock::new(|| Script::new(concat!(
                "#!lua", $(" flags=", $flags,)? "\n",
                include_str!("scripts/common.lua"),
                $(include_str!(concat!("scripts/", $file, ".lua")),)*
                include_str!("scripts/each.lua"),
            ), Way::$way == Way::Alone));
        )*
    };
}

scripts! {
    LOAD = Together ["load"] if "allow-oom";
    INSERT = Together ["index", "revocation", "room", "insert"];
    UPDATE = Together ["index", "revocation", "room", "update"];
    TOUCH = Together ["index", "touch"] if "allow-oom";
    DELETE = Together ["index", "delete"] if "allow-oom";
    LIST = Alone ["index", "room", "list"] if "allow-oom";
    DELETE_ALL = Alone ["index", "revocation", "room", "delete_all"] if "allow-oom";
    SWEEP = Alone ["index", "sweep"] if "allow-oom";
    ANNOUNCE = Together ["index", "revocation", "announce"];
    CONFIRM = Together ["index", "revocation", "confirm"] if "allow-oom";
    REVOKE = Alone ["index", "revocation", "revoke"] if "allow-oom";
    ENTER = Together ["index", "enter"];
    MEMBERS = Alone ["index", "members"] if "allow-oom";
    DUE = Alone ["due"] if "allow-oom";
    REMOVE = Alone ["index", "remove"] if "allow-oom";
}
