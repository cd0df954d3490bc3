//! A process that is killed leaves all that it acknowledged, and nothing in part.

use std::collections::HashMap;
use std::sync::Arc;

use session_core::store::{Record, Updated};
use session_core::{Handle, Now};
use session_sqlx::SqliteStore;

use super::fixtures::{
    Database, insert, loaded, patient, records, store, stored, update_of, updated, with,
};
use super::process::{Process, given};

const TEST: &str =
    "sqlite::crash::a_killed_process_leaves_every_acknowledged_write_and_none_in_part";
const REVISIONS: u64 = 6;

/// What a record holds at a revision: enough for several pages, and all of it says which one.
fn fields(revision: u64) -> Arc<[u8]> {
    let byte = u8::try_from(revision).expect("it is small");
    vec![byte; 6000 + 1000 * (revision % 3) as usize].into()
}

fn assert_whole(record: &Record) {
    let revision = record.revision;
    assert!(record.fields == fields(revision), "{revision}: the fields");
    assert_eq!(record.principal, Some(revision.to_string().into()));
}

/// What the other process does until it is killed.
async fn write_and_tell(database: Database) {
    let store = database.store(patient()).await;
    let writers = (0..16).map(|_| tokio::spawn(write_for_ever(store.clone())));
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("it works until it is killed");
    }
}

async fn write_for_ever(store: SqliteStore) {
    loop {
        let insert = with(insert(), |insert| {
            insert.principal = Some("1".into());
            insert.fields = fields(1);
        });
        let mut record = stored(&store, insert).await;
        println!("acknowledged {} {}", record.handle, record.revision);
        while record.revision < REVISIONS {
            let next = record.revision + 1;
            let update = with(update_of(&record), |update| {
                update.principal = Some(next.to_string().into());
                update.fields = fields(next);
            });
            assert!(matches!(updated(&store, update).await, Updated::Saved(_)));
            record.revision = next;
            println!("acknowledged {} {next}", record.handle);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_killed_process_leaves_every_acknowledged_write_and_none_in_part() {
    if let Some(database) = given() {
        return write_and_tell(database).await;
    }
    let (_, database) = store(patient()).await;
    let mut acknowledged: HashMap<Handle, u64> = HashMap::new();
    for round in 0..5 {
        let mut process = Process::start(TEST, &database);
        for heard in 0.. {
            if heard == 100 + 37 * round {
                process.kill();
            }
            let Some(said) = process.hear("acknowledged") else {
                break;
            };
            // The last line may have been cut.
            let Some((handle, revision)) = said.split_once(' ') else {
                break;
            };
            let handle = handle.parse().expect("it is a handle");
            acknowledged.insert(handle, revision.parse().expect("it is a number"));
        }
        drop(process);
        check(&database, &acknowledged).await;
    }
    assert!(acknowledged.len() > 50, "they have written");
}

async fn check(database: &Database, acknowledged: &HashMap<Handle, u64>) {
    let store = database.store(patient()).await;
    for (handle, revision) in acknowledged {
        let record = loaded(&store, *handle).await;
        let record = record.expect("what was acknowledged is there");
        assert!(record.revision >= *revision, "at {revision}: {record:?}");
        assert_whole(&record);
    }
    let mut number = 0;
    for revision in 1..=REVISIONS {
        let found = records(&store, &revision.to_string(), Now::Store).await;
        found.iter().for_each(assert_whole);
        number += found.len();
    }
    assert!(number >= acknowledged.len());
    let all = database.number("SELECT count(*) FROM sessions").await;
    assert_eq!(usize::try_from(all), Ok(number), "nobody has none");
    let faults = "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'";
    assert_eq!(database.number(faults).await, 0);
}
