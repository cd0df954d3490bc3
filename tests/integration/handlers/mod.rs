//! Every way in which a handler ends: what the client gets, and what the store holds.
//!
//! | end | client | store |
//! | --- | --- | --- |
//! | 1xx to 4xx, also by `Err` | the response, `Set-Cookie` if the session is new | the change |
//! | 5xx, also by `Err` | the response | as before |
//! | 5xx under `commit = always` | the response, `Set-Cookie` if the session is new | the change |
//! | a panic | what is made of it outside, or a closed connection | as before |
//! | a time-out or a leaving client, in the handler | what the time-out says, or nothing | as before |
//! | the same, in the commit | what the time-out says, or nothing | the change |
//! | a streamed body | headers after the commit, then the body | the change |
//! | the load fails or hangs | 503 | as before |
//! | the save fails | 503, no `Set-Cookie` | as before, unless only the answer was lost |
//! | the save hangs | 503 at the deadline, no `Set-Cookie` | as before |
//! | what cannot be stored | 500, no `Set-Cookie` | as before |
//! | an extractor refuses | its refusal | as before |
//! | the session ended meanwhile | 401, no `Set-Cookie` | nothing |

mod app;
mod cancellation;
mod connections;
mod errors;
mod extractors;
mod middleware;
mod panics;
mod responses;
mod store_failures;
mod streams;
