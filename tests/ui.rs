//! Placeholder until the ui tests land.
