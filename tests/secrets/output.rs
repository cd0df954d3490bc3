//! All that this process says: every log line of every crate, and every panic message.

use std::error::Error;
use std::io::{self, Write};
use std::panic;
use std::sync::{Mutex, Once};

use session_core::SessionEvent;
use tracing_subscriber::fmt::format::FmtSpan;

static SAID: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Where the log goes.
#[derive(Clone, Copy)]
struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        say(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Listens from now on, to all targets at all levels.
pub(crate) fn listen() {
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
            say(format!("{panic}\n").as_bytes());
            before(panic);
        }));
    });
}

/// Adds to what was said.
pub(crate) fn say(bytes: &[u8]) {
    SAID.lock().expect("nobody panics here").extend_from_slice(bytes);
}

/// What was said until now.
pub(crate) fn said() -> Vec<u8> {
    SAID.lock().expect("nobody panics here").clone()
}

/// Says all that an application could say of an event.
pub(crate) fn say_event(event: &SessionEvent<'_>) {
    say(format!("{event:?}\n").as_bytes());
    match event {
        SessionEvent::Refused { refusal } => say_error(*refusal),
        SessionEvent::StoreFailed { error, .. } => say_error(*error),
        _ => {}
    }
}

/// Says an error in every way, and its sources.
pub(crate) fn say_error(error: &(dyn Error + 'static)) {
    let mut next = Some(error);
    while let Some(error) = next {
        say(format!("{error} {error:?} {error:#?}\n").as_bytes());
        next = error.source();
    }
}
