//! The sealed cookie: the record of a session, sealed, as its cookie's value.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::cookie::chunks::room;
use crate::cookie::write::SetCookie;
use crate::crypto::key_ring::KeyRing;
use crate::crypto::seal::{Context, sealed_length};
use crate::crypto::time::Timestamp;
use crate::crypto::token::Handle;
use crate::engine::error::Error;
use crate::engine::event::Ignored;
use crate::engine::lifetime::{MAX_LIFETIME, max_age};
use crate::engine::policy::Policy;
use crate::engine::sealed_record;
use crate::engine::sealed_seen::{self, Seen};
use crate::engine::sealing::NameId;
use crate::store::{Record, Times};

const PURPOSE: &str = "sealed session";
const SEEN_PURPOSE: &str = "sealed session seen";

/// How far a cookie's times may lie in the future, for nodes whose clocks differ.
pub(crate) const CLOCK_SKEW: Duration = Duration::from_mins(5);

/// The keys that seal cookies, and how large these may be.
#[derive(Debug)]
pub(crate) struct SealedCookie {
    pub(crate) ring: KeyRing,
    /// How many cookies a session may be spread over.
    pub(crate) chunks: usize,
    pub(crate) copies: Copies,
}

/// What becomes of the copies of a cookie whose session is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Copies {
    /// They are worthless: a store remembers the end.
    Revoked,
    /// They are good until they expire.
    Accepted,
}

impl SealedCookie {
    /// The record that a cookie's value holds, last seen as these seen cookies say; or else why it is
    /// no session, and of which it was one.
    pub(crate) fn open(
        &self,
        policy: &Policy,
        value: &[u8],
        seen: &[&[u8]],
        now: Timestamp,
    ) -> Result<Record, Unopened> {
        let value = URL_SAFE_NO_PAD.decode(value).map_err(|_| Unopened::of(Ignored::Malformed))?;
        let (name, sealed) = split(&value).ok_or(Unopened::of(Ignored::Malformed))?;
        let Some(name) = policy.sealer.find(name) else {
            return Err(self.of_another(policy, name, sealed, now));
        };
        let context = policy.sealer.context(PURPOSE, name, &[]);
        let opened = self.ring.open(context, sealed).map_err(|_| Unopened::of(Ignored::Forged))?;
        let mut record =
            sealed_record::decode(&opened.bytes, now).ok_or(Unopened::of(Ignored::Malformed))?;
        let is_from_the_future = record.times.seen > now.plus(CLOCK_SKEW)
            || record.times.absolute > now.plus(MAX_LIFETIME + CLOCK_SKEW);
        // Limits that were lowered since hold for it too: its end is not remembered for longer.
        let Times { expires, absolute, .. } = &mut record.times;
        *absolute = latest_end(policy, record.handle).min(*absolute);
        *expires = (*expires).min(*absolute);
        for value in seen {
            if let Some(seen) = self.open_seen(policy, name, record.handle, value) {
                seen.apply(&mut record.times, CLOCK_SKEW);
            }
        }
        if !record.is_live(now) || is_from_the_future {
            let handle = Some(record.handle);
            return Err(Unopened { handle, reason: Ignored::Unknown, name: None });
        }
        Ok(record)
    }

    /// What a seen cookie says of the session of this handle; nothing if it is not its.
    fn open_seen(
        &self,
        policy: &Policy,
        name: NameId,
        handle: Handle,
        value: &[u8],
    ) -> Option<Seen> {
        let mut bytes = [0; sealed_length(sealed_seen::LENGTH)];
        // Longer ones do not fit.
        let length = URL_SAFE_NO_PAD.decode_slice(value, &mut bytes).ok()?;
        let context = policy.sealer.context(SEEN_PURPOSE, name, handle.as_bytes());
        Seen::decode(&self.ring.open(context, &bytes[..length]).ok()?.bytes)
    }

    /// The value of the seen cookie that lies beside a session's from now on: its idle limit starts
    /// anew.
    pub(crate) fn seal_seen(
        &self,
        policy: &Policy,
        name: NameId,
        record: &Record,
    ) -> Result<SetCookie, Error> {
        let Record { handle, persistent, times, .. } = record;
        let context = policy.sealer.context(SEEN_PURPOSE, name, handle.as_bytes());
        let sealed = self.ring.seal(context, &Seen::of(times).encode(), &*policy.random)?;
        let value = Zeroizing::new(URL_SAFE_NO_PAD.encode(sealed));
        Ok(SetCookie::Seen { value, max_age: persistent.then(|| max_age(times)) })
    }

    /// A cookie of another name: that is told only of one that we have sealed, since anybody can
    /// write a name.
    fn of_another(&self, policy: &Policy, name: &str, sealed: &[u8], now: Timestamp) -> Unopened {
        let owner = policy.sealer.owner(name);
        let context = Context { purpose: PURPOSE, owner: &owner, handle: &[] };
        let Ok(opened) = self.ring.open(context, sealed) else {
            return Unopened::of(Ignored::Forged);
        };
        let Some(record) = sealed_record::decode(&opened.bytes, now) else {
            return Unopened::of(Ignored::Malformed);
        };
        let (handle, name) = (Some(record.handle), Some(name.to_owned()));
        Unopened { handle, reason: Ignored::OtherName, name }
    }

    /// The record as the value of its cookie, under the name that its fields have.
    pub(crate) fn seal(
        &self,
        policy: &Policy,
        name: NameId,
        record: &Record,
    ) -> Result<SealedSession, Error> {
        let context = policy.sealer.context(PURPOSE, name, &[]);
        let sealed = self.ring.seal(context, &sealed_record::encode(record), &*policy.random)?;
        let name = policy.sealer.name_of(name);
        let length = u8::try_from(name.len()).expect("names over 64 bytes are refused");
        let bytes = [&[length], name.as_bytes(), &sealed].concat();
        let value = Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes));
        let limit = room(policy.cookie.name(), self.chunks);
        if value.len() > limit {
            return Err(Error::TooLargeForCookie { bytes: value.len(), limit });
        }
        Ok(SealedSession { value, max_age: record.persistent.then(|| max_age(&record.times)) })
    }
}

/// When the session of this handle ends at the latest: its absolute limit begins when that is
/// generated, or before.
pub(crate) fn latest_end(policy: &Policy, handle: Handle) -> Timestamp {
    handle.generated().plus(policy.lifetime.longest())
}

/// A record as the value of its cookie, and how long that lives if it is persistent.
pub(crate) struct SealedSession {
    pub(crate) value: Zeroizing<String>,
    pub(crate) max_age: Option<Duration>,
}

/// Why a cookie's value holds no session.
pub(crate) struct Unopened {
    /// The session that it was, if it was one.
    pub(crate) handle: Option<Handle>,
    pub(crate) reason: Ignored,
    /// The name that it has, if that is not one of the session type's.
    pub(crate) name: Option<String>,
}

impl Unopened {
    fn of(reason: Ignored) -> Self {
        Self { handle: None, reason, name: None }
    }
}

/// The name in front of the sealed bytes, and these.
fn split(value: &[u8]) -> Option<(&str, &[u8])> {
    let (&length, rest) = value.split_first()?;
    let (name, sealed) = rest.split_at_checked(length.into())?;
    Some((str::from_utf8(name).ok()?, sealed))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Arc;

    use super::*;
    use crate::crypto::random::System;
    use crate::crypto::token::{Digest, Token};
    use crate::engine::backend::Backend;
    use crate::{Engine, Lifetime, SessionCookie, session};

    #[session]
    struct Shop {
        visits: u64,
    }

    fn engine(cookie: &str, name: &str) -> Arc<Engine<Shop>> {
        let sealed = Engine::<Shop>::sealed_cookie(KeyRing::from_bytes([7; 32]).unwrap());
        let builder = sealed.accept_replay_until_expiry().name(name).lifetime(Lifetime::AAL2);
        builder.cookie(SessionCookie::host(cookie).unwrap()).build().unwrap()
    }

    fn sealed_cookie(engine: &Engine<Shop>) -> &SealedCookie {
        let Backend::Cookie(sealed_cookie) = &engine.backend else { panic!("it is sealed") };
        sealed_cookie
    }

    /// Whoever has the key has sealed a session with these times, in seconds from now.
    fn opens(seen: i64, expires: i64, absolute: i64) -> Option<Times> {
        let (engine, now) =
            (engine("session", "Shop"), Timestamp::from_micros(1_720_000_000_000_000));
        let at = |seconds: i64| {
            Timestamp::from_micros(now.micros().saturating_add(seconds.saturating_mul(1_000_000)))
        };
        let times = Times::new(now, now, at(seen), at(expires), at(absolute));
        let handle = Token::generate(&System, now).unwrap().handle();
        let record =
            Record::new(handle, Digest::from_bytes([0; 32]), 1, (*b"fields").into(), times);
        let sealed = sealed_cookie(&engine);
        let value = sealed.seal(&engine.policy, NameId::NEW, &record).unwrap().value;
        sealed.open(&engine.policy, value.as_bytes(), &[], now).ok().map(|record| record.times)
    }

    #[test]
    fn times_of_the_far_future_and_a_limit_that_is_reached_are_no_session() {
        const DAY: i64 = 86_400;
        assert!(opens(0, 1, DAY).is_some());
        assert!(opens(0, 0, DAY).is_none(), "it ends at its limit, not after it");
        assert!(opens(300, 1, DAY).is_some());
        assert!(opens(301, 1, DAY).is_none(), "clocks differ by five minutes at most");
        assert!(opens(0, 1, 0).is_none(), "whatever the idle limit says");
        let bounded = opens(0, 10 * DAY, 400 * DAY + 300).unwrap();
        assert_eq!(bounded.expires, bounded.absolute);
        assert_eq!(bounded.absolute, bounded.now.plus(Duration::from_hours(24)));
        assert!(opens(0, 1, 400 * DAY + 301).is_none());
        for end in [i64::MAX, i64::MAX / 1_000_000] {
            assert!(opens(end, 1, DAY).is_none());
            assert!(opens(0, 1, end).is_none());
            assert!(opens(0, end, end).is_none());
            assert_eq!(opens(0, end, DAY), opens(0, DAY, DAY), "the absolute limit bounds it");
        }
        assert!(opens(i64::MIN, 1, DAY).is_some());
        assert!(opens(0, i64::MIN, DAY).is_none());
        assert!(opens(0, 1, i64::MIN).is_none());
    }

    #[test]
    fn each_seal_of_a_session_has_another_nonce() {
        let engine = engine("session", "Shop");
        let sealed = sealed_cookie(&engine);
        let now = Timestamp::now();
        let handle = Token::generate(&System, now).unwrap().handle();
        let times = Times::new(now, now, now, now, now);
        let fields = Arc::from(*b"fields");
        let record = Record::new(handle, Digest::from_bytes([0; 32]), 1, fields, times);
        let mut all = HashSet::new();
        for _ in 0..1000 {
            let session = sealed.seal(&engine.policy, NameId::NEW, &record).unwrap().value;
            let seen = sealed.seal_seen(&engine.policy, NameId::NEW, &record).unwrap();
            let SetCookie::Seen { value: seen, .. } = seen else { panic!("it is a seen cookie") };
            let [session, seen] =
                [&session, &seen].map(|value| URL_SAFE_NO_PAD.decode(value.as_bytes()).unwrap());
            let (_, session) = split(&session).unwrap();
            all.extend([session, &*seen].map(|sealed| sealed[4..28].to_vec()));
        }
        assert_eq!(all.len(), 2000);
    }

    #[test]
    fn a_seen_cookie_is_bound_to_its_session_and_to_the_names_of_that() {
        let now = Timestamp::now();
        let times = Times::new(now, now, now, now, now);
        let handle = Handle::from_bytes([1; 16]);
        let record =
            Record::new(handle, Digest::from_bytes([0; 32]), 1, (*b"fields").into(), times);
        let opens = |engine: &Engine<Shop>, handle, value: &str| {
            let seen = sealed_cookie(engine).open_seen(
                &engine.policy,
                NameId::NEW,
                handle,
                value.as_bytes(),
            );
            seen.is_some()
        };
        let ours = engine("session", "Shop");
        let sealed_cookie = sealed_cookie(&ours);
        let sealed = sealed_cookie.seal_seen(&ours.policy, NameId::NEW, &record).unwrap();
        let SetCookie::Seen { value, .. } = sealed else { panic!("it is a seen cookie") };
        assert!(opens(&ours, handle, &value));
        assert!(!opens(&ours, Handle::from_bytes([2; 16]), &value));
        assert!(!opens(&engine("admin", "Shop"), handle, &value));
        assert!(!opens(&engine("session", "Admin"), handle, &value));
        let session = sealed_cookie.seal(&ours.policy, NameId::NEW, &record).unwrap();
        assert!(!opens(&ours, handle, &session.value));
        assert!(sealed_cookie.open(&ours.policy, value.as_bytes(), &[], now).is_err());
    }
}
