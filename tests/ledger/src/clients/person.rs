//! A person: logs in on several devices, changes things on them at once, and ends sessions in every way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::devices;
use super::http::Request;
use super::service::{Answer, Service};
use crate::ledger::{Change, Device, Excuse, Finding, Life, Number, PromisedTo, Violation};
use crate::random::Random;

/// A session with more notes is logged out.
const MAX_NOTES: usize = 80;

/// One client, which is one principal.
#[derive(Debug)]
pub(crate) struct Person {
    service: Arc<Service>,
    user: u64,
    random: Random,
}

impl Person {
    pub(crate) fn new(service: Arc<Service>, user: u64, random: Random) -> Self {
        Self { service, user, random }
    }

    /// Acts until the run is over.
    pub(crate) async fn act(mut self) {
        while self.service.goes_on() {
            self.step().await;
            let pause = self.random.below(8);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    async fn step(&mut self) {
        let devices = self.service.ledger.devices(self.user);
        let usable: Vec<_> = devices.iter().filter(|device| device.cookie.is_some()).collect();
        let Some(device) = self.random.pick(&usable).map(|device| (*device).clone()) else {
            return self.log_in().await;
        };
        let node = self.node();
        let has_records = self.service.has_records;
        match self.random.below(100) {
            _ if device.notes >= MAX_NOTES => self.log_out(&device, node).await,
            0..53 => self.change(&device).await,
            53..68 => self.log_in().await,
            68..72 => self.replace(&device, node, Replace::LogIn).await,
            72..76 => self.replace(&device, node, Replace::Secret).await,
            76..84 => self.log_out(&device, node).await,
            84..88 if has_records => self.revoke_one(&devices, node).await,
            88..90 if has_records => self.revoke_others(&device, node).await,
            90..93 if has_records => self.revoke_all(node).await,
            93.. if has_records => devices::list(&self.service, self.user, node).await,
            _ => devices::read(&self.service, &device, node).await,
        }
    }

    fn node(&mut self) -> usize {
        let count = self.service.nodes.len() as u64;
        usize::try_from(self.random.below(count)).expect("there are few")
    }

    /// Sends, and now and then hangs up before the answer.
    async fn post(&mut self, node: usize, path: &str, cookie: Option<&str>) -> Answer {
        let leave = (self.random.below(16) == 0).then(|| self.random.below(4000));
        let request = Request { method: "POST", path, cookie };
        self.service.ask(node, request, leave.map(Duration::from_micros)).await
    }

    /// Several changes of one session at once, each on some node; some clients hang up.
    async fn change(&mut self, device: &Device) {
        let count = if self.service.has_records { 1 + self.random.below(4) } else { 1 };
        let mut changes = Vec::new();
        for at in 0..count {
            let ledger = &self.service.ledger;
            let change = match self.random.below(10) {
                0..4 => Change::Note(ledger.number()),
                4..6 if at == 0 => Change::Choice(ledger.number()),
                _ => Change::Visit,
            };
            let leave = (self.random.below(8) == 0).then(|| self.random.below(4000));
            let leave = leave.map(Duration::from_micros);
            let (service, device, node) = (Arc::clone(&self.service), device.clone(), self.node());
            changes.push(tokio::spawn(async move {
                devices::change(&service, &device, node, change, leave).await;
            }));
        }
        for change in changes {
            change.await.expect("a client does not panic");
        }
    }

    async fn log_in(&mut self) {
        let (service, user, node) = (Arc::clone(&self.service), self.user, self.node());
        let ledger = &service.ledger;
        ledger.person(user, PromisedTo::begin_log_in);
        match self.post(node, &format!("/log-in/{user}"), None).await {
            Answer::Served(reply) => {
                let Some(cookie) = reply.cookie.filter(|cookie| !cookie.is_empty()) else {
                    let what = format!("{user} has logged in and got no cookie");
                    ledger.report([Finding::new(Violation::WrongAnswer, None, what)]);
                    return;
                };
                let handle = self.service.has_records.then(|| devices::handle(&cookie));
                let number = Number(ledger.number());
                ledger.person(user, |person| {
                    person.finish_log_in(number, handle, cookie, ledger.outage());
                });
            }
            Answer::NotSent => ledger.person(user, PromisedTo::cancel_log_in),
            Answer::Refused => {
                let excuse = ledger.person(user, |person| {
                    person.cancel_log_in();
                    person.excuse(ledger.outage())
                });
                match excuse {
                    Excuse::Unknown => {}
                    Excuse::JustRevoked => service.note_refused_log_in(),
                    Excuse::None => {
                        let what = format!("{user} may not log in, and nothing was revoked");
                        ledger.report([Finding::new(Violation::WrongAnswer, None, what)]);
                    }
                }
            }
            Answer::Unknown => {}
        }
    }

    /// A new secret, by a log-in on this session or by a rotation.
    async fn replace(&mut self, device: &Device, node: usize, replace: Replace) {
        let (service, user) = (Arc::clone(&self.service), self.user);
        let ledger = &service.ledger;
        let is_log_in = replace == Replace::LogIn;
        let before = ledger.session(device, |session| {
            let before = (session.standing.is_sure, session.cookie.clone());
            session.standing.is_sure &= !is_log_in;
            session.cookie.iter_mut().for_each(|cookie| cookie.is_sure = false);
            before
        });
        let path = match replace {
            Replace::LogIn => format!("/log-in-again/{user}"),
            Replace::Secret => "/rotate".to_owned(),
        };
        let former = device.cookie.as_deref().expect("a device that is used has one");
        let restore = || {
            ledger.session(device, |session| {
                session.standing.is_sure = before.0;
                session.cookie.clone_from(&before.1);
            });
        };
        let was_on = ledger.outage().is_on();
        let sent = Instant::now();
        match self.post(node, &path, Some(former)).await {
            Answer::Served(reply) => {
                ledger.give(device, reply.cookie, true);
                if is_log_in {
                    ledger.person(user, |person| person.renew(device.number));
                }
                // A moment later it would be a sign of theft, and end the session.
                let is_soon = sent.elapsed() < Duration::from_secs(1);
                if is_soon && !was_on && !ledger.outage().is_on() {
                    let node = self.node();
                    devices::is_dead(&service, device, former, node).await;
                }
            }
            Answer::NotSent => restore(),
            Answer::Refused => {
                restore();
                ledger.refused(device, former, &path);
            }
            Answer::Unknown => {}
        }
    }

    async fn log_out(&mut self, device: &Device, node: usize) {
        let service = Arc::clone(&self.service);
        let ledger = &service.ledger;
        let before = ledger.session(device, |session| {
            let before = session.standing.life;
            session.doubt();
            before
        });
        let cookie = device.cookie.as_deref().expect("a device that is used has one");
        match self.post(node, "/log-out", Some(cookie)).await {
            Answer::Served(_) => ledger.person(device.user, |person| person.end(device.number)),
            Answer::NotSent => ledger.session(device, |session| session.standing.life = before),
            Answer::Refused => {
                ledger.session(device, |session| session.standing.life = before);
                ledger.refused(device, cookie, "a log-out");
            }
            Answer::Unknown => {}
        }
    }

    /// One by its handle: one whose cookie is lost, if there is one.
    async fn revoke_one(&mut self, devices: &[Device], node: usize) {
        let lost: Vec<_> = devices.iter().filter(|device| device.cookie.is_none()).collect();
        let all: Vec<_> = devices.iter().collect();
        let Some(device) = self.random.pick(if lost.is_empty() { &all } else { &lost }) else {
            return;
        };
        let handle = device.handle.as_deref().expect("sessions with records have one");
        let service = Arc::clone(&self.service);
        let ledger = &service.ledger;
        let before = ledger.session(device, |session| {
            let before = (session.standing.life, session.given());
            session.doubt();
            before
        });
        match self.post(node, &format!("/revoke/{handle}"), None).await {
            Answer::Served(reply) => {
                if reply.body == "false" && before.0 == Life::Live {
                    let what = format!("{handle} was there and could not be revoked");
                    let promised = ledger
                        .person(device.user, |person| person.promised(before.1, ledger.outage()));
                    ledger.report([Finding::new(Violation::LostSession, promised, what)]);
                }
                ledger.person(device.user, |person| person.end(device.number));
            }
            Answer::NotSent | Answer::Refused => {
                ledger.session(device, |session| session.standing.life = before.0);
            }
            Answer::Unknown => {}
        }
    }

    async fn revoke_others(&mut self, device: &Device, node: usize) {
        let (service, except) = (Arc::clone(&self.service), Some(device.number));
        let ledger = &service.ledger;
        let cookie = device.cookie.as_deref().expect("a device that is used has one");
        ledger.person(self.user, |person| person.begin_revocation(except));
        match self.post(node, "/revoke-others", Some(cookie)).await {
            Answer::Served(_) => {
                ledger
                    .person(self.user, |person| person.finish_revocation(except, ledger.outage()));
            }
            Answer::NotSent => ledger.person(self.user, PromisedTo::cancel_revocation),
            Answer::Refused => {
                ledger.person(self.user, PromisedTo::cancel_revocation);
                ledger.refused(device, cookie, "a revocation of the others");
            }
            Answer::Unknown => {}
        }
    }

    async fn revoke_all(&mut self, node: usize) {
        let (service, user) = (Arc::clone(&self.service), self.user);
        let ledger = &service.ledger;
        ledger.person(user, |person| person.begin_revocation(None));
        match self.post(node, &format!("/revoke-all/{user}"), None).await {
            Answer::Served(_) => {
                ledger.person(user, |person| person.finish_revocation(None, ledger.outage()));
            }
            Answer::NotSent | Answer::Refused => {
                ledger.person(user, PromisedTo::cancel_revocation);
            }
            Answer::Unknown => {}
        }
    }
}

/// Why there is a new secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Replace {
    LogIn,
    Secret,
}
