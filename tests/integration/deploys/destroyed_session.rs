//! A session that one release ends while the other still has a request of it.

use session_core::Now;
use session_tests::{Fresh, on_each_store};

use crate::deploy::Deploy;

/// The old release's request is under way when the new one ends the session.
async fn a_session_that_one_release_destroyed_is_not_revived_by_the_other<S: Fresh>(store: S) {
    let deploy = Deploy::on(store);
    let visitor = deploy.visitor().await;
    visitor.at(&deploy.old).post("/shop/1").await.ok();
    let handle = deploy.record(&visitor).await.expect("it is stored").handle;
    let mut slow = visitor.at(&deploy.old);
    let slow = tokio::spawn(async move { slow.post("/slowly").await });
    deploy.common.meeting.wait().await;
    let mut leaving = visitor.at(&deploy.new);
    leaving.post("/logout").await.ok();
    assert_eq!(leaving.session(), None);
    deploy.common.meeting.wait().await;
    let answer = slow.await.expect("it does not panic");
    assert_eq!(answer.told(), "401, no Set-Cookie, Vary: Cookie");

    // Its cookie names nothing: what it does now is somebody else's.
    let mut late = visitor.at(&deploy.old);
    let answer = late.post("/shop/2").await;
    assert_eq!(answer.body, "0   ");
    assert_ne!(deploy.record(&late).await.expect("it is stored").handle, handle);
    let gone = deploy.store.load(handle, Now::Store).await;
    assert_eq!(gone.expect("the store answers"), None);
}

on_each_store!(a_session_that_one_release_destroyed_is_not_revived_by_the_other);
