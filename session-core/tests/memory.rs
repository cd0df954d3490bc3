//! `MemoryStore` keeps what every store promises.

use session_core::MemoryStore;

session_core::conformance!(async { MemoryStore::new() });
