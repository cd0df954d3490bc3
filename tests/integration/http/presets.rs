//! The limits of `Lifetime`'s presets, as a client meets them.

use std::time::Duration;

use session_axum::{Lifetime, SessionCookie};
use session_tests::{TestStore, on_each_store};

use super::app::TestApp;

on_each_store!(
    with_keys;
    a_preset_ends_a_session_at_its_idle_limit,
    a_preset_ends_a_session_at_its_absolute_limit,
);

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
const MOMENT: Duration = Duration::from_micros(1);

/// Each with its absolute and its idle limit (NIST SP 800-63B-4, 2.1.3, 2.2.3 and 2.3.3). The default is AAL2.
fn presets() -> [(Lifetime, Duration, Duration); 4] {
    [
        (Lifetime::AAL1, 30 * DAY, 7 * DAY),
        (Lifetime::AAL2, DAY, HOUR),
        (Lifetime::AAL3, 12 * HOUR, 15 * MINUTE),
        (Lifetime::default(), DAY, HOUR),
    ]
}

async fn a_preset_ends_a_session_at_its_idle_limit<S: TestStore>(store: S) {
    for (lifetime, _, idle) in presets() {
        let app = TestApp::with_options(store.clone(), |builder| builder.lifetime(lifetime));
        let (mut just, mut late) = (app.log_in_as("ann").await, app.log_in_as("ann").await);
        app.clock.advance(idle.saturating_sub(MOMENT));
        assert_eq!(just.post("/account").await.ok(), "ann", "{lifetime:?}");
        app.clock.advance(MOMENT);
        assert_eq!(late.post("/account").await.status, 401, "{lifetime:?}");
        app.clock.advance(idle);
        assert_eq!(just.post("/account").await.status, 401, "{lifetime:?}");
    }
}

async fn a_preset_ends_a_session_at_its_absolute_limit<S: TestStore>(store: S) {
    for (lifetime, absolute, idle) in presets() {
        let app = TestApp::with_options(store.clone(), |builder| builder.lifetime(lifetime));
        let mut client = app.log_in_as("ann").await;
        let end = app.clock.now().plus(absolute.saturating_sub(MOMENT));
        while app.clock.now().plus(idle / 2) < end {
            app.clock.advance(idle / 2);
            assert_eq!(client.post("/account").await.ok(), "ann", "{lifetime:?}");
        }
        app.clock.advance(end.since(app.clock.now()));
        assert_eq!(client.post("/account").await.ok(), "ann", "{lifetime:?}");
        app.clock.advance(MOMENT);
        assert_eq!(client.post("/account").await.status, 401, "{lifetime:?}");
    }
}

#[test]
fn limits_lie_between_a_second_and_400_days_and_a_renewal_takes_a_minute() {
    let (second, moment) = (Duration::from_secs(1), Duration::from_nanos(1));
    assert!(Lifetime::new(second, second).is_ok());
    assert!(Lifetime::new(400 * DAY, 400 * DAY).is_ok());
    for odd in [second.saturating_sub(moment), 400 * DAY + moment, Duration::ZERO, Duration::MAX] {
        assert!(Lifetime::new(odd, odd).is_err(), "{odd:?}");
        assert!(Lifetime::new(400 * DAY, odd).is_err(), "{odd:?}");
        assert!(Lifetime::AAL2.remembering(odd, odd).is_err(), "{odd:?}");
    }
    assert!(Lifetime::AAL2.rotating_every(MINUTE).is_ok());
    assert!(Lifetime::AAL2.rotating_every(MINUTE.saturating_sub(moment)).is_err());
    assert!(SessionCookie::host(&"n".repeat(64)).is_ok());
    assert!(SessionCookie::host(&"n".repeat(65)).is_err());
}
