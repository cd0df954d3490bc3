//! The conformance suite: what [`Store`](crate::Store) promises, as cases that run on any store.
//!
//! A store passes it in one line of a test file, with an expression that makes an empty store:
//!
//! ```
//! # use session_core::MemoryStore;
//! session_core::conformance!(async { MemoryStore::new() });
//! # fn main() {}
//! ```
//!
//! Each case becomes a `#[test]` of its own, named for the sentence that it proves, with a fresh
//! store and a runtime of its own. Cases name the moment ([`Now::At`](crate::Now::At)) instead of waiting.

#![expect(
    clippy::missing_panics_doc,
    reason = "a case panics when the store breaks the promise that it is named for"
)]

mod delete;
mod health;
mod insert;
mod liveness;
mod load;
mod log_in;
mod principal;
mod run;
pub(crate) mod sample;
mod sweep;
mod touch;
mod update;

pub use delete::*;
pub use health::*;
pub use insert::*;
pub use liveness::*;
pub use load::*;
pub use log_in::*;
pub use principal::*;
pub use run::run;
pub use sweep::*;
pub use touch::*;
pub use update::*;

/// Makes a test of every case of the [conformance suite](crate::store::conformance).
///
/// Takes a future that makes an empty store, evaluated once per case. The tests lie in a module
/// `conformance`.
#[macro_export]
macro_rules! conformance {
    ($make:expr) => {
        $crate::conformance! { @cases $make;
            an_unknown_handle_is_not_loaded,
            a_record_comes_back_as_it_was_written,
            one_mebibyte_comes_back,
            a_record_ends_at_the_moment_it_expires,
            the_store_has_a_clock_of_its_own,
            an_insert_begins_at_revision_one,
            an_insert_never_overwrites,
            an_expired_record_still_takes_its_handle,
            an_insert_expires_with_its_absolute_limit,
            of_inserts_at_once_one_is_saved,
            an_update_replaces_what_it_names_and_keeps_the_rest,
            a_stale_update_is_answered_with_the_record_as_it_is,
            an_update_never_inserts,
            an_expired_record_is_not_updated,
            an_update_renews_the_idle_limit_and_never_the_absolute_one,
            an_update_or_touch_can_shorten_a_session,
            an_update_that_is_no_use_renews_nothing,
            an_update_knows_of_a_touch_since_the_load,
            authenticating_starts_the_absolute_limit_anew,
            without_a_principal_nobody_is_authenticated,
            a_rotation_keeps_the_record,
            of_updates_at_once_one_is_saved,
            changes_under_contention_are_all_kept,
            a_touch_renews_the_idle_limit_and_nothing_else,
            a_touch_never_passes_the_absolute_limit,
            a_touch_revives_nothing,
            a_deleted_record_stays_deleted,
            an_expired_record_is_not_there_to_be_deleted,
            a_delete_wins_over_an_update_at_once,
            a_deleted_session_is_remembered,
            a_session_that_was_never_stored_is_remembered_as_ended,
            a_list_has_the_principals_records_newest_first,
            a_principal_is_matched_exactly,
            a_list_follows_the_principal,
            a_list_comes_in_pages,
            a_list_may_leave_out_the_fields,
            deleting_all_of_a_principal_deletes_no_other,
            a_revocation_spares_the_record_that_it_names,
            a_log_in_that_began_before_a_revocation_is_refused,
            a_revocation_leaves_no_log_in_that_began_before_it,
            a_log_in_makes_room_for_itself,
            of_log_ins_at_once_no_more_than_the_limit_stay,
            those_that_are_alive_are_told_in_order,
            the_feed_tells_what_ends,
            the_feed_proves_that_nothing_is_missing,
            a_late_reader_is_told_of_everything_or_of_a_gap,
            the_feed_does_not_tell_what_goes_on,
            a_sweep_removes_the_expired_and_no_other,
            a_sweep_keeps_to_its_limit,
            a_renewed_record_outlives_a_sweep,
            a_store_that_can_be_used_says_so,
        }
    };
    (@cases $make:expr; $($case:ident,)*) => {
        mod conformance {
            #[allow(unused_imports)]
            use super::*;

            $(
                #[test]
                fn $case() {
                    $crate::store::conformance::run(|| $make, $crate::store::conformance::$case);
                }
            )*
        }
    };
}
