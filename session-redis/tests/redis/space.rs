//! What a session takes in memory, beside what was asked to be kept.

use session_test_support::Redis;

use crate::sample::{Raw, builder, connected, insert, insert_of, stored, with};

#[tokio::test]
async fn a_session_takes_little_more_than_its_payload() {
    let server = Redis::start().await;
    let mut raw = Raw::connect(&server.url()).await;
    let store = connected(builder().prefix("session:"), &server.url()).await;
    for fields in [0, 200, 1024, 16 * 1024] {
        let record =
            stored(&store, with(insert(), |insert| insert.fields = vec![1; fields].into())).await;
        let payload = fields + record.label.as_deref().map_or(0, str::len);
        let used: usize = raw.ask(&format!("MEMORY USAGE session:{}", record.handle)).await;
        println!("{payload} bytes of fields and label: {used} bytes, {} more", used - payload);
        assert!(used < payload + payload / 4 + 320, "{used} bytes for {payload}");
    }
    raw.ask::<String>("FLUSHALL").await;
    let before: usize = used_memory(&mut raw).await;
    let mut payload = 0;
    for number in 0..2000 {
        let record = stored(&store, insert_of(&format!("user{}", number / 2))).await;
        payload += record.fields.len() + record.label.map_or(0, |label| label.len());
    }
    let used = used_memory(&mut raw).await - before;
    println!(
        "2000 sessions of 1000 principals: {} bytes each in all, {} of them payload; no sorted set of all",
        used / 2000,
        payload / 2000
    );
}

async fn used_memory(raw: &mut Raw) -> usize {
    let info: String = raw.ask("INFO memory").await;
    let line = info.lines().find_map(|line| line.strip_prefix("used_memory_dataset:"));
    line.expect("the server tells").trim().parse().expect("a number")
}
