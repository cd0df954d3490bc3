//! The list of retired words: names that were given up, and what is said instead.

use std::fmt;

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A struct, enum, trait, union or alias.
    Type,
    /// A module, file or folder.
    Module,
    /// A function or method.
    Function,
}

/// A name that is not used any more; whole names, case counts.
#[derive(Debug)]
pub struct Retired {
    /// The old name.
    pub name: &'static str,
    /// What is said instead.
    pub instead: &'static str,
    /// The reason, in a few words.
    pub why: &'static str,
    /// What it may not be the name of.
    pub kinds: &'static [Kind],
    /// Where the word is right: paths from the repository's root.
    pub except: &'static [&'static str],
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Type => "type",
            Self::Module => "module",
            Self::Function => "function",
        })
    }
}

const fn retired(
    kinds: &'static [Kind],
    name: &'static str,
    instead: &'static str,
    why: &'static str,
) -> Retired {
    Retired { name, instead, why, kinds, except: &[] }
}

const TYPE: &[Kind] = &[Kind::Type];
const MODULE: &[Kind] = &[Kind::Module];
const FUNCTION: &[Kind] = &[Kind::Function];
const MODULE_OR_FUNCTION: &[Kind] = &[Kind::Module, Kind::Function];

/// The list: a name that is given up gets a row here.
pub const RETIRED: &[Retired] = &[
    retired(TYPE, "Arrived", "Identity", "what the cookie has shown"),
    retired(TYPE, "Away", "InFlight", "a picture"),
    retired(TYPE, "Bearer", "Proven", "meant three things"),
    retired(TYPE, "Between", "Pooler", "a picture"),
    Retired {
        except: &["benches"],
        ..retired(TYPE, "Cookie", "SessionCookie", "a cookie crate's name")
    },
    retired(TYPE, "Edits", "Controls", "a picture"),
    retired(TYPE, "Event", "SessionEvent", "SSE's name"),
    retired(TYPE, "FoundIn", "HasSessions", "a riddle"),
    retired(TYPE, "Kept", "SealedRecord", "meant three things"),
    retired(TYPE, "Lane", "Scheduler", "a picture"),
    retired(TYPE, "Lead", "Committer", "a picture"),
    retired(TYPE, "Line", "Connection", "a picture"),
    retired(TYPE, "Lines", "CommitQueues", "a picture"),
    retired(TYPE, "Next", "ReturnTo", "axum's name"),
    retired(TYPE, "Other", "SecondarySecret", "says nothing"),
    retired(TYPE, "Promise", "Acknowledgement", "a picture"),
    retired(TYPE, "Refused", "Rejection", "two types had the name"),
    retired(TYPE, "Shown", "SecretMatch", "meant three things"),
    retired(TYPE, "Sight", "ClockReading", "a picture"),
    retired(TYPE, "Slot", "Transaction", "a request's transaction"),
    retired(TYPE, "Wish", "SecretRequest", "a picture"),
    retired(TYPE, "Work", "Pending", "says nothing"),
    retired(MODULE, "arrival", "store_clock", "a picture"),
    retired(MODULE, "broken", "fallback", "says nothing"),
    retired(MODULE, "decoded", "decode_cache", "an adjective"),
    retired(MODULE, "detach", "uncancelled", "meant two things"),
    retired(MODULE, "edit", "change", "two words for one thing"),
    retired(MODULE, "ends", "revoke", "a sentence without a noun"),
    retired(MODULE, "fault", "error", "two words for one thing"),
    retired(MODULE, "fields", "frame", "the bytes, not the fields"),
    retired(MODULE, "found", "from_state", "an adjective"),
    retired(MODULE_OR_FUNCTION, "house", "app", "a picture"),
    retired(MODULE, "kept", "sealed_record", "meant three things"),
    retired(MODULE, "lane", "scheduler", "a picture"),
    retired(MODULE, "lifecycle", "apply", "says nothing"),
    retired(MODULE, "line", "connection", "a picture"),
    retired(MODULE, "literals", "values", "what they are for"),
    retired(MODULE, "moment", "timestamp", "two words for one thing"),
    retired(MODULE, "own", "marker", "says nothing"),
    retired(MODULE, "refused", "rejection", "an adjective"),
    retired(MODULE, "rule", "requirement", "two words for one thing"),
    retired(MODULE, "settle", "save", "a picture"),
    retired(MODULE, "shell", "fallback", "a picture"),
    retired(MODULE_OR_FUNCTION, "sight", "reading", "a picture"),
    Retired {
        except: &["session-redis/src/cluster", "session-redis/src/connection"],
        ..retired(MODULE, "slot", "transaction", "a request's transaction")
    },
    retired(FUNCTION, "bury", "revoke", "a picture"),
    retired(FUNCTION, "hand_on", "lend", "a picture"),
];
