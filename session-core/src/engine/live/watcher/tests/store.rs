//! A store that does what a test says, and a registry with live sessions in it.

use std::collections::HashMap;
use std::sync::Mutex;
use std::task::Context;

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::sleep;

use super::super::*;
use crate::crypto::time::Timestamp;
use crate::engine::end_reason::EndReason;
use crate::engine::error::Error;
use crate::engine::live::keeper::Seen;
use crate::engine::live::known::Known;
use crate::engine::live::person::Person;
use crate::engine::live::registration::Registration;
use crate::store::EndingSource;

pub(super) const CHECK_EVERY: Duration = Duration::from_secs(5);
const DAY: Duration = Duration::from_hours(24);
pub(super) const SECOND: Duration = Duration::from_secs(1);

/// A store as a test has it.
#[derive(Default)]
struct TestKeeper {
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    /// How long those live that are alive, if it is not a day.
    pub(super) left: HashMap<Handle, Duration>,
    pub(super) gone: Vec<Handle>,
    /// How many were asked for in each question.
    pub(super) questions: Vec<usize>,
    pub(super) asked: HashMap<Handle, usize>,
    pub(super) is_down: bool,
    pub(super) panics: bool,
    /// What the next feeds tell; none: it has none.
    pub(super) feeds: Vec<Option<UnboundedReceiver<Ending>>>,
    pub(super) opened: usize,
}

struct Channel(UnboundedReceiver<Ending>);

impl EndingSource for Channel {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Ending>> {
        self.0.poll_recv(context)
    }
}

impl Keeper for TestKeeper {
    fn inspect(self: Arc<Self>, asked: Vec<Asked>) -> Answer<Vec<Finding>> {
        Box::pin(async move {
            let mut state = self.state.lock().unwrap();
            state.questions.push(asked.len());
            for Asked { handle, .. } in &asked {
                *state.asked.entry(*handle).or_default() += 1;
            }
            let panics = state.panics;
            drop(state);
            assert!(!panics, "the store panics, says the test");
            let state = self.state.lock().unwrap();
            let find = |asked: Asked| match asked.handle {
                _ if state.is_down => Finding::Unanswered,
                handle if state.gone.contains(&handle) => Finding::Gone { expired: false },
                handle => {
                    let left = state.left.get(&handle).copied().unwrap_or(DAY);
                    Finding::Alive(Seen { owner: None, ends: Timestamp::now().plus(DAY), left })
                }
            };
            asked.into_iter().map(find).collect()
        })
    }

    fn endings(self: Arc<Self>) -> Answer<Result<Option<Endings>, StoreError>> {
        Box::pin(async move {
            let mut state = self.state.lock().unwrap();
            state.opened += 1;
            match state.feeds.pop() {
                None => Err(StoreError::failed("no feed at the moment")),
                Some(None) => Ok(None),
                Some(Some(told)) => Ok(Some(Endings::new(Channel(told)))),
            }
        })
    }

    fn touch(self: Arc<Self>, _: Handle) -> Answer<Result<Option<Duration>, Error>> {
        Box::pin(async { Ok(None) })
    }

    fn named_time(&self) -> Option<Timestamp> {
        None
    }

    fn knows_of_others(&self) -> bool {
        true
    }
}

/// A registry with so many live sessions, its store, and who tells of endings.
pub(super) struct Test {
    pub(super) registry: Arc<Registry>,
    keeper: Arc<TestKeeper>,
    pub(super) lives: Vec<Arc<Registration>>,
}

impl Test {
    pub(super) fn new() -> Self {
        Self::every(CHECK_EVERY)
    }

    /// Each session is asked for this often.
    pub(super) fn every(interval: Duration) -> Self {
        let (registry, keeper) = (Arc::new(Registry::new(interval)), Arc::default());
        let weak = Arc::downgrade(&keeper);
        registry.set_keeper(weak as Weak<dyn Keeper>);
        Self { registry, keeper, lives: Vec::new() }
    }

    /// A feed that the next to ask for one gets.
    pub(super) fn feed(&self) -> UnboundedSender<Ending> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.state(|state| state.feeds.push(Some(receiver)));
        sender
    }

    pub(super) async fn watch(&mut self, sessions: u32) {
        for number in 0..sessions {
            let known =
                Known { handle: handle(number), person: Person::Nobody, owner: None, ends: None };
            self.lives.push(Arc::new(Registration::of(&self.registry, known)));
        }
        start(&self.registry);
        sleep(Duration::from_millis(1)).await;
    }

    pub(super) fn state<R>(&self, access: impl FnOnce(&mut State) -> R) -> R {
        access(&mut self.keeper.state.lock().unwrap())
    }

    /// The questions since this was last asked: for how many sessions each.
    pub(super) fn questions(&self) -> Vec<usize> {
        self.state(|state| std::mem::take(&mut state.questions))
    }

    /// How often it was asked for since this was last asked.
    pub(super) fn asked(&self, number: u32) -> usize {
        self.state(|state| state.asked.remove(&handle(number)).unwrap_or(0))
    }

    pub(super) fn registration(&self, number: usize) -> Arc<Registration> {
        Arc::clone(&self.lives[number])
    }

    pub(super) fn end(&self, number: usize) -> Option<EndReason> {
        self.lives[number].watched.end()
    }
}

pub(super) fn handle(number: u32) -> Handle {
    let mut bytes = [0; 16];
    bytes[12..].copy_from_slice(&number.wrapping_mul(2_654_435_761).to_le_bytes());
    Handle::from_bytes(bytes)
}
