//! What axum-login keeps in a session: who is logged in.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::bridge::Values;

/// The key that axum-login uses unless `with_data_key` says otherwise.
const DATA_KEY: &str = "axum-login.data";

#[derive(Deserialize)]
struct Data<P> {
    user_id: Option<P>,
}

/// The user who is logged in by axum-login, for [`Bridge::principal`](crate::Bridge::principal): what `AuthUser::id`
/// has answered, under the key `axum-login.data`.
///
/// ```
/// # use session_axum::{Sessions, session};
/// use session_tower::{Bridge, Values, axum_login_user};
///
/// #[session]
/// struct Shop {
///     #[session(principal)]
///     user: Option<i64>, // `AuthUser::Id`
///     #[session(merge = union)]
///     values: Values,
/// }
///
/// fn bridge(sessions: &Sessions<Shop>) -> Bridge<Shop> {
///     Bridge::new(sessions, |shop: &mut Shop| &mut shop.values).principal(axum_login_user)
/// }
/// ```
///
/// # Errors
/// When the user's id is of another type than the session's principal.
pub fn axum_login_user<P: DeserializeOwned>(values: &Values) -> serde_json::Result<Option<P>> {
    match values.get(DATA_KEY) {
        Some(data) => Ok(Data::deserialize(data)?.user_id),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(data: serde_json::Value) -> Values {
        Values::from([("axum-login.data".to_owned(), data), ("other".to_owned(), 7.into())])
    }

    #[test]
    fn the_user_is_read_and_one_of_another_type_is_an_error() {
        let data = serde_json::json!({ "user_id": 1, "auth_hash": [1, 2] });
        assert_eq!(axum_login_user::<i64>(&values(data.clone())).unwrap(), Some(1));
        assert!(axum_login_user::<String>(&values(data)).is_err());
        let nobody = serde_json::json!({ "user_id": null, "auth_hash": null });
        assert_eq!(axum_login_user::<i64>(&values(nobody)).unwrap(), None);
        assert_eq!(axum_login_user::<i64>(&Values::new()).unwrap(), None);
    }
}
