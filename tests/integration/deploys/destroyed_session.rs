//! A session that one release ends while the other still has a request of it.

use session_core::Now;
use session_tests::{TestStore, on_each_store};

use super::releases::Releases;

/// The old release's request is under way when the new one ends the session.
async fn a_session_that_one_release_destroyed_is_not_revived_by_the_other<S: TestStore>(store: S) {
    let releases = Releases::on(store);
    let visitor = releases.visitor().await;
    visitor.at(&releases.old).post("/shop/1").await.ok();
    let handle = releases.record(&visitor).await.expect("it is stored").handle;
    let mut slow = visitor.at(&releases.old);
    let slow = tokio::spawn(async move { slow.post("/slowly").await });
    releases.shared.meeting.wait().await;
    let mut leaving = visitor.at(&releases.new);
    leaving.post("/logout").await.ok();
    assert_eq!(leaving.session(), None);
    releases.shared.meeting.wait().await;
    let answer = slow.await.expect("it does not panic");
    assert_eq!(answer.summary(), "401, no Set-Cookie, Vary: Cookie");

    // Its cookie names nothing: what it does now is somebody else's.
    let mut late = visitor.at(&releases.old);
    let answer = late.post("/shop/2").await;
    assert_eq!(answer.body, "0   ");
    assert_ne!(releases.record(&late).await.expect("it is stored").handle, handle);
    let gone = releases.store.load(handle, Now::Store).await;
    assert_eq!(gone.expect("the store answers"), None);
}

on_each_store!(a_session_that_one_release_destroyed_is_not_revived_by_the_other);
