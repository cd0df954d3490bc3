//! The page that a run writes.

use std::fmt::Write as _;

use crate::options::Options;
use crate::results::Results;
use crate::scale::{ROOMY, Scale};
use crate::sizes::{megabytes, words};
use crate::turns::Sample;
use crate::{beyond, keeping, tables, verdict};

/// The whole page, in Markdown.
pub(crate) fn write(results: &Results, options: &Options, minutes: f64) -> String {
    let Options { rounds, few_rounds, long, .. } = options;
    let mut page = format!(
        "# Growth

What an operation costs, and what a session takes up, when there are many of them; and what lies beyond one server. This page
and its plot are written by `benches/run.sh growth`, which took {minutes:.0} minutes for them ({rounds} rounds of {} s for each
operation, {few_rounds} where ways are compared). How it is measured is in [`benches/README.md`](../benches/README.md#growth).

![Cost of operations by size of the table](growth.svg)

Machine: {}.

A figure is the median of all rounds, with the least and the most in parentheses. Ratios are taken within a round, where what
disturbs the machine disturbs both. Where two ranges overlap, this run does not tell which is better.
",
        long.as_secs_f64(),
        report::machine(&["postgres", "redis-server"]),
    );
    if let Some(scale) = &results.scale {
        page += &costs(scale);
        page += &keeping::sizes(scale);
    }
    for section in [
        results.bloat.as_ref().map(keeping::bloat),
        results.cleaning.as_ref().map(keeping::cleaning),
        results.memory.as_deref().map(keeping::memory),
    ] {
        page += &section.unwrap_or_default();
    }
    page += &beyond::sections(results, options);
    page
}

fn costs(scale: &Scale) -> String {
    let mut settings = String::new();
    for (name, value) in &scale.settings {
        let _ =
            write!(settings, "{}`{name} = {value}`", if settings.is_empty() { "" } else { ", " });
    }
    let mut whole = String::new();
    for sizes in &scale.sizes {
        let _ = write!(
            whole,
            "{}{}",
            if whole.is_empty() { "" } else { ", " },
            megabytes(sizes.total * sizes.rows)
        );
    }
    let many = scale.samples.ways.last().map(String::as_str).unwrap_or_default();
    format!(
        "
## Read and write

From {few} to {many} the cost of a read and of a write is to grow less than 1.5×. Cost is the server's and the client's together:
by the clock, how long one caller usually waits, and with many callers how much time passes for each operation that is done;
and the time of the processor for each operation, of all of the server's processes and of the client, which other programs on
the machine disturb less.

{verdict}
PostgreSQL is as `initdb` sets it up: {settings}. The tables with their indexes are {whole}. What does not fit in
`shared_buffers` is in the system's cache here, and costs a copy from there; where memory is short it would cost a read of the
disk. Answered together, an operation costs the server so little that what it touches is most of it: in a large table each is on
another page, and the first change to a page after a checkpoint puts all of it in the log ([below](#what-it-costs)).

{roomy}## One caller

Microseconds that it waits, usually (the median) and at worst but for one in a hundred. Whatever writes waits for the disk.

{latency}
## Many callers

Operations per second, by 64 callers on random sessions of the whole table. Cleaning is one statement after the other, each for
a thousand sessions that lie all over the table.

{throughput}
## What it costs

Microseconds of the processor for each operation, of the server and the client, at 1 caller:

{work}
At 64 callers, who are answered together:

{works}
Microseconds that the server spends in statements, by its own account (`pg_stat_statements`) and by the clock, at 1 caller:

{alone}
At 64 callers, where statements of eight connections run beside each other on the machine's cores, and wait for each other's:

{together}
And what they touch, for each operation at 64 callers: pages of 8 kB, those among them that had to be read from outside of
`shared_buffers`, bytes written to the log (WAL), and whole pages among these. The first change to a page after a checkpoint
puts all of it in the log (`full_page_writes`): in a small table the pages are soon there, in a large one each change meets
another. A larger `max_wal_size` makes these fewer, and `wal_compression` makes them smaller.

{counted}",
        few = words(scale.rows[0]),
        many = many,
        verdict = verdict::table(&scale.samples),
        roomy = roomy(scale),
        latency = tables::latency(scale),
        throughput = tables::growth(scale, 64, |sample| sample.run.per_second()),
        work = tables::growth(scale, 1, Sample::work),
        works = tables::growth(scale, 64, Sample::work),
        alone = tables::growth(scale, 1, |sample| sample.each(|asked| asked.time * 1e3)),
        together = tables::growth(scale, 64, |sample| sample.each(|asked| asked.time * 1e3)),
        counted = tables::counted(scale, 64),
    )
}

/// What is left of the growth where memory is not what grows short.
fn roomy(scale: &Scale) -> String {
    if scale.roomy.all.is_empty() {
        return String::new();
    }
    format!(
        "With `shared_buffers = {ROOMY}`, which holds all of it, all of it there, and read for half a minute before, so that the
server's processes have most of it in their page tables:

{}
",
        verdict::table(&scale.roomy)
    )
}
