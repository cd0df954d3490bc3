//! The contract of every store.

use super::fixtures;

session_core::conformance!(async { fixtures::store(fixtures::patient()).await.0 });
