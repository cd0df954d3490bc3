//! The conformance suite, on a server and on a cluster.

mod server {
    use crate::sample;

    session_core::conformance!(sample::store());
}

mod cluster {
    use crate::sample;

    session_core::conformance!(sample::cluster_store());
}
