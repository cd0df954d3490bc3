//! All that was measured.

use crate::bloat::{self, Bloats};
use crate::cleaning::{self, Cleaning};
use crate::memory::{self, Bytes};
use crate::options::Options;
use crate::redis::{self, Redises};
use crate::replica::{self, Replicated};
use crate::scale::{self, Scale};
use crate::turns::Samples;
use crate::{commit, partitions, pooler};

/// What one run measured; what the options leave out is missing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Results {
    pub(crate) scale: Option<Scale>,
    pub(crate) bloat: Option<Bloats>,
    pub(crate) cleaning: Option<Cleaning>,
    pub(crate) memory: Option<Vec<Bytes>>,
    pub(crate) partitions: Option<Samples>,
    pub(crate) pooler: Option<Samples>,
    pub(crate) commit: Option<Samples>,
    pub(crate) replica: Option<Replicated>,
    pub(crate) redis: Option<Redises>,
}

impl Results {
    /// Measures one part after the other, each on servers of its own, and tells after each.
    pub(crate) async fn measure(options: &Options, tell: impl Fn(&Self)) {
        let mut results = Self::default();
        macro_rules! part {
            ($part:ident, $measured:expr) => {
                if options.wants(stringify!($part)) {
                    eprintln!("== {}", stringify!($part));
                    results.$part = Some($measured);
                    tell(&results);
                }
            };
        }
        part!(scale, scale::measure(options).await);
        part!(bloat, bloat::measure(options).await);
        part!(cleaning, cleaning::measure(options).await);
        part!(memory, memory::measure(options));
        part!(partitions, partitions::measure(options).await);
        part!(commit, commit::measure(options).await);
        part!(pooler, pooler::measure(options).await);
        part!(replica, replica::measure(options).await);
        part!(redis, redis::measure(options).await);
    }
}
