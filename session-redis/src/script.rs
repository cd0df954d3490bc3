//! The scripts, one for each operation: the server runs each as a whole or not at all.

use std::sync::LazyLock;

use redis::{Cmd, cmd};

/// A script, sent by its hash; in full only to a server that does not know it.
#[derive(Debug)]
pub(crate) struct Script {
    code: &'static str,
    hash: String,
}

impl Script {
    fn new(code: &'static str) -> Self {
        Self { code, hash: redis::Script::new(code).get_hash().to_owned() }
    }

    /// Runs the script if the server knows it.
    pub(crate) fn by_hash(&self, key: &[u8], arguments: &[Argument<'_>]) -> Cmd {
        Self::call(cmd("EVALSHA"), &self.hash, key, arguments)
    }

    /// Runs the script, and teaches it to the server.
    pub(crate) fn in_full(&self, key: &[u8], arguments: &[Argument<'_>]) -> Cmd {
        Self::call(cmd("EVAL"), self.code, key, arguments)
    }

    fn call(mut command: Cmd, script: &str, key: &[u8], arguments: &[Argument<'_>]) -> Cmd {
        command.arg(script).arg(1).arg(key);
        for argument in arguments {
            match argument {
                Argument::Bytes(bytes) => command.arg(*bytes),
                Argument::Number(number) => command.arg(*number),
            };
        }
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
}

/// Declares the scripts, each with what stands before it. A declaration in the first line makes Redis
/// refuse the whole script on a replica, so that a server which is no master any more answers no reads
/// either, and when memory is out, unless the script needs none.
macro_rules! scripts {
    ($($name:ident = [$($file:literal),*] $(if $flags:literal)?;)*) => {
        $(
            pub(crate) static $name: LazyLock<Script> = LazyLock::new(|| Script::new(concat!(
                "#!lua", $(" flags=", $flags,)? "\n",
                include_str!("scripts/common.lua"),
                $(include_str!(concat!("scripts/", $file, ".lua")),)*
            )));
        )*
    };
}

scripts! {
    LOAD = ["load"] if "allow-oom";
    INSERT = ["index", "revocation", "room", "insert"];
    UPDATE = ["index", "revocation", "room", "update"];
    TOUCH = ["index", "touch"] if "allow-oom";
    DELETE = ["index", "delete"] if "allow-oom";
    LIST = ["index", "room", "list"] if "allow-oom";
    DELETE_ALL = ["index", "revocation", "room", "delete_all"] if "allow-oom";
    SWEEP = ["index", "sweep"] if "allow-oom";
    ANNOUNCE = ["index", "revocation", "announce"];
    CONFIRM = ["index", "revocation", "confirm"] if "allow-oom";
    REVOKE = ["index", "revocation", "revoke"] if "allow-oom";
    ENTER = ["index", "enter"];
    MEMBERS = ["index", "members"] if "allow-oom";
    DUE = ["due"] if "allow-oom";
    REMOVE = ["index", "remove"] if "allow-oom";
}
