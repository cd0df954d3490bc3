//! The programs of the guide's chapter on frameworks.

/// The chapter.
#[cfg(doctest)]
#[doc = include_str!(concat!(env!("OUT_DIR"), "/frameworks.md"))]
pub struct Chapter;
