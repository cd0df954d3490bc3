//! Reads the repository's own text, so that its layout stays what the documents say.
//!
//! | module | what it checks |
//! |---|---|
//! | [`imports`] | which file of a crate imports which, seen through re-exports |
//! | [`circles`] | that no files import each other in a circle |
//! | [`rooms`] | that imports between folders run one way |
//! | [`neighbours`] | that no crate knows one that it must not know |
//! | [`names`] | that no retired word names a type, module or function |
//! | [`links`] | that links between pages lead somewhere |
//! | [`compiler_messages`] | that the guide's chapter has each mistake in `tests/ui/fail` |
//! | [`error_messages`] | that the guide's chapter has each error of the crates |
//! | [`aliases`] | that words which people search lead to an item |
//! | [`requirements`] | that each security requirement names tests that exist |
//!
//! [`source`] finds crates and parses files for all of them.

pub mod aliases;
pub mod circles;
pub mod compiler_messages;
pub mod error_messages;
pub mod imports;
pub mod links;
pub mod names;
pub mod neighbours;
pub mod requirements;
pub mod rooms;
pub mod source;
