//! The ledger: what was promised to everybody, and what was found to be otherwise.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::account::{Change, Ticket};
use super::finding::{Finding, Violation};
use super::outage::Outage;
use super::person::{Limit, Person};
use super::session::{Credential, Life, Number, Promised};
use super::write::WriteState;
use crate::page::Page;

/// What is noted of everybody.
#[derive(Debug)]
pub(crate) struct Ledger {
    outage: Outage,
    limit: Option<Limit>,
    next: AtomicU64,
    people: Mutex<BTreeMap<u64, Person>>,
    /// Whose each note is.
    owners: Mutex<BTreeMap<u64, Number>>,
    findings: Mutex<Vec<Finding>>,
}

/// A session as a client may use it.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) number: Number,
    pub(crate) user: u64,
    pub(crate) handle: Option<String>,
    pub(crate) cookie: Option<String>,
    /// How many notes it has.
    pub(crate) notes: usize,
}

/// What came of a request.
#[derive(Clone, Debug)]
pub(crate) enum Came {
    /// It was acknowledged, perhaps with a cookie.
    Acknowledged(Option<String>),
    /// It was not sent, or refused.
    Nothing,
    /// Nobody knows.
    Unknown,
}

/// What ended, and may not come back.
#[derive(Clone, Debug)]
pub(crate) struct Dead {
    pub(crate) number: Number,
    pub(crate) user: u64,
    pub(crate) handle: Option<String>,
    pub(crate) cookies: Vec<String>,
}

impl Ledger {
    /// An empty one. The outage says when there is a fault, the limit how many sessions a principal may have.
    pub(crate) fn new(outage: Outage, limit: Option<Limit>) -> Self {
        let next = AtomicU64::new(1);
        let (people, owners) = (Mutex::default(), Mutex::default());
        Self { outage, limit, next, people, owners, findings: Mutex::default() }
    }

    /// The outage of this run.
    pub(crate) fn outage(&self) -> &Outage {
        &self.outage
    }

    /// A number that nothing else in the run has.
    pub(crate) fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Does something with what is noted of a person.
    pub(crate) fn person<R>(&self, user: u64, act: impl FnOnce(&mut Person) -> R) -> R {
        let mut people = lock(&self.people);
        act(people.entry(user).or_insert_with(|| Person::new(user, self.limit)))
    }

    /// Does something with what is noted of a session.
    pub(crate) fn session<R>(&self, device: &Device, act: impl FnOnce(&mut Promised) -> R) -> R {
        self.person(device.user, |person| {
            act(person.session(device.number).expect("what was begun stays noted"))
        })
    }

    /// The sessions of a person that may live.
    pub(crate) fn devices(&self, user: u64) -> Vec<Device> {
        self.person(user, |person| {
            let living = person.sessions.iter().filter(|session| session.ended().is_none());
            living.map(Device::of).collect()
        })
    }

    /// Everybody who ever logged in.
    pub(crate) fn users(&self) -> Vec<u64> {
        lock(&self.people).keys().copied().collect()
    }

    /// The sessions of a person that have ended.
    pub(crate) fn dead_of(&self, user: u64) -> Vec<Dead> {
        self.person(user, |person| {
            let ended = person.sessions.iter().filter(|session| session.ended().is_some());
            ended.map(Dead::of).collect()
        })
    }

    /// All sessions that have ended.
    pub(crate) fn dead(&self) -> Vec<Dead> {
        self.users().into_iter().flat_map(|user| self.dead_of(user)).collect()
    }

    pub(crate) fn report(&self, findings: impl IntoIterator<Item = Finding>) {
        lock(&self.findings).extend(findings);
    }

    /// All that was found.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        lock(&self.findings).clone()
    }

    /// A cookie was given in place of the session's last one.
    pub(crate) fn give(&self, device: &Device, cookie: Option<String>, was_replaced: bool) {
        self.session(device, |session| {
            let given = Instant::now();
            let value = cookie.or_else(|| session.cookie.as_ref().map(|old| old.value.clone()));
            let Some(value) = value else { return };
            let former = session.cookie.take().filter(|former| former.value != value);
            if was_replaced && let Some(former) = former {
                session.replaced.push(former.value);
            }
            session.cookie = Some(Credential { value, is_sure: true, given });
        });
    }

    /// A request with this cookie was told that nobody is logged in.
    pub(crate) fn refused(&self, device: &Device, cookie: &str, what: &str) {
        let finding = self.person(device.user, |person| {
            let session = person.session(device.number).expect("what was begun stays noted");
            let is_lost = session.must_answer(cookie);
            let given = session.given();
            if is_lost {
                session.doubt();
            }
            if session.cookie.as_ref().is_some_and(|current| current.value == cookie) {
                // It is good no more. If it has ended, it stays noted as one to be tried again.
                let cookie = session.cookie.take().expect("it was there");
                session.replaced.push(cookie.value);
            }
            is_lost.then(|| {
                let what = format!("{what}: nobody, and {} is logged in", device.user);
                let promised = person.promised(given, &self.outage);
                Finding::new(Violation::LostSession, promised, what)
            })
        });
        self.report(finding);
    }

    /// Compares what somebody has seen of a session, with whatever right.
    pub(crate) fn compare(&self, device: &Device, page: &Page, asked: Instant) {
        let answered = Instant::now();
        if page.user != Some(device.user) {
            let what = format!("{:?} is logged in to a session of {}", page.user, device.user);
            self.report([Finding::new(Violation::Foreign, None, what)]);
            return;
        }
        for note in &page.notes {
            if let Some(owner) = self.owner(*note).filter(|owner| *owner != device.number) {
                let what = format!("{} sees note {note} of {owner:?}", device.user);
                self.report([Finding::new(Violation::Foreign, None, what)]);
            }
        }
        let findings = self.person(device.user, |person| {
            let session = person.session(device.number).expect("what was begun stays noted");
            let Some(at) = session.ended().filter(|at| *at <= asked) else {
                return session.changes.compare(page, (asked, answered), &self.outage);
            };
            session.standing.life = Life::Doubtful(answered);
            let handle = session.handle.clone().unwrap_or_default();
            let what = format!("{} sees the session {handle} after its end", device.user);
            let promised = person.promised(Some(at), &self.outage);
            vec![Finding::new(Violation::Undone, promised, what)]
        });
        self.report(findings);
    }

    fn owner(&self, note: u64) -> Option<Number> {
        lock(&self.owners).get(&note).copied()
    }

    /// A change of this session is about to be sent.
    pub(crate) fn begin(&self, device: &Device, change: Change) -> Ticket {
        if let Change::Note(note) = change {
            lock(&self.owners).insert(note, device.number);
        }
        self.session(device, |session| session.changes.begin(change))
    }

    /// What came of it.
    pub(crate) fn finish(&self, device: &Device, ticket: Ticket, came: Came) {
        self.session(device, |session| {
            let state = match came {
                Came::Nothing => WriteState::Refused,
                Came::Unknown => WriteState::Unknown,
                Came::Acknowledged(cookie) => {
                    // At once with the change: a sealed cookie is what it is in.
                    if let (Some(cookie), Some(current)) = (cookie, &mut session.cookie) {
                        current.value = cookie;
                    }
                    WriteState::Acknowledged(Instant::now())
                }
            };
            session.changes.finish(ticket, state);
        });
    }
}

impl Dead {
    fn of(session: &Promised) -> Self {
        Self {
            number: session.number,
            user: session.user,
            handle: session.handle.clone(),
            cookies: session.cookies(),
        }
    }
}

impl From<Dead> for Device {
    fn from(dead: Dead) -> Self {
        let Dead { number, user, handle, .. } = dead;
        Self { number, user, handle, cookie: None, notes: 0 }
    }
}

impl Device {
    pub(crate) fn of(session: &Promised) -> Self {
        Self {
            number: session.number,
            user: session.user,
            handle: session.handle.clone(),
            cookie: session.cookie.as_ref().map(|cookie| cookie.value.clone()),
            notes: session.changes.notes(),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
