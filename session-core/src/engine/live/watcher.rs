//! The watcher: the one task that asks for live sessions, by the store's hints and by the clock.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, Weak};
use std::task::Poll;
use std::time::Duration;

use tokio::runtime;
use tokio::time::{Instant, sleep_until, timeout};

use super::keeper::{Answer, Asked, Finding, Keeper};
use super::registry::Registry;
use super::watching::Watching;
use crate::crypto::token::Handle;
use crate::store::{Ending, Endings, PROOF_INTERVAL, StoreError};

/// How many sessions a store is asked for at once.
const BATCH: usize = 500;
/// How often deadlines are looked at.
const MAX_TICK: Duration = Duration::from_millis(250);
/// Over how many ticks questions are spread at least.
const MIN_TICKS: u32 = 10;
/// Over how many intervals the questions are spread under a feed that proves itself. There may be endings that the
/// store itself does not know of: by a program of an older release, by hand, by eviction.
const PROVEN_ROUNDS: u32 = 12;
/// How long the watcher stays when there is nothing to watch over.
const LINGER: Duration = Duration::from_mins(1);
/// How long a feed that is over is not asked for again; each time twice as long.
const MIN_BACKOFF: Duration = Duration::from_millis(100);
const MAX_BACKOFF: Duration = Duration::from_secs(30);
/// How long a store that has no feed is not asked for one again: somebody may have given it the right.
const WITHOUT_FEED: Duration = Duration::from_mins(5);

/// Starts the watcher unless it runs, where there is a runtime to run it.
pub(crate) fn start(registry: &Arc<Registry>) {
    if !registry.is_unwatched() {
        return;
    }
    let Ok(runtime) = runtime::Handle::try_current() else { return };
    let Some(keeper) = registry.keeper() else { return };
    if let Some(watching) = registry.begin_watching() {
        let watcher = Watcher::new(watching, Arc::downgrade(&keeper));
        runtime.spawn(watcher.run());
    }
}

struct Watcher {
    watching: Watching,
    keeper: Weak<dyn Keeper>,
    feed: Feed,
    /// When the feed last proved that it misses nothing; none while that is not known.
    proven: Option<Instant>,
    question: Option<Question>,
    /// A store that did not answer is not asked before this.
    not_before: Option<Instant>,
    tick: Duration,
    /// How many ticks there were.
    ticks: u32,
}

enum Feed {
    Closed { until: Instant, backoff: Duration },
    Opening { answer: Answer<Result<Option<Endings>, StoreError>>, backoff: Duration },
    Open { endings: Endings, since: Instant, backoff: Duration },
}

/// The sessions that the store is being asked for.
struct Question {
    handles: Vec<Handle>,
    answer: Answer<Vec<Finding>>,
}

/// What the watcher is woken by.
enum Wake {
    Opened(Result<Option<Endings>, StoreError>),
    Told(Option<Ending>),
    Answered(Vec<Finding>),
    Registry,
    Clock,
}

impl Watcher {
    fn new(watching: Watching, keeper: Weak<dyn Keeper>) -> Self {
        let tick = (watching.registry.check_every / MIN_TICKS).min(MAX_TICK);
        let not_before = watching.not_before;
        let until = not_before.unwrap_or_else(Instant::now);
        Self {
            watching,
            keeper,
            feed: Feed::Closed { until, backoff: MIN_BACKOFF },
            proven: None,
            question: None,
            not_before,
            tick: tick.max(Duration::from_millis(1)),
            ticks: 0,
        }
    }

    async fn run(mut self) {
        let mut next_tick = Instant::now() + self.tick;
        loop {
            if self.registry().is_empty() && self.question.is_none() {
                let woken = Arc::clone(&self.watching.registry);
                let is_woken = timeout(LINGER, woken.woken.notified()).await.is_ok();
                if !is_woken && self.watching.end_if_idle() {
                    return;
                }
                if is_woken {
                    // What the feed has told meanwhile has piled up.
                    next_tick = Instant::now();
                }
            }
            let Some(keeper) = self.keeper.upgrade() else { return };
            self.begin(keeper);
            match self.wait(next_tick).await {
                Wake::Opened(opened) => self.opened(opened),
                Wake::Told(ending) => self.told(ending),
                Wake::Answered(findings) => self.answered(findings),
                Wake::Registry => {}
                Wake::Clock => {
                    self.tick();
                    next_tick = Instant::now() + self.tick;
                }
            }
        }
    }

    /// Asks what is to be asked for.
    fn begin(&mut self, keeper: Arc<dyn Keeper>) {
        let now = Instant::now();
        if let Feed::Closed { until, backoff } = self.feed
            && until <= now
        {
            self.feed = Feed::Opening { answer: Arc::clone(&keeper).endings(), backoff };
        }
        if self.question.is_none() && self.not_before.is_none_or(|moment| moment <= now) {
            let asked = self.registry().take_urgent(BATCH);
            if !asked.is_empty() {
                let handles = asked.iter().map(|Asked { handle, .. }| *handle).collect();
                self.question = Some(Question { handles, answer: keeper.inspect(asked) });
            }
        }
    }

    async fn wait(&mut self, next_tick: Instant) -> Wake {
        let registry = Arc::clone(&self.watching.registry);
        let mut woken = pin!(registry.woken.notified());
        let mut clock = pin!(sleep_until(next_tick));
        poll_fn(|context| {
            if let Some(Question { answer, .. }) = &mut self.question
                && let Poll::Ready(findings) = answer.as_mut().poll(context)
            {
                return Poll::Ready(Wake::Answered(findings));
            }
            // First the clock: what a feed has to tell may be endless.
            if clock.as_mut().poll(context).is_ready() {
                return Poll::Ready(Wake::Clock);
            }
            match &mut self.feed {
                Feed::Opening { answer, .. } => {
                    if let Poll::Ready(opened) = answer.as_mut().poll(context) {
                        return Poll::Ready(Wake::Opened(opened));
                    }
                }
                Feed::Open { endings, .. } => {
                    if let Poll::Ready(ending) = endings.poll_next(context) {
                        return Poll::Ready(Wake::Told(ending));
                    }
                }
                Feed::Closed { .. } => {}
            }
            Pin::as_mut(&mut woken).poll(context).map(|()| Wake::Registry)
        })
        .await
    }

    fn opened(&mut self, opened: Result<Option<Endings>, StoreError>) {
        let now = Instant::now();
        let backoff = self.backoff();
        self.feed = match opened {
            Ok(Some(endings)) => {
                // What ended before is not told.
                self.registry().hint_all();
                Feed::Open { endings, since: now, backoff }
            }
            Ok(None) => Feed::Closed { until: now + WITHOUT_FEED, backoff: MIN_BACKOFF },
            Err(_) => Feed::Closed { until: now + backoff, backoff: next(backoff) },
        };
    }

    fn told(&mut self, ending: Option<Ending>) {
        match ending {
            Some(Ending::Of(handle)) => self.registry().hint(handle),
            // For a short interval proofs come too seldom.
            Some(Ending::UpToDate) if self.registry().check_every / 2 > PROOF_INTERVAL => {
                self.proven = Some(Instant::now());
            }
            Some(Ending::UpToDate) => {}
            Some(Ending::Gap) => self.registry().hint_all(),
            None => {
                let now = Instant::now();
                let backoff = self.backoff();
                self.feed = Feed::Closed { until: now + backoff, backoff: next(backoff) };
                self.proven = None;
                self.registry().hint_all();
            }
        }
    }

    fn answered(&mut self, findings: Vec<Finding>) {
        let Some(Question { handles, .. }) = self.question.take() else { return };
        let now = Instant::now();
        let mut is_answered = true;
        for (handle, finding) in handles.into_iter().zip(findings) {
            is_answered &= self.registry().note(handle, finding, now);
        }
        let pause = || self.registry().check_every.min(PROOF_INTERVAL);
        self.not_before = (!is_answered).then(|| now + pause());
    }

    /// A moment has come. Without a proof of life, each session is asked for once in every interval; with one, once
    /// in many.
    fn tick(&mut self) {
        let now = Instant::now();
        let check_every = self.registry().check_every;
        if self.proven.is_some_and(|proven| now.duration_since(proven) > check_every / 2) {
            self.proven = None;
            self.registry().hint_all();
        }
        let is_proven = self.proven.is_some();
        let ticks = (check_every.as_nanos() / self.tick.as_nanos()).clamp(1, 1 << 20) as u32;
        let (round, is_round) =
            (self.ticks / ticks % PROVEN_ROUNDS, self.ticks.is_multiple_of(ticks));
        // Ticks come late, and answers take their time.
        let turns = ticks - ticks / 10;
        let turn = self.ticks % turns;
        self.ticks = self.ticks.wrapping_add(1);
        let named = self.keeper.upgrade().and_then(|keeper| keeper.named_time());
        self.registry().tick(now, named, |handle| {
            if is_proven {
                is_round && turn_of(handle, PROVEN_ROUNDS) == round
            } else {
                turn_of(handle, turns) == turn
            }
        });
    }

    fn registry(&self) -> &Registry {
        &self.watching.registry
    }

    /// How long the feed is not to be asked for again.
    fn backoff(&self) -> Duration {
        match &self.feed {
            // It has worked for a while.
            Feed::Open { since, .. } if since.elapsed() > MAX_BACKOFF => MIN_BACKOFF,
            Feed::Closed { backoff, .. }
            | Feed::Opening { backoff, .. }
            | Feed::Open { backoff, .. } => *backoff,
        }
    }
}

fn next(backoff: Duration) -> Duration {
    MAX_BACKOFF.min(backoff * 2)
}

/// At which of so many ticks a session is asked for: the end of a handle is random.
fn turn_of(handle: Handle, ticks: u32) -> u32 {
    let [.., a, b, c, d] = *handle.as_bytes();
    u32::from_le_bytes([a, b, c, d]) % ticks
}

#[cfg(test)]
mod tests;
