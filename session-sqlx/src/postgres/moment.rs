//! A [`Timestamp`] as PostgreSQL's `timestamptz`, a [`Duration`] as its `interval`: both count
//! microseconds, so nothing is lost on the way.

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

/// Its first moment, 4713 BC. Its last one lies after that of a [`Timestamp`].
const FIRST: i64 = -211_813_488_000_000_000;

/// Later than any server's clock: the year 10000.
const FAR: Timestamp = Timestamp::from_micros(253_402_300_800_000_000);

/// A moment on its way to or from the server.
#[derive(Clone, Copy)]
pub(super) struct Moment(pub(super) Timestamp);

impl Type<Postgres> for Moment {
    fn type_info() -> PgTypeInfo {
        TIMESTAMPTZ
    }
}

impl PgHasArrayType for Moment {
    fn array_type_info() -> PgTypeInfo {
        TIMESTAMPTZ_ARRAY
    }
}

impl Encode<'_, Postgres> for Moment {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let since = self.0.micros().saturating_sub(EPOCH).max(FIRST);
        Encode::<Postgres>::encode(since, buffer)
    }
}

impl Decode<'_, Postgres> for Moment {
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

/// The moment that a statement is told to go by in place of the server's clock.
pub(super) fn named(now: Now) -> Option<Moment> {
    now.named().map(Moment)
}

/// A span to be added to `now`, cut where the sum would be past the last timestamp.
pub(super) fn span(span: Duration, now: Now) -> PgInterval {
    let room = Timestamp::from_micros(i64::MAX).since(now.named().unwrap_or(FAR));
    let microseconds = i64::try_from(span.min(room).as_micros()).unwrap_or(i64::MAX);
    PgInterval { months: 0, days: 0, microseconds }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_never_leads_past_the_end_of_time() {
        let at = |micros| Now::At(Timestamp::from_micros(micros));
        assert_eq!(span(Duration::from_micros(7), at(5)).microseconds, 7);
        assert_eq!(span(Duration::MAX, at(i64::MAX - 5)).microseconds, 5);
        assert_eq!(span(Duration::MAX, at(i64::MIN)).microseconds, i64::MAX);
        assert!(span(Duration::MAX, Now::Store).microseconds < i64::MAX - EPOCH);
    }
}
