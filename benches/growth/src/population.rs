//! The sessions of a table: which there are, whose they are, and at which revision each is.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use fastrand::Rng;
use session_core::store::{Insert, LogIn, Record, Update};
use session_core::{Digest, Handle, Timestamp};

/// They may lie idle for a week and live for a month (`Lifetime::AAL1`), so that none expires while it is measured.
pub(crate) const IDLE: Duration = Duration::from_hours(7 * 24);
pub(crate) const ABSOLUTE: Duration = Duration::from_hours(30 * 24);

/// Over how long they have begun, in milliseconds.
pub(crate) const SPREAD: u64 = 86_400_000;

/// How many sessions a principal has.
const EACH: u64 = 3;

/// What users are numbered from, as many digits for each.
pub(crate) const FIRST_USER: u64 = 1_000_000;

/// Sessions numbered from zero, spread over the day before `until`.
#[derive(Debug)]
pub(crate) struct Population {
    pub(crate) rows: u64,
    /// Milliseconds since 1970.
    pub(crate) until: u64,
    /// Each of so many has expired; none if it is zero.
    pub(crate) expired: u64,
    model: Record,
    /// Twice the revision, and one more if somebody else has logged in.
    states: Vec<AtomicU32>,
}

impl Population {
    /// So many sessions like this one.
    pub(crate) fn new(rows: u64, expired: u64, model: Record) -> Self {
        let until = SystemTime::UNIX_EPOCH.elapsed().expect("it is after 1970").as_millis();
        let until = u64::try_from(until).expect("it is before the year 584542046");
        let states = (0..rows).map(|_| AtomicU32::new(2)).collect();
        Self { rows, until, expired, model, states }
    }

    /// How many principals there are.
    pub(crate) fn people(&self) -> u64 {
        self.rows.div_ceil(EACH)
    }

    /// As the statement that loads them spells it.
    pub(crate) fn handle(&self, n: u64) -> Handle {
        let millis = self.until - SPREAD + n * SPREAD / self.rows;
        handle(millis, (n * 1_103_515_245 + 12_345) % (1 << 31))
    }

    /// The least handle of a session that began later.
    pub(crate) fn end(&self) -> Handle {
        handle(self.until, 0)
    }

    /// One that has not expired, among those that this caller has to itself.
    pub(crate) fn pick(&self, caller: u64, callers: u64, draw: &mut Rng) -> u64 {
        let (first, end) = (caller * self.rows / callers, (caller + 1) * self.rows / callers);
        loop {
            let n = draw.u64(first..end);
            if self.expired == 0 || !n.is_multiple_of(self.expired) {
                return n;
            }
        }
    }

    /// Whose it is; somebody with as many sessions, if another has logged in there.
    fn user(&self, n: u64, other: u32) -> String {
        let number = n + u64::from(other) * (self.people() / 2);
        (FIRST_USER + number % self.people()).to_string()
    }

    /// Whose session it was in the beginning.
    pub(crate) fn principal(&self, n: u64) -> String {
        self.user(n, 0)
    }

    /// It is as it was in the beginning.
    pub(crate) fn renew(&self, n: u64) {
        self.state(n).store(2, Ordering::Relaxed);
    }

    fn state(&self, n: u64) -> &AtomicU32 {
        &self.states[usize::try_from(n).expect("it was counted in memory")]
    }

    /// The next write of this session, which is to succeed.
    pub(crate) fn write(&self, n: u64, draw: &mut Rng) -> Update {
        let state = self.state(n).fetch_add(2, Ordering::Relaxed);
        let mut record = self.model.clone();
        record.handle = self.handle(n);
        record.revision = u64::from(state >> 1);
        record.digest = digest(draw);
        record.principal = Some(self.user(n, state & 1).into());
        let mut update = Update::of(&record);
        update.idle = Some(IDLE);
        update
    }

    /// The same where somebody else logs in.
    pub(crate) fn log_in(&self, n: u64, draw: &mut Rng) -> Update {
        let mut update = self.write(n, draw);
        let other = self.state(n).fetch_xor(1, Ordering::Relaxed) & 1;
        update.principal = Some(self.user(n, 1 - other).into());
        update.authenticated = Some(ABSOLUTE);
        update.log_in = LogIn::new(Some(Timestamp::now()), None);
        update
    }

    /// A new session of somebody who has others.
    pub(crate) fn insert(&self, n: u64, handle: Handle, draw: &mut Rng) -> Insert {
        let fields = self.model.fields.clone();
        let mut insert = Insert::new(handle, digest(draw), fields, IDLE, ABSOLUTE);
        insert.principal = Some(self.principal(n).into());
        insert.persistent = self.model.persistent;
        insert.label.clone_from(&self.model.label);
        insert.log_in = LogIn::new(Some(Timestamp::now()), None);
        insert
    }
}

fn digest(draw: &mut Rng) -> Digest {
    let mut bytes = [0; 32];
    draw.fill(&mut bytes);
    Digest::from_bytes(bytes)
}

/// The handle of a session that begins now.
pub(crate) fn fresh(draw: &mut Rng) -> Handle {
    let millis = u64::try_from(Timestamp::now().micros() / 1000).expect("it is after 1970");
    handle(millis, draw.u64(..1 << 60))
}

/// A `UUIDv7` of this moment.
fn handle(millis: u64, random: u64) -> Handle {
    let high = u128::from(millis) << 80 | 0x7 << 76 | u128::from(random & 0xfff) << 64;
    Handle::from_bytes((high | 0x8 << 60 | u128::from(random)).to_be_bytes())
}
