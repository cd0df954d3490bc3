//! What the fuzz targets share: a small application, and second opinions on what it should do.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`shop`] | the session type, its handlers, and the answers they give |
//! | [`shelf`] | the store behind: one record, which a target lays there |
//! | [`lines`] | fuzzed bytes as `Cookie` lines, and how those are to be read |
//! | [`framing`] | how a record's fields are to be read |
//! | [`forge`] | seals whatever a target likes, as another node with the key would |
//! | [`samples`] | what mutation begins with |

pub mod forge;
pub mod framing;
pub mod lines;
pub mod samples;
pub mod shelf;
pub mod shop;
