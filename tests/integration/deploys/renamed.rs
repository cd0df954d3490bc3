//! A struct and a field get new names in the guide's two steps (`docs/guide/deploys.md`): at each step, nodes of two releases
//! run side by side.

use std::time::Duration;

use session_axum::testing::{sign_in, stored};
use session_axum::{SessionState, Sessions, WithPrincipal, session};
use session_tests::{TestStore, on_each_store};

on_each_store!(each_step_of_a_rename_shares_sessions_with_the_one_before);

/// What all releases have.
trait Release: SessionState<Principal = String> + WithPrincipal {
    fn begun() -> Self;
    fn goods(&mut self) -> &mut Vec<String>;
}

/// The names of today.
#[session]
struct Account {
    #[session(principal)]
    user: Option<String>,
    cart: Vec<String>,
}

mod step_1 {
    use super::session;

    /// New in the code alone.
    #[session(name = "Account", alias = "Member")]
    pub(super) struct Member {
        #[session(principal)]
        pub(super) user: Option<String>,
        #[session(rename = "cart", alias = "basket")]
        pub(super) basket: Vec<String>,
    }
}

mod step_2 {
    use super::session;

    /// New in the store too.
    #[session(alias = "Account")]
    pub(super) struct Member {
        #[session(principal)]
        pub(super) user: Option<String>,
        #[session(alias = "cart")]
        pub(super) basket: Vec<String>,
    }
}

macro_rules! releases {
    ($($state:ty: $goods:ident),*) => {$(
        impl Release for $state {
            fn begun() -> Self {
                Self { user: Some("ann".to_owned()), $goods: vec!["tea".to_owned()] }
            }

            fn goods(&mut self) -> &mut Vec<String> {
                &mut self.$goods
            }
        }
    )*};
}

releases!(Account: cart, step_1::Member: basket, step_2::Member: basket);

async fn each_step_of_a_rename_shares_sessions_with_the_one_before<S: TestStore>(store: S) {
    let today: Sessions<Account> = node(&store);
    let step_1: Sessions<step_1::Member> = node(&store);
    let step_2: Sessions<step_2::Member> = node(&store);
    begun_at_one_and_used_at_the_other(&today, &step_1).await;
    begun_at_one_and_used_at_the_other(&step_1, &today).await;
    begun_at_one_and_used_at_the_other(&step_1, &step_2).await;
    begun_at_one_and_used_at_the_other(&step_2, &step_1).await;
}

fn node<T: SessionState, S: TestStore>(store: &S) -> Sessions<T> {
    let node = Sessions::builder(store.clone()).without_cleaner();
    node.deadline(Duration::from_secs(20)).build().expect("the defaults are sound")
}

async fn begun_at_one_and_used_at_the_other<A: Release, B: Release>(
    one: &Sessions<A>,
    other: &Sessions<B>,
) {
    let cookie = sign_in(one, A::begun()).await;
    let user = "ann".to_owned();
    let [listed] = &other.list(&user).await.expect("the store works")[..] else {
        panic!("the other release lists it")
    };
    let handle = listed.handle;
    other
        .update(&handle, |state| state.goods().push("cake".to_owned()))
        .await
        .expect("it is there");
    one.update(&handle, |state| state.goods().push("jam".to_owned())).await.expect("it is there");
    let goods = ["tea", "cake", "jam"];
    assert_eq!(*stored(one, &cookie).await.expect("it goes on").goods(), goods);
    assert_eq!(*stored(other, &cookie).await.expect("its cookie is known").goods(), goods);
    assert_eq!(other.revoke_all(&user).await.expect("the store works").ended(), 1);
    assert!(stored(one, &cookie).await.is_none());
}
