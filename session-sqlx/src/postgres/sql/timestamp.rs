//! The conversion of a [`Timestamp`] to PostgreSQL's `timestamptz` and back, and of a [`Duration`]
//! to its `interval`. All count microseconds, so nothing is lost.

use std::time::Duration;

use session_core::{Now, Timestamp};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::{Oid, PgInterval};
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueFormat, PgValueRef};
use sqlx::{Decode, Encode, Postgres, Type};

/// `timestamptz` in `pg_type`, the same on every server.
const TIMESTAMPTZ: PgTypeInfo = PgTypeInfo::with_oid(Oid(1184));
const TIMESTAMPTZ_ARRAY: PgTypeInfo = PgTypeInfo::with_oid(Oid(1185));

/// PostgreSQL counts from 2000-01-01: this many microseconds after 1970-01-01.
const EPOCH: i64 = 946_684_800_000_000;

/// Its first timestamp, in 4713 BC. Its last one lies after that of a [`Timestamp`].
const MIN_TIMESTAMPTZ: i64 = -211_813_488_000_000_000;

/// Later than any server's clock.
const YEAR_10000: Timestamp = Timestamp::from_micros(253_402_300_800_000_000);

/// A timestamp that the server sends or receives.
#[derive(Clone, Copy)]
pub(super) struct Timestamptz(pub(super) Timestamp);

impl Type<Postgres> for Timestamptz {
    fn type_info() -> PgTypeInfo {
        TIMESTAMPTZ
    }
}

impl PgHasArrayType for Timestamptz {
    fn array_type_info() -> PgTypeInfo {
        TIMESTAMPTZ_ARRAY
    }
}

impl Encode<'_, Postgres> for Timestamptz {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let since = self.0.micros().saturating_sub(EPOCH).max(MIN_TIMESTAMPTZ);
        Encode::<Postgres>::encode(since, buffer)
    }
}

impl Decode<'_, Postgres> for Timestamptz {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        if value.format() != PgValueFormat::Binary {
            return Err(
                "a timestamp came as text: it was not asked for by a prepared statement".into()
            );
        }
        let since: i64 = Decode::<Postgres>::decode(value)?;
        Ok(Self(Timestamp::from_micros(since.saturating_add(EPOCH))))
    }
}

/// The time that a statement goes by in place of the server's clock, if the caller fixed one.
pub(super) fn fixed_now(now: Now) -> Option<Timestamptz> {
    now.named().map(Timestamptz)
}

/// The duration, to be added to `now`, cut where the sum would be past the last timestamp.
pub(super) fn interval(duration: Duration, now: Now) -> PgInterval {
    let room = Timestamp::from_micros(i64::MAX).since(now.named().unwrap_or(YEAR_10000));
    let microseconds = i64::try_from(duration.min(room).as_micros()).unwrap_or(i64::MAX);
    PgInterval { months: 0, days: 0, microseconds }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_never_leads_past_the_end_of_time() {
        let at = |micros| Now::At(Timestamp::from_micros(micros));
        assert_eq!(interval(Duration::from_micros(7), at(5)).microseconds, 7);
        assert_eq!(interval(Duration::MAX, at(i64::MAX - 5)).microseconds, 5);
        assert_eq!(interval(Duration::MAX, at(i64::MIN)).microseconds, i64::MAX);
        assert!(interval(Duration::MAX, Now::Store).microseconds < i64::MAX - EPOCH);
    }
}
