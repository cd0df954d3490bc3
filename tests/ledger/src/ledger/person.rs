//! What is promised of one person's sessions together: which there are, and how many at most.

use std::time::{Duration, Instant};

use super::account::Changes;
use super::finding::{Finding, Violation};
use super::outage::Outage;
use super::session::{Credential, Life, Number, Promised, Standing};

/// Within how long after a revocation a log-in may be taken for one from before it.
const MOMENT: Duration = Duration::from_secs(1);

/// A person, who logs in on several devices.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) user: u64,
    pub(crate) sessions: Vec<Promised>,
    /// How many sessions there may be at most; none if nobody counts.
    limit: Option<Limit>,
    log_ins: u64,
    /// When log-ins were sent of which nobody knows what came of them.
    unknown_log_ins: Vec<Instant>,
    /// The same of revocations of all.
    unknown_revocations: Vec<Instant>,
    /// When the last one was acknowledged.
    revoked: Option<Instant>,
    /// When log-ins and endings were acknowledged, since a list last told which sessions there are.
    acknowledged: Vec<Instant>,
}

/// How many sessions a principal may have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub(crate) sessions: usize,
    /// Whether a log-in removes what is too many in the same step. Where it does not, one that has failed or is under way
    /// may leave one more.
    pub(crate) is_atomic: bool,
}

/// Why a log-in may be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Excuse {
    /// A revocation of which nobody knows what came of it may have come after it.
    Unknown,
    /// A revocation was acknowledged a moment ago, perhaps by another node: how late it is on the store's clock, a node
    /// knows only as closely as the store's answer takes.
    JustRevoked,
    /// There is none.
    None,
}

impl Person {
    pub(crate) fn new(user: u64, limit: Option<Limit>) -> Self {
        Self {
            user,
            sessions: Vec::new(),
            limit,
            log_ins: 0,
            unknown_log_ins: Vec::new(),
            unknown_revocations: Vec::new(),
            revoked: None,
            acknowledged: Vec::new(),
        }
    }

    /// A log-in on another device is about to be sent. Those that logged in the longest ago make room for it, perhaps.
    pub(crate) fn begin_log_in(&mut self) {
        self.unknown_log_ins.push(Instant::now());
        let unknown = self.unknown_log_ins.len();
        self.make_room(
            |standing, others| {
                let newer = others.iter().filter(|other| other.may_be_newer(standing)).count();
                newer + unknown
            },
            Promised::doubt,
        );
    }

    /// It was not sent, or was refused.
    pub(crate) fn cancel_log_in(&mut self) {
        self.unknown_log_ins.pop();
    }

    /// It was acknowledged: those that logged in the longest ago have made room.
    pub(crate) fn finish_log_in(
        &mut self,
        number: Number,
        handle: Option<String>,
        cookie: String,
        outage: &Outage,
    ) {
        self.unknown_log_ins.pop();
        let now = Instant::now();
        self.unknown_revocations.retain(|sent| outage.may_come_after(*sent, now));
        self.log_ins += 1;
        self.acknowledged.push(now);
        let life = self.unknown_revocations.last().map_or(Life::Live, |sent| Life::Doubtful(*sent));
        self.sessions.push(Promised {
            number,
            user: self.user,
            handle,
            standing: Standing { life, order: self.log_ins, is_sure: true },
            cookie: Some(Credential { value: cookie, is_sure: true, given: now }),
            replaced: Vec::new(),
            changes: Changes::default(),
        });
        self.make_room(
            |standing, others| others.iter().filter(|other| other.must_be_newer(standing)).count(),
            Promised::end,
        );
    }

    /// Does this to each session with as many newer ones as there may be at all.
    fn make_room(
        &mut self,
        newer: impl Fn(Standing, &[Standing]) -> usize,
        leave: impl Fn(&mut Promised),
    ) {
        let Some(limit) = self.limit else { return };
        let living = self.sessions.iter().filter(|session| session.ended().is_none());
        let standings: Vec<_> = living.map(|session| (session.number, session.standing)).collect();
        for session in self.sessions.iter_mut().filter(|session| session.ended().is_none()) {
            let others = standings.iter().filter(|(number, _)| *number != session.number);
            let others: Vec<_> = others.map(|(_, standing)| *standing).collect();
            if newer(session.standing, &others) >= limit.sessions {
                leave(session);
            }
        }
    }

    /// A log-in on this device is acknowledged: it is the newest.
    pub(crate) fn renew(&mut self, number: Number) {
        self.log_ins += 1;
        let order = self.log_ins;
        if let Some(session) = self.session(number) {
            (session.standing.order, session.standing.is_sure) = (order, true);
        }
    }

    /// All are about to be ended, but this one.
    pub(crate) fn begin_revocation(&mut self, except: Option<Number>) {
        self.unknown_revocations.push(Instant::now());
        for session in &mut self.sessions {
            if Some(session.number) != except {
                session.doubt();
            }
        }
    }

    /// They were ended, and log-ins that had begun before come to nothing. One whose client has hung up may begin later: its
    /// node need not have read it yet.
    pub(crate) fn finish_revocation(&mut self, except: Option<Number>, outage: &Outage) {
        self.unknown_revocations.pop();
        self.revoked = Some(Instant::now());
        self.acknowledged.push(Instant::now());
        let now = Instant::now();
        self.unknown_log_ins.retain(|sent| outage.may_come_after(*sent, now));
        for session in &mut self.sessions {
            if Some(session.number) != except {
                session.end();
            }
        }
    }

    /// It was not sent, or was refused.
    pub(crate) fn cancel_revocation(&mut self) {
        self.unknown_revocations.pop();
    }

    /// A session was ended, and that was acknowledged.
    pub(crate) fn end(&mut self, number: Number) {
        self.acknowledged.push(Instant::now());
        if let Some(session) = self.session(number) {
            session.end();
        }
    }

    /// When what is missing was promised. If a replica has lost other log-ins or endings of this person, that may be why:
    /// one that is back is counted, and takes another's place.
    pub(crate) fn promised(&self, at: Option<Instant>, outage: &Outage) -> Option<Instant> {
        let may_lose = |at: &Instant| outage.may_lose(*at);
        at.filter(may_lose).or_else(|| self.acknowledged.iter().copied().find(may_lose)).or(at)
    }

    /// Why a log-in that was just refused may have been.
    pub(crate) fn excuse(&self, outage: &Outage) -> Excuse {
        let mut unknown = self.unknown_revocations.iter();
        if unknown.any(|sent| outage.may_come_after(*sent, Instant::now())) {
            Excuse::Unknown
        } else if self.revoked.is_some_and(|at| at.elapsed() < MOMENT) {
            Excuse::JustRevoked
        } else {
            Excuse::None
        }
    }

    pub(crate) fn session(&mut self, number: Number) -> Option<&mut Promised> {
        self.sessions.iter_mut().find(|session| session.number == number)
    }

    /// Compares with a list of this person's sessions. Nothing else was asked of them meanwhile. What was doubtful, and is
    /// settled, is as the list says.
    pub(crate) fn compare_list(
        &mut self,
        listed: &[&str],
        asked: Instant,
        outage: &Outage,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut unknown = listed.len();
        let user = self.user;
        let lost = self.promised(None, outage);
        for session in &mut self.sessions {
            let Some(handle) = &session.handle else { continue };
            let is_listed = listed.contains(&handle.as_str());
            unknown -= usize::from(is_listed);
            match session.standing.life {
                Life::Live if !is_listed => {
                    let what = format!("{handle} of {user} lives and is not in the list");
                    let promised = lost.or(session.given());
                    findings.push(Finding::new(Violation::Unlisted, promised, what));
                    session.doubt();
                }
                Life::Ended(at) if is_listed && at <= asked => {
                    let what = format!("{handle} of {user} was ended and is in the list");
                    findings.push(Finding::new(Violation::Undone, lost.unwrap_or(at), what));
                    session.standing.life = Life::Doubtful(Instant::now());
                }
                Life::Doubtful(since) if !outage.may_come_after(since, asked) => {
                    let life = if is_listed { Life::Live } else { Life::Ended(Instant::now()) };
                    session.standing.life = life;
                }
                _ => {}
            }
        }
        if let Some(limit) = self.limit.filter(|limit| listed.len() > limit.sessions) {
            let latest = lost.or_else(|| self.sessions.iter().filter_map(Promised::given).max());
            let what = format!("{user} is logged in to {} sessions", listed.len());
            let surplus = listed.len() - limit.sessions;
            let is_allowed = !limit.is_atomic && surplus <= self.unknown_log_ins.len();
            let finding = Finding::new(Violation::TooMany, latest, what);
            findings.push(Finding { is_allowed, ..finding });
        }
        let log_ins = &mut self.unknown_log_ins;
        if unknown > log_ins.len() {
            let (count, what) = (log_ins.len(), "sessions that nobody began are in the list of");
            let what = format!("{unknown} {what} {user}, and {count} log-ins are unknown");
            // A log-in of which nobody knew, and which was revoked, for all that a replica knows.
            findings.push(Finding::new(Violation::Unbegun, lost, what));
        } else if log_ins.iter().all(|sent| !outage.may_come_after(*sent, asked)) {
            log_ins.truncate(unknown);
        }
        if findings.is_empty()
            && outage.healed().is_some_and(|at| !outage.may_come_after(at, asked))
        {
            self.acknowledged.clear();
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person() -> Person {
        Person::new(1, Some(Limit { sessions: 2, is_atomic: true }))
    }

    fn log_in(person: &mut Person, names: &[&str]) {
        for name in names {
            person.begin_log_in();
            let (number, handle) = (Number(person.log_ins), Some((*name).to_owned()));
            person.finish_log_in(number, handle, (*name).to_owned(), &Outage::default());
        }
    }

    fn lives(person: &Person) -> Vec<bool> {
        person.sessions.iter().map(Promised::is_live).collect()
    }

    fn found(person: &mut Person, listed: &[&str]) -> Vec<Violation> {
        let findings = person.compare_list(listed, Instant::now(), &Outage::default());
        findings.into_iter().map(|finding| finding.violation).collect()
    }

    #[test]
    fn a_log_in_too_many_ends_the_oldest() {
        let mut person = person();
        log_in(&mut person, &["a", "b", "c"]);
        assert_eq!(lives(&person), [false, true, true]);
        assert_eq!(found(&mut person, &["b", "c"]), []);
        assert_eq!(found(&mut person, &["a", "b", "c"]), [Violation::Undone, Violation::TooMany]);
    }

    #[test]
    fn a_log_in_of_which_nobody_knows_may_have_ended_the_oldest() {
        let mut person = person();
        log_in(&mut person, &["a", "b"]);
        person.begin_log_in();
        assert_eq!(lives(&person), [false, true]);
        for listed in [["a", "b"], ["b", "stranger"]] {
            assert_eq!(found(&mut person, &listed), [], "either may be so");
        }
        assert_eq!(found(&mut person, &["b", "x", "y"]), [Violation::TooMany, Violation::Unbegun]);
    }

    #[test]
    fn a_revocation_that_was_acknowledged_leaves_none() {
        let mut person = person();
        log_in(&mut person, &["a"]);
        person.begin_revocation(None);
        assert_eq!(lives(&person), [false]);
        assert_eq!(found(&mut person, &["a"]), [], "it may still come");
        person.finish_revocation(None, &Outage::default());
        assert_eq!(person.excuse(&Outage::default()), Excuse::JustRevoked);
        assert_eq!(found(&mut person, &["a"]), [Violation::Undone]);
        log_in(&mut person, &["b"]);
        assert_eq!(found(&mut person, &[]), [Violation::Unlisted]);
    }
}
