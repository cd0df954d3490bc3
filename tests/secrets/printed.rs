//! What `{:?}` shows of the public types, with a secret in each that can have one.

use session_core::store::{Inserted, Now, Update, Updated};
use session_core::{Cookie, Digest, Event, Handle, Lifetime, MemoryStore, Principal, Refusal, Sessions, Store as _, StoreError};
use session_tests::{Fresh, on_each_store};
