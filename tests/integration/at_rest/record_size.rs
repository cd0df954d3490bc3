//! The size of a record.

use session_axum::MemoryStore;
use session_core::Now;
use session_tests::ProbedStore;

use super::app::{CANARY, required_sealing, use_sessions};

#[tokio::test]
async fn a_records_bytes_beside_its_json() {
    for (sealing, what) in [(None, "plain"), (Some(required_sealing()), "sealed")] {
        let store = ProbedStore::new(MemoryStore::new());
        use_sessions(store.clone(), sealing).await;
        let record = store.records(Now::Store).await.remove(0);
        let json = format!(r#"{{"user":"{CANARY}","cart":["{CANARY}","{CANARY}"]}}"#).len();
        println!("{what}: {} bytes of fields for {json} bytes of JSON", record.fields.len());
        assert!(record.fields.len() <= 2 * json + 16);
    }
}
