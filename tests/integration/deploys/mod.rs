//! Two releases of one application share a table and a cookie while one replaces the other: neither loses what
//! either has stored.

mod alternation;
#[path = "releases.rs"]
mod deploy;
#[path = "destroyed_session.rs"]
mod destruction;
#[path = "unknown_format.rs"]
mod format;
#[path = "new_release.rs"]
mod new;
#[path = "old_release.rs"]
mod old;
#[path = "changed_type.rs"]
mod retyped;
