//! The page that a run writes.

use crate::options::Options;
use crate::results::Results;
use crate::{goals, tables};

/// The whole page, in Markdown.
pub(crate) fn write(results: &Results, options: &Options, minutes: f64) -> String {
    let Options { rounds, seconds, .. } = options;
    format!(
        "# Benchmarks

One server per library, all with the same routes and the same sessions, measured in turns on one machine. This page and its
plot are written by `benches/run.sh`, which took {minutes:.0} minutes for them ({rounds} rounds of {seconds} s for each library and
route). What is measured and how is in [`benches/README.md`](../benches/README.md).

![Requests per second on PostgreSQL, and server CPU per request](benchmarks.svg)

Machine: {machine}.

A figure is the median of all rounds, with the least and the most in parentheses. Ratios are taken within a round, where what
disturbs the machine disturbs both. Where two ranges overlap, this run does not tell which is better.

## Goals

{goals}
The limits on CPU were set where the best of the other libraries had the figures that are named; here they are scaled by the figures of this run.

## Requests per second

At 64 connections. *Of plain* is the share of the requests per second of the same server's route without a session.

{throughput}
At 1 connection:

{single}
At 256 connections:

{many}
## Server CPU per request

In microseconds, at 64 connections.

{cpu}
## Latency

In milliseconds, at 256 connections.

{latency}
## What the database is asked

Statements / round trips per request, at 1 connection; then at 64. *Bytes* is what a session takes up: the row in
PostgreSQL, the memory of all keys in Redis, the `Cookie` header for cookies.

{counts}
## Instructions

Counted by callgrind for one call in memory, without a network; it emulates a processor without the instructions for
SHA-256, so that hashing counts more than it costs.

{instructions}",
        machine = report::machine(&["postgres", "redis-server", "wrk"]),
        goals = goals::table(results),
        throughput = tables::throughput(results, 64),
        single = tables::throughput(results, 1),
        many = tables::throughput(results, 256),
        cpu = tables::cpu(results),
        latency = tables::latency(results),
        counts = tables::counts(results),
        instructions = tables::instructions(results),
    )
}
