//! Real time under a paused clock: a test's clock stands still while a store waits for its server.

use std::future::Future;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use tokio::task::spawn_blocking;

/// Waits for what happens outside of this process: a server's answer, a disk. For authors of stores.
///
/// Where tokio's clock is paused (`#[tokio::test(start_paused = true)]`), it jumps to the next timer as
/// soon as every task waits. It takes a wait for a server for such an idle moment, so that each deadline
/// would have passed before any answer. Here it stands still until the future is ready, for at most
/// as long as `within` says in real time; then it jumps, and the deadline ends the wait as ever.
///
/// The future must not wait for a timer: that stands still too. Where the clock runs, this is the
/// future alone, after two looks at the clock.
///
/// ```
/// use std::time::Duration;
/// use session_core::store::in_real_time;
/// use tokio::time::timeout;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// # async fn answer() -> u32 { 7 }
/// let deadline = Duration::from_secs(2);
/// let answered = timeout(deadline, in_real_time(deadline, answer())).await;
/// assert_eq!(answered, Ok(7));
/// # }
/// ```
pub async fn in_real_time<F: Future>(within: Duration, future: F) -> F::Output {
    let hold = is_paused().then(|| ClockHold::new(within));
    let output = future.await;
    drop(hold);
    output
}

/// Whether tokio's clock shows another time than the system's: it is a test's.
fn is_paused() -> bool {
    let before = Instant::now();
    let shown = tokio::time::Instant::now().into_std();
    shown < before || shown > Instant::now()
}

/// A task of a thread's own, during which a paused clock does not jump. It ends when this is dropped.
struct ClockHold {
    _end: mpsc::Sender<()>,
}

impl ClockHold {
    fn new(within: Duration) -> Self {
        let (end, ended) = mpsc::channel();
        spawn_blocking(move || _ = ended.recv_timeout(within));
        Self { _end: end }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use tokio::sync::oneshot;
    use tokio::time::{sleep, timeout};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// What another thread answers in its own time.
    fn answer_after(pause: Duration) -> oneshot::Receiver<()> {
        let (sender, answer) = oneshot::channel();
        thread::spawn(move || {
            thread::sleep(pause);
            _ = sender.send(());
        });
        answer
    }

    #[tokio::test(start_paused = true)]
    async fn a_paused_clock_waits_for_an_answer() {
        let began = tokio::time::Instant::now();
        let answer = answer_after(Duration::from_millis(20));
        let answered = timeout(SECOND, in_real_time(SECOND, answer)).await;
        assert!(answered.is_ok());
        assert_eq!(began.elapsed(), Duration::ZERO, "and does not move");
        // And jumps on after it.
        sleep(SECOND * 3600).await;
        assert_eq!(began.elapsed(), SECOND * 3600);
    }

    #[tokio::test(start_paused = true)]
    async fn what_never_answers_ends_at_its_deadline() {
        let (_sender, answer) = oneshot::channel::<()>();
        let (limit, began) = (Duration::from_millis(20), Instant::now());
        assert!(timeout(limit, in_real_time(limit, answer)).await.is_err());
        assert!((limit..SECOND * 10).contains(&began.elapsed()));
    }

    #[tokio::test]
    async fn a_clock_that_runs_is_left_alone() {
        assert!(!is_paused());
        tokio::time::pause();
        thread::sleep(Duration::from_millis(1));
        assert!(is_paused());
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_a_test_has_advanced_is_paused() {
        tokio::time::advance(SECOND * 60).await;
        assert!(is_paused());
    }
}
