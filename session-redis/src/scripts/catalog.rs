//! The catalog: every script, put together from the files in `lua/`.

use std::sync::LazyLock;

use super::script::{Batching, Script};

/// Declares the scripts: how each is batched, its files, and what comes after all operations, if anything. A
/// declaration in the first line makes Redis refuse the whole script on a replica, so that a server which is no
/// master any more answers no reads either, and when memory is out, unless the script needs none.
macro_rules! scripts {
    ($(
        $name:ident = $batching:ident [$($file:literal),*] $(then $last:literal)? $(if $flags:literal)?;
    )*) => {
        $(
            pub(crate) static $name: LazyLock<Script> = LazyLock::new(|| Script::new(concat!(
                "#!lua", $(" flags=", $flags,)? "\n",
                include_str!("lua/common.lua"),
                $(include_str!(concat!("lua/", $file, ".lua")),)*
                include_str!("lua/each.lua"),
                $(include_str!(concat!("lua/", $last, ".lua")),)?
                "return answers\n",
            ), Batching::$batching));
        )*
    };
}

scripts! {
    LOAD = Together ["load"] if "allow-oom";
    LOAD_WITHOUT_FIELDS = Together ["load_without_fields"] if "allow-oom";
    ALIVE = Together ["alive"] if "allow-oom";
    INSERT = Together ["index", "revocation", "endings", "lead", "room", "insert"] then "tell";
    UPDATE = Together ["index", "revocation", "restore", "endings", "lead", "room", "update"] then "tell";
    TOUCH = Together ["index", "revocation", "restore", "endings", "touch"] then "tell" if "allow-oom";
    DELETE = Together ["index", "endings", "delete"] then "tell" if "allow-oom";
    LIST = Alone ["index", "lead", "list"] if "allow-oom";
    DELETE_ALL = Alone ["index", "revocation", "endings", "lead", "delete_all"] then "tell" if "allow-oom";
    SWEEP = Alone ["index", "sweep"] if "allow-oom";
    ANNOUNCE = Together ["index", "revocation", "announce"];
    CONFIRM = Together ["index", "revocation", "confirm"] if "allow-oom";
    REVOKE = Alone ["index", "revocation", "revoke"] if "allow-oom";
    ENTER = Together ["index", "enter"];
    RESTORE_RECORD = Together ["index", "revocation", "restore", "endings", "restore_record"] then "tell" if "allow-oom";
    RESTORE_ENTRY = Together ["index", "revocation", "restore", "restore_entry"] if "allow-oom";
    MEMBERS = Alone ["index", "members"] if "allow-oom";
    DUE = Alone ["due"] if "allow-oom";
    REMOVE = Alone ["index", "remove"] if "allow-oom";
    PROBE = Together ["probe"] if "allow-oom";
}
