//! The sealed cookie: the record of a session, sealed, as its cookie's value.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::cookie::chunks::room;
use crate::cookie::write::SetCookie;
use crate::crypto::key_ring::KeyRing;
use crate::crypto::random::Random;
use crate::crypto::seal::{Context, SealAge};
use crate::crypto::time::Timestamp;
use crate::crypto::token::Handle;
use crate::engine::error::Error;
use crate::engine::event::Ignored;
use crate::engine::lifetime::{MAX_LIFETIME, max_age};
use crate::engine::sealed_record;
use crate::store::Record;

/// How far a cookie's times may lie in the future, for nodes whose clocks differ.
pub(crate) const CLOCK_SKEW: Duration = Duration::from_mins(5);

/// The keys that seal cookies, and how large these may be.
#[derive(Debug)]
pub(crate) struct SealedCookie {
    pub(crate) ring: KeyRing,
    /// How many cookies a session may be spread over.
    pub(crate) chunks: usize,
}

impl SealedCookie {
    /// The record that the value of the cookie of this name holds, and how old its seal is; or
    /// else why it is no session, and of which it was one.
    pub(crate) fn open(
        &self,
        name: &str,
        value: &[u8],
        now: Timestamp,
    ) -> Result<(Record, SealAge), (Option<Handle>, Ignored)> {
        let sealed = URL_SAFE_NO_PAD.decode(value).map_err(|_| (None, Ignored::Malformed))?;
        let opened = self.ring.open(context(name), &sealed).map_err(|_| (None, Ignored::Forged))?;
        let record = sealed_record::decode(&opened.bytes, now).ok_or((None, Ignored::Malformed))?;
        let is_from_the_future = record.times.seen > now.plus(CLOCK_SKEW)
            || record.times.absolute > now.plus(MAX_LIFETIME + CLOCK_SKEW);
        if !record.is_live(now) || is_from_the_future {
            return Err((Some(record.handle), Ignored::Unknown));
        }
        Ok((record, opened.seal))
    }

    /// The record as the cookie of this name.
    pub(crate) fn seal(
        &self,
        name: &str,
        record: &Record,
        random: &dyn Random,
    ) -> Result<SetCookie, Error> {
        let sealed = self.ring.seal(context(name), &sealed_record::encode(record), random)?;
        let value = Zeroizing::new(URL_SAFE_NO_PAD.encode(sealed));
        let limit = room(name, self.chunks);
        if value.len() > limit {
            return Err(Error::TooLargeForCookie { bytes: value.len(), limit });
        }
        Ok(SetCookie::Keep { value, max_age: record.persistent.then(|| max_age(&record.times)) })
    }
}

fn context(cookie: &str) -> Context<'_> {
    Context { purpose: "sealed session", cookie, handle: &[] }
}
