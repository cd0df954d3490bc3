//! Two releases of one application share a table and a cookie while one replaces the other: neither loses what
//! either has stored.

mod alternation;
mod deploy;
mod destruction;
mod format;
mod new;
mod old;
mod retyped;
