//! Both releases answer requests of one session in turn, and at the same time.

use session_tests::{TestStore, on_each_store};

use super::releases::Releases;

/// A thousand rounds of a request to the old release and one to the new.
async fn releases_that_alternate_a_thousand_times_lose_no_field<S: TestStore>(store: S) {
    let releases = Releases::on(store);
    let visitor = releases.visitor().await;
    visitor.at(&releases.old).post("/shop/0").await.ok();
    visitor.at(&releases.new).post("/shop/0").await.ok();
    releases.shared.defaulted();
    for round in 1..=1000 {
        let before = round - 1;
        let path = format!("/shop/{round}");
        let answer = visitor.at(&releases.old).post(&path).await;
        assert_eq!(answer.set_cookie(), None);
        assert_eq!(
            answer.ok(),
            format!("{} voucher-{before} theme-{before} new-nick-{before}", 2 * round),
        );
        assert_eq!(releases.shared.defaulted(), [""; 0], "the old release reads everything");

        let answer = visitor.at(&releases.new).post(&path).await;
        assert_eq!(answer.set_cookie(), None);
        let seen = format!("{} wish-{before} 0 old-nick-{round}", 2 * round + 1);
        assert_eq!(answer.ok(), seen);
        assert_eq!(
            releases.shared.defaulted(),
            ["theme"],
            "the new release reports what it cannot read"
        );
    }
    let bought: Vec<_> = (0..=1000)
        .step_by(10)
        .flat_map(|round| [format!("old-{round}"), format!("new-{round}")])
        .collect();
    let look = visitor.at(&releases.old).get("/").await.ok();
    assert_eq!(
        look,
        format!(
            "Shop {{ user: Some(\"ann\"), visits: 2002, cart: {bought:?}, voucher: \"voucher-1000\", \
             theme: \"theme-1000\", nick: \"new-nick-1000\" }}"
        ),
    );
    let look = visitor.at(&releases.new).get("/").await.ok();
    assert_eq!(
        look,
        format!(
            "Shop {{ user: Some(\"ann\"), visits: 2002, cart: {bought:?}, wishes: [\"wish-1000\"], \
             theme: Theme {{ hue: 0 }}, nickname: \"new-nick-1000\" }}"
        ),
    );
}

/// The old release's request has loaded the session when the new one's changes it.
async fn overlapping_requests_to_two_releases_keep_both_changes<S: TestStore>(store: S) {
    let releases = Releases::on(store);
    let visitor = releases.visitor().await;
    visitor.at(&releases.old).post("/shop/10").await.ok();
    let mut slow = visitor.at(&releases.old);
    let slow = tokio::spawn(async move { slow.post("/slowly").await });
    releases.shared.meeting.wait().await;
    visitor.at(&releases.new).post("/shop/20").await.ok();
    releases.shared.meeting.wait().await;
    slow.await.expect("it does not panic").ok();
    assert_eq!(
        visitor.at(&releases.old).get("/").await.ok(),
        "Shop { user: Some(\"ann\"), visits: 3, cart: [\"old-10\", \"new-20\"], voucher: \"slow\", \
         theme: \"theme-10\", nick: \"new-nick-20\" }",
    );
    assert_eq!(
        visitor.at(&releases.new).get("/").await.ok(),
        "Shop { user: Some(\"ann\"), visits: 3, cart: [\"old-10\", \"new-20\"], wishes: [\"wish-20\"], \
         theme: Theme { hue: 0 }, nickname: \"new-nick-20\" }",
    );
}

on_each_store!(
    releases_that_alternate_a_thousand_times_lose_no_field,
    overlapping_requests_to_two_releases_keep_both_changes,
);
