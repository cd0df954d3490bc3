//! Which principals had all their sessions ended, and when.

use std::collections::HashMap;
use std::hash::RandomState;
use std::sync::MutexGuard;

use super::shards::Shards;
use crate::crypto::time::Timestamp;
use crate::crypto::token::Handle;
use crate::store::{LogIn, REVOCATIONS_LAST};

/// All sessions of a principal were ended, but one.
struct Revoked {
    at: Timestamp,
    except: Option<Handle>,
}

pub(super) struct Revocations(Shards<String, Revoked>);

/// While this is held nobody else logs this principal in, or ends its sessions. It is taken
/// before any session is locked.
pub(super) struct PrincipalLock<'a>(MutexGuard<'a, HashMap<String, Revoked>>);

impl Revocations {
    pub(super) fn new() -> Self {
        Self(Shards::new(RandomState::new()))
    }

    pub(super) fn lock(&self, principal: &str) -> PrincipalLock<'_> {
        PrincipalLock(self.0.lock(principal))
    }

    /// Forgets what is too long ago to matter.
    pub(super) fn sweep(&self, now: Timestamp) {
        for mut shard in self.0.each() {
            shard.retain(|_, revoked| now.since(revoked.at) <= REVOCATIONS_LAST);
        }
    }
}

impl PrincipalLock<'_> {
    /// Whether the principal may still log in to this session.
    pub(super) fn admits(&self, principal: &str, handle: Handle, log_in: LogIn) -> bool {
        self.0.get(principal).is_none_or(|revoked| {
            revoked.except == Some(handle) || log_in.began.is_some_and(|began| began >= revoked.at)
        })
    }

    /// Whoever began before now comes too late.
    pub(super) fn revoke(&mut self, principal: &str, except: Option<Handle>, now: Timestamp) {
        self.0.insert(principal.to_owned(), Revoked { at: now, except });
    }
}
