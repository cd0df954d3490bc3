//! The output of this process: every log line of every crate, and every panic message.

use std::error::Error;
use std::io::{self, Write};
use std::panic;
use std::sync::{Mutex, Once};

use session_axum::SessionEvent;
use tracing_subscriber::fmt::format::FmtSpan;

static OUTPUT: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Where the log goes.
#[derive(Clone, Copy)]
struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        print(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Captures from now on what is logged, by all targets at all levels.
pub(crate) fn capture() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_writer(|| Log)
            .with_ansi(false)
            .init();
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            print(format!("{panic}\n").as_bytes());
            before(panic);
        }));
    });
}

/// Adds to the output.
pub(crate) fn print(bytes: &[u8]) {
    OUTPUT.lock().expect("nobody panics here").extend_from_slice(bytes);
}

/// The output until now.
pub(crate) fn captured() -> Vec<u8> {
    OUTPUT.lock().expect("nobody panics here").clone()
}

/// Prints all that an application could print of an event.
pub(crate) fn print_event(event: &SessionEvent<'_>) {
    print(format!("{event:?}\n").as_bytes());
    match event {
        SessionEvent::Refused { refusal } => print_error(*refusal),
        SessionEvent::StoreFailed { error, .. } => print_error(*error),
        _ => {}
    }
}

/// Prints an error in every way, and its sources.
pub(crate) fn print_error(error: &(dyn Error + 'static)) {
    let mut next = Some(error);
    while let Some(error) = next {
        print(format!("{error} {error:?} {error:#?}\n").as_bytes());
        next = error.source();
    }
}
