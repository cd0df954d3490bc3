//! Mixed load: readers, writers, newcomers and log-outs, each of which remembers what it was told.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::StatusCode;
use session_tests::{Client, Reply};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::app::Page;
use super::ledger::{Ledger, lock};
use super::samples::{Sample, Samples, StoreCalls};

const DIARIES: usize = 4;

/// Two writers and a reader for each diary, somebody who comes and goes, and somebody without a session.
pub(crate) const USERS: usize = 3 * DIARIES + 2;

/// Between two requests of a user.
const PAUSE: Duration = Duration::from_millis(10);

/// The load, until it is stopped.
pub(crate) struct Load {
    users: JoinSet<()>,
    shared: Arc<Shared>,
}

/// What the users have in common.
struct Shared {
    app: Router,
    stopped: AtomicBool,
    next_note: AtomicU64,
    samples: Mutex<Samples>,
    diaries: Mutex<Vec<Arc<Ledger>>>,
    /// Those whose log-out was acknowledged.
    closed: Mutex<Vec<Client>>,
}

impl Load {
    pub(crate) async fn start(app: Router) -> Self {
        let shared = Arc::new(Shared {
            app,
            stopped: AtomicBool::new(false),
            next_note: AtomicU64::new(1),
            samples: Mutex::default(),
            diaries: Mutex::default(),
            closed: Mutex::default(),
        });
        let mut users = JoinSet::new();
        for number in 0..DIARIES {
            let name = format!("diary-{number}");
            let mut visitor = Client::new(&shared.app);
            let path = format!("/begin/{name}");
            visitor.post(&path).await.ok();
            let ledger = shared.open(visitor, name);
            for (part, reads) in [false, false, true].into_iter().enumerate() {
                let user = User { number: 3 * number + part, shared: Arc::clone(&shared) };
                let ledger = Arc::clone(&ledger);
                users.spawn(async move {
                    if reads {
                        user.read(&ledger).await;
                    } else {
                        user.write(&ledger).await;
                    }
                });
            }
        }
        let [comer, passer] =
            [2, 1].map(|back| User { number: USERS - back, shared: Arc::clone(&shared) });
        users.spawn(async move { comer.come_and_go().await });
        users.spawn(async move { passer.pass_by().await });
        Self { users, shared }
    }

    /// What has been answered so far.
    pub(crate) fn samples(&self) -> MutexGuard<'_, Samples> {
        lock(&self.shared.samples)
    }

    /// Ends the load, and compares what is stored with what was acknowledged.
    pub(crate) async fn stop(mut self) -> Samples {
        self.shared.stopped.store(true, Ordering::Relaxed);
        while let Some(user) = self.users.join_next().await {
            user.expect("what a user was answered makes sense");
        }
        let shared = &self.shared;
        let diaries = std::mem::take(&mut *lock(&shared.diaries));
        for ledger in diaries {
            let body = ledger.visitor().get("/").await.ok();
            ledger.compare(&Page::parse(&body));
        }
        let closed = std::mem::take(&mut *lock(&shared.closed));
        for mut visitor in closed {
            let answer = visitor.post("/close").await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "it was closed");
        }
        std::mem::take(&mut *lock(&shared.samples))
    }
}

impl Shared {
    fn open(&self, visitor: Client, name: String) -> Arc<Ledger> {
        let ledger = Arc::new(Ledger::of(visitor, name));
        lock(&self.diaries).push(Arc::clone(&ledger));
        ledger
    }

    fn note(&self) -> u64 {
        self.next_note.fetch_add(1, Ordering::Relaxed)
    }
}

/// Somebody who sends one request after the other.
struct User {
    number: usize,
    shared: Arc<Shared>,
}

impl User {
    fn goes_on(&self) -> bool {
        !self.shared.stopped.load(Ordering::Relaxed)
    }

    /// Sends one request, and answers whether it was served. If not, it was 503 without a cookie.
    async fn ask(&self, calls: StoreCalls, visitor: &mut Client, path: &str) -> (bool, Reply) {
        sleep(PAUSE).await;
        let began = Instant::now();
        let answer = match path {
            "/" | "/plain" => visitor.get(path).await,
            _ => visitor.post(path).await,
        };
        let served = answer.status == StatusCode::OK;
        assert!(served || answer.summary().starts_with("503, no Set-Cookie"), "{path}: {answer:?}");
        lock(&self.shared.samples).0.push(Sample {
            user: self.number,
            calls,
            began,
            ended: Instant::now(),
            status: answer.status,
        });
        (served, answer)
    }

    async fn write(&self, ledger: &Ledger) {
        while self.goes_on() {
            let note = self.shared.note();
            ledger.will_send(note);
            let path = format!("/add/{note}");
            let mut visitor = ledger.visitor();
            let (served, answer) = self.ask(StoreCalls::Two, &mut visitor, &path).await;
            assert_eq!(answer.set_cookie(), None, "another session was begun");
            if served {
                ledger.acknowledge(note);
            }
        }
    }

    /// Reads, and finds everything that was acknowledged before.
    async fn read(&self, ledger: &Ledger) {
        while self.goes_on() {
            let acknowledged = ledger.acknowledged();
            let mut visitor = ledger.visitor();
            let (served, answer) = self.ask(StoreCalls::One, &mut visitor, "/").await;
            assert_eq!(answer.set_cookie(), None);
            if served {
                let page = Page::parse(&answer.body);
                assert_eq!(page.name, ledger.name(), "the session was emptied");
                let notes: BTreeSet<_> = page.notes.into_iter().collect();
                assert!(acknowledged.is_subset(&notes), "not everything is there");
            }
        }
    }

    /// Begins a session, adds a note, and every other time logs out.
    async fn come_and_go(&self) {
        for round in 0.. {
            if !self.goes_on() {
                return;
            }
            let mut visitor = Client::new(&self.shared.app);
            let name = format!("newcomer-{round}");
            let path = format!("/begin/{name}");
            if !self.ask(StoreCalls::One, &mut visitor, &path).await.0 {
                assert_eq!(visitor.session(), None);
                continue;
            }
            assert_ne!(visitor.session(), None, "a session was begun");
            if round % 2 == 0 {
                let ledger = self.shared.open(visitor.clone(), name);
                let note = self.shared.note();
                ledger.will_send(note);
                let path = format!("/add/{note}");
                if self.ask(StoreCalls::Two, &mut visitor, &path).await.0 {
                    ledger.acknowledge(note);
                }
            } else {
                let mut leaving = visitor.clone();
                if self.ask(StoreCalls::Two, &mut leaving, "/close").await.0 {
                    assert_eq!(leaving.session(), None, "the cookie is removed");
                    lock(&self.shared.closed).push(visitor);
                }
            }
        }
    }

    async fn pass_by(&self) {
        let mut passer = Client::new(&self.shared.app);
        while self.goes_on() {
            let (served, _) = self.ask(StoreCalls::None, &mut passer, "/plain").await;
            assert!(served, "the database is none of its business");
        }
    }
}
