//! The settings by which the server plans the statements of a connection.

/// A plan is made once, and every statement goes by an index, in its order. The server goes by
/// statistics, which say of a new table that it is empty, and its plans stay when the table has grown; a batch of
/// updates that takes its rows in another order than that of the index may wait for one that waits for it.
pub(crate) const PLANNING: [(&str, &str); 3] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_bitmapscan", "off"),
];
