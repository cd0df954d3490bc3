//! Each defect of a store is found, as what it is.

use std::fmt::Write as _;

use futures_util::future::join_all;
use session_ledger::faults::Fault;
use session_ledger::report::Results;
use session_ledger::run::run_here;
use session_ledger::stores::Kind;
use session_ledger::{Violation, on_store};

use super::defective_store::{Defect, DefectiveStore};
use super::plan;

const EXPECTED: [(Defect, Violation); 12] = [
    (Defect::LosesUpdates, Violation::LostChange),
    (Defect::LosesInserts, Violation::LostSession),
    (Defect::KeepsDeleted, Violation::Undone),
    (Defect::RevivesDeleted, Violation::Undone),
    (Defect::KeepsRevoked, Violation::Undone),
    (Defect::MixesFields, Violation::Foreign),
    (Defect::MixesPrincipals, Violation::Foreign),
    (Defect::ReadsStale, Violation::LostChange),
    (Defect::ForgetsListed, Violation::Unlisted),
    (Defect::ListsDeleted, Violation::Undone),
    (Defect::IgnoresLimit, Violation::TooMany),
    (Defect::OverlooksRecords, Violation::LostSession),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_defect_of_a_store_is_found_as_what_it_is() {
    let mut missed = String::new();
    // Several at once, since a run waits for most of its time.
    for some in EXPECTED.chunks(6) {
        for (defect, expected, results) in join_all(some.iter().map(run)).await {
            println!("{defect:?}: {:?}", results.counts());
            if !results.counts().contains_key(&expected) {
                _ = write!(missed, "{defect:?} is no {expected:?} but {:?}; ", results.counts());
            }
        }
    }
    assert!(missed.is_empty(), "{missed}");
}

async fn run((defect, expected): &(Defect, Violation)) -> (Defect, Violation, Results) {
    let store = DefectiveStore::new(*defect);
    let nodes = [on_store(store.clone()), on_store(store)];
    let results = run_here(&plan(Kind::Memory, Fault::None, 8), nodes).await;
    (*defect, *expected, results)
}
