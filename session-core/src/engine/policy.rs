//! The policy of a session type: what every load, draft and save goes by.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use crate::cookie::private_pages::PrivatePages;
use crate::cookie::session_cookie::SessionCookie;
use crate::cookie::write::Vary;
use crate::crypto::random::Random;
use crate::engine::cross_site::CrossSite;
use crate::engine::error::Error;
use crate::engine::label::Labels;
use crate::engine::lifetime::Lifetime;
use crate::engine::sealing::{NameId, Sealer};
use crate::state::codec;
use crate::state::session_state::SessionState;

pub(crate) struct Policy {
    pub(crate) cookie: SessionCookie,
    pub(crate) private_pages: PrivatePages,
    pub(crate) cross_site: CrossSite,
    /// Whether clients may show their sessions by a bearer token.
    pub(crate) bearer_tokens: bool,
    pub(crate) sealer: Sealer,
    pub(crate) lifetime: Lifetime,
    /// How many sessions a principal may have.
    pub(crate) limit: Option<NonZeroU32>,
    pub(crate) labels: Labels,
    pub(crate) random: Box<dyn Random>,
}

impl Policy {
    /// The name of new sessions.
    pub(crate) fn name(&self) -> &str {
        self.sealer.name()
    }

    /// What of a request its session depends on.
    pub(crate) fn vary(&self) -> Vary {
        if self.bearer_tokens { Vary::CookieAndAuthorization } else { Vary::Cookie }
    }

    /// What the store keeps of whom this state belongs to, in a session of this name.
    pub(crate) fn principal_of<T: SessionState>(
        &self,
        state: &T,
        name: NameId,
    ) -> Result<Option<Arc<str>>, Error> {
        let key = state.principal().map(codec::principal_key::<T>).transpose()?;
        Ok(key.map(|key| self.sealer.principal(&key, name).into()))
    }

    /// Every name under which the store may have this principal, in an order to ask for them: there and back.
    ///
    /// While keys change, a use of a session moves it from one name to another. If it moves once while a store is
    /// asked for one name after the other, in whichever direction, it is under one of them when that is asked for.
    pub(crate) fn names_of<T: SessionState>(
        &self,
        principal: &T::Principal,
    ) -> Result<Vec<String>, Error> {
        let mut names = self.sealer.principals(&codec::principal_key::<T>(principal)?);
        let back: Vec<String> = names.iter().rev().skip(1).cloned().collect();
        names.extend(back);
        Ok(names)
    }

    /// A random part of this span; none of it when no random bytes can be had.
    pub(crate) fn jitter(&self, span: Duration) -> Duration {
        let mut bytes = [0; 4];
        _ = self.random.fill(&mut bytes);
        span.mul_f64(f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX))
    }
}
