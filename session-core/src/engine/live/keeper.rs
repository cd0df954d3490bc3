//! The keeper: an engine as live sessions need it, whatever its session type.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::person::Person;
use crate::crypto::time::Timestamp;
use crate::crypto::token::Handle;
use crate::engine::error::Error;
use crate::store::{Endings, StoreError};

pub(crate) type Answer<R> = Pin<Box<dyn Future<Output = R> + Send>>;

/// Knows which sessions are alive. An engine is one.
pub(crate) trait Keeper: Send + Sync {
    /// What the store says of these sessions, in their order.
    fn inspect(self: Arc<Self>, asked: Vec<Asked>) -> Answer<Vec<Finding>>;

    /// The store's feed of endings, if it has one.
    fn endings(self: Arc<Self>) -> Answer<Result<Option<Endings>, StoreError>>;

    /// A use of this session. Answers after how long the next one is to be noted; none if it is over.
    fn touch(self: Arc<Self>, handle: Handle) -> Answer<Result<Option<Duration>, Error>>;

    /// What a clock shows that is named in place of the store's, if there is one.
    fn named_time(&self) -> Option<Timestamp>;

    /// Whether it knows of sessions that others have ended.
    fn knows_of_others(&self) -> bool;
}

/// A session that is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) handle: Handle,
    /// When it ends unless it is used, as far as is known.
    pub(crate) ends: Option<Timestamp>,
    pub(crate) owner: Option<Owner>,
}

/// Whose a session was when it was last seen, and how the store spells that.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    pub(crate) spelled: Option<Arc<str>>,
    pub(crate) person: Person,
}

/// What the store says of a session.
#[derive(Clone, Debug)]
pub(crate) enum Finding {
    /// It is over.
    Gone {
        /// By its own limits.
        expired: bool,
    },
    Alive(Seen),
    /// Nobody can tell at the moment.
    Unanswered,
}

/// A session that is alive.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// None where the store does not know.
    pub(crate) owner: Option<Owner>,
    /// When it ends unless it is used.
    pub(crate) ends: Timestamp,
    /// How long that is from now.
    pub(crate) left: Duration,
}
