//! The programs of the guide's recipes: one for each, in `src/bin`. The code in the chapter is compiled too.

/// The chapter.
#[cfg(doctest)]
#[doc = include_str!(concat!(env!("OUT_DIR"), "/recipes.md"))]
pub struct Chapter;
