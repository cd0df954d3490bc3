//! The sections about what sessions take up, and how they are got rid of.

use std::fmt::Write as _;

use report::float;

use crate::bloat::Bloats;
use crate::callers::Run;
use crate::cleaning::{BATCH, Cleaning};
use crate::memory::{self, Bytes};
use crate::scale::Scale;
use crate::sizes::{megabytes, words};
use crate::tables::{number, table};

pub(crate) fn sizes(scale: &Scale) -> String {
    let mut head = vec![String::new(), "row".to_owned(), "table".to_owned()];
    let indexes = scale.sizes.first().map(|sizes| sizes.indexes.clone()).unwrap_or_default();
    head.extend(indexes.into_iter().map(|(name, _)| format!("`{name}`")));
    head.push("all".to_owned());
    let mut rows = Vec::new();
    for (sizes, name) in scale.sizes.iter().zip(&scale.samples.ways) {
        let mut cells = vec![name.clone()];
        cells.push(sizes.row.map_or_else(|| "–".to_owned(), number));
        cells.push(number(sizes.heap));
        cells.extend(sizes.indexes.iter().map(|(_, bytes)| number(*bytes)));
        cells.push(number(sizes.total));
        rows.push(cells);
    }
    format!(
        "
## Bytes per row

After loading and a vacuum. The table leaves a fifth of each page free (`fillfactor = 80`), where an update finds room for the
row's next version. A session with a principal has an entry of its own in `sessions_by_principal`: the principal, when it was
created, and its handle.

{}",
        table(&head, &rows)
    )
}

pub(crate) fn bloat(bloats: &Bloats) -> String {
    let mut rows = Vec::new();
    for bloat in &bloats.all {
        let (before, after) = (&bloat.before, &bloat.after);
        let growth =
            |before: f64, after: f64| format!("{} → {}", megabytes(before), megabytes(after));
        rows.push(vec![
            format!("{}, {:.0} times", bloat.operation.name(), bloat.run.operations),
            format!("{:.1} %", (after.hot - before.hot) / (after.updated - before.updated) * 100.0),
            growth(before.heap, after.heap),
            growth(before.indexes, after.indexes),
            number(after.dead),
            bloat.vacuumed.map_or_else(
                || "not due".to_owned(),
                |state| {
                    format!("{} dead, indexes {}", number(state.dead), megabytes(state.indexes))
                },
            ),
            number(bloat.run.per_second()),
        ]);
    }
    let head =
        ["", "heap-only", "table", "indexes", "dead rows left", "after autovacuum", "per second"];
    format!(
        "
## Bloat

Each on a table of {} rows of its own, by 64 callers, with autovacuum as it comes: it looks once a minute for tables of which a fifth is dead. A heap-only
update touches no index, and the next that needs room on the page takes that of the version it replaced, without a vacuum. A
log-in by somebody else changes an indexed column, so that each index gets another entry.

{}",
        words(bloats.rows),
        table(&head, &rows)
    )
}

pub(crate) fn cleaning(cleaning: &Cleaning) -> String {
    let mut rows = Vec::new();
    for (when, [read, write]) in ["before", "meanwhile", "after"].into_iter().zip(&cleaning.runs) {
        let mut cells = vec![when.to_owned()];
        for Run { median, p99, longest, .. } in [read, write] {
            cells.extend([median, p99, longest].map(|micros| number(micros / 1e3)));
        }
        cells.push(number(read.per_second() + write.per_second()));
        rows.push(cells);
    }
    let head = ["", "read", "p99", "longest", "write", "p99", "longest", "operations/s"];
    let (seen, looks) = cleaning.waits;
    let removed = float(cleaning.removed);
    let mut text = format!(
        "
## Cleaning while serving

{} sessions of twice as many have expired, and go by `Store::sweep`, {BATCH} at a time, one statement after the other without a
pause, while 8 callers read and 8 write the others. Milliseconds:

{}
The sweep removed {} rows a second",
        words(cleaning.removed),
        table(&head, &rows),
        number(removed / cleaning.seconds),
    );
    let _ = writeln!(
        text,
        "; its longest statement took {} ms, {} ms of the server's time for each thousand rows. \
         Somebody waited for a lock at {seen} of {looks} looks{}. A sweep passes over rows that a request holds. \
         Of those that it holds itself, only one that was renewed since it was last looked at, and is put off, can be \
         waited for by a request; here none was.",
        number(cleaning.swept.longest),
        number(cleaning.swept.time / removed * 1e3),
        if seen > 0 {
            format!(", {} ms at most", number(cleaning.longest_wait))
        } else {
            String::new()
        },
    );
    text
}

pub(crate) fn memory(lines: &[Bytes]) -> String {
    let mut rows = Vec::new();
    for line in lines.iter().filter(|line| line.what == "session") {
        let resident = memory::find(lines, "session, resident", line.number);
        rows.push(vec![
            format!("{} sessions", words(line.number)),
            number(line.each),
            resident.map_or_else(|| "–".to_owned(), number),
        ]);
    }
    let idle = table(&["", "asked for", "resident"], &rows);
    let bytes = |what: &str| lines.iter().find(|line| line.what == what).map(|line| line.each);
    let mut rows = Vec::new();
    for route in ["plain", "read", "write"] {
        let mut cells = vec![if route == "plain" { "no session" } else { route }.to_owned()];
        for when in ["held", "peak"] {
            let (all, plain) = (bytes(&format!("{when} {route}")), bytes(&format!("{when} plain")));
            let show = |bytes: Option<f64>| bytes.map_or_else(|| "–".to_owned(), number);
            cells.push(show(all));
            cells.push(show(all.zip(plain).map(|(all, plain)| all - plain)));
        }
        rows.push(cells);
    }
    let head = ["", "in its handler", "above none", "at its peak", "above none"];
    let requests = table(&head, &rows);
    format!(
        "
## Memory of the process

Bytes of an idle session in `MemoryStore`, each of another principal: what is asked of the allocator, and what the system
counts as resident. Hash tables grow by doubling, so that it matters how full they are just then.

{idle}
Bytes of a request in flight, without the connection that it came on: while it waits in its handler (a thousand do), and the
most from its beginning to its end.

{requests}"
    )
}
