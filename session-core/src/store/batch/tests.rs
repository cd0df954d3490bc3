//! The batch engine under a paused clock: which calls travel together, and how workers live and end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::Semaphore;
use tokio::task::yield_now;
use tokio::time::{Instant, timeout};

use super::{Backoff, Call, Fifo, InFlight, Queue, Reply, Unanswered, Worker};
use crate::store::StoreError;

const LIMIT: Duration = Duration::from_secs(2);

/// What a call asks of a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Request {
    /// To be answered at once.
    Echo(u32),
    /// To be answered when the gate opens.
    Wait,
    Panic,
}

/// What the workers of a test have in common.
#[derive(Debug)]
struct Shared {
    batches: Mutex<Vec<Vec<Request>>>,
    gate: Semaphore,
    made: AtomicUsize,
    alive: AtomicUsize,
    /// How many of them get ready, one after the other.
    ready: Semaphore,
}

struct TestWorker(Arc<Shared>);

type TestCall = Call<Request, Request>;

impl Worker for TestWorker {
    type Scheduler = Fifo<TestCall>;

    async fn prepare(&mut self) {
        drop(self.0.ready.acquire().await);
    }

    async fn run(&mut self, calls: Vec<TestCall>, _: &mut InFlight<Fifo<TestCall>>) {
        let requests = calls.iter().map(|call| call.request).collect();
        self.0.batches.lock().unwrap().push(requests);
        for call in calls {
            match call.request {
                Request::Echo(_) => {}
                Request::Wait => drop(self.0.gate.acquire().await),
                Request::Panic => panic!("so the test says"),
            }
            let request = call.request;
            call.answer(Ok(request));
        }
    }
}

impl Drop for TestWorker {
    fn drop(&mut self) {
        self.0.alive.fetch_sub(1, Ordering::Relaxed);
    }
}

struct TestQueue {
    queue: Queue<TestWorker>,
    shared: Arc<Shared>,
}

impl TestQueue {
    fn new(length: usize, workers: usize, max_batch: usize) -> Self {
        let shared = Arc::new(Shared {
            batches: Mutex::default(),
            gate: Semaphore::new(0),
            made: AtomicUsize::new(0),
            alive: AtomicUsize::new(0),
            ready: Semaphore::new(1),
        });
        let of_workers = Arc::clone(&shared);
        let make_worker = move || {
            of_workers.made.fetch_add(1, Ordering::Relaxed);
            of_workers.alive.fetch_add(1, Ordering::Relaxed);
            TestWorker(Arc::clone(&of_workers))
        };
        Self {
            queue: Queue::new(length, workers, move || Fifo::new(max_batch), make_worker),
            shared,
        }
    }

    fn call(&self, request: Request) -> Result<Reply<Request>, StoreError> {
        let (call, reply) = Call::new(request, Instant::now() + LIMIT);
        self.queue.push(|fifo| fifo.push(call))?;
        Ok(reply)
    }

    async fn answer(&self, request: Request) -> Result<Request, Unanswered> {
        let reply = self.call(request).expect("the queue has room");
        Ok(reply.wait().await?.expect("a worker answers with the request"))
    }

    fn batches(&self) -> Vec<Vec<Request>> {
        std::mem::take(&mut self.shared.batches.lock().unwrap())
    }
}

#[tokio::test(start_paused = true)]
async fn calls_of_one_turn_are_sent_together_and_a_lone_one_at_once() {
    let queue = TestQueue::new(100, 4, 3);
    let began = Instant::now();
    assert_eq!(queue.answer(Request::Echo(0)).await, Ok(Request::Echo(0)));
    assert_eq!(queue.batches(), [[Request::Echo(0)]]);

    let replies: Vec<_> =
        (1..6).map(|number| queue.call(Request::Echo(number)).expect("there is room")).collect();
    for (number, reply) in (1..).zip(replies) {
        assert!(matches!(reply.wait().await, Ok(Ok(Request::Echo(n))) if n == number));
    }
    let sizes: Vec<usize> = queue.batches().iter().map(Vec::len).collect();
    assert_eq!(sizes, [3, 2]);
    assert_eq!(began.elapsed(), Duration::ZERO, "no timer delays a call");
}

#[tokio::test(start_paused = true)]
async fn while_all_workers_are_busy_calls_gather_and_more_than_may_are_refused() {
    let queue = TestQueue::new(2, 1, 10);
    let first = queue.call(Request::Wait).expect("it is the first");
    while queue.batches().is_empty() {
        yield_now().await;
    }
    let waiting: Vec<_> =
        (1..3).map(|number| queue.call(Request::Echo(number)).expect("there is room")).collect();
    assert!(matches!(queue.call(Request::Echo(3)), Err(StoreError::Overloaded(2))));

    queue.shared.gate.add_permits(1);
    for reply in waiting {
        assert!(matches!(reply.wait().await, Ok(Ok(_))));
    }
    assert!(matches!(first.wait().await, Ok(Ok(Request::Wait))));
    assert_eq!(queue.batches(), [[Request::Echo(1), Request::Echo(2)]]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_not_answered_ends_at_its_deadline() {
    let queue = TestQueue::new(10, 1, 1);
    let began = Instant::now();
    assert_eq!(queue.answer(Request::Wait).await, Err(Unanswered::Deadline));
    assert_eq!(began.elapsed(), LIMIT);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_at_its_deadline_was_not_lost() {
    for (left, unanswered) in [(LIMIT, Unanswered::Lost), (Duration::ZERO, Unanswered::Deadline)] {
        let (call, reply) = TestCall::new(Request::Wait, Instant::now() + left);
        assert_eq!(call.is_abandoned(Instant::now()), left.is_zero());
        drop(call);
        assert!(matches!(reply.wait().await, Err(why) if why == unanswered));
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_panics_is_replaced_and_its_callers_are_told() {
    let queue = TestQueue::new(100, 2, 1);
    for _ in 0..6 {
        assert_eq!(queue.answer(Request::Panic).await, Err(Unanswered::Lost));
    }
    // As many run at once as before.
    let waiting = [(); 2].map(|()| queue.call(Request::Wait).expect("there is room"));
    timeout(LIMIT / 2, async {
        queue.batches();
        while queue.shared.batches.lock().unwrap().len() < 2 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await
    .expect("both workers have a batch");
    queue.shared.gate.add_permits(2);
    for reply in waiting {
        assert!(matches!(reply.wait().await, Ok(Ok(Request::Wait))));
    }
    assert_eq!(queue.shared.made.load(Ordering::Relaxed), 2 + 6);
    assert_eq!(queue.shared.alive.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn workers_end_with_the_queue_though_they_are_not_ready() {
    let queue = TestQueue::new(10, 3, 1);
    assert!(queue.answer(Request::Echo(1)).await.is_ok());
    let shared = Arc::clone(&queue.shared);
    // The second waits for a connection that does not come.
    let _unready = shared.ready.acquire().await;
    assert!(queue.answer(Request::Panic).await.is_err());
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(shared.alive.load(Ordering::Relaxed), 3);
    drop(queue);
    timeout(LIMIT, async {
        while shared.alive.load(Ordering::Relaxed) > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await
    .expect("all of them end");
}

#[test]
fn a_later_runtime_gets_workers_of_its_own_and_calls_of_the_former_are_told() {
    let queue = Arc::new(TestQueue::new(10, 1, 1));
    let runtime = || Builder::new_current_thread().enable_all().build().expect("it is a runtime");
    let (first, second) = (runtime(), runtime());
    let waiting = first.block_on(async {
        let busy = queue.call(Request::Wait).expect("there is room");
        while queue.batches().is_empty() {
            yield_now().await;
        }
        [busy, queue.call(Request::Echo(1)).expect("there is room")]
    });
    drop(first);
    second.block_on(async {
        let began = Instant::now();
        for reply in waiting {
            assert!(matches!(reply.wait().await, Err(Unanswered::Lost)));
        }
        assert_eq!(queue.answer(Request::Echo(2)).await, Ok(Request::Echo(2)));
        assert!(began.elapsed() < LIMIT / 2, "nobody waits for the deadline");
    });
}

#[tokio::test(start_paused = true)]
async fn pauses_double_up_to_a_limit_and_are_never_less_than_half() {
    let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_millis(300));
    for longest in [100, 200, 300, 300] {
        let (began, longest) = (Instant::now(), Duration::from_millis(longest));
        backoff.wait().await;
        // A timer is never early, and a millisecond late at most.
        let waited = began.elapsed();
        assert!(
            longest / 2 <= waited && waited <= longest + Duration::from_millis(1),
            "{waited:?}"
        );
    }
}
