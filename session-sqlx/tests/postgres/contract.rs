//! What every store promises.

use crate::sample;

session_core::conformance!(async { sample::store(sample::patient()).await.0 });
