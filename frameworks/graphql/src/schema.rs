//! The schema: what can be asked and changed.

use async_graphql::{Context, EmptySubscription, Object, Result, Schema};
use session_axum::{RequestSession, Session};

use crate::shop::Shop;

/// The schema.
pub type ShopSchema = Schema<Ask, Change, EmptySubscription>;

/// The schema, to which each request adds its session.
pub fn schema() -> ShopSchema {
    Schema::new(Ask, Change, EmptySubscription)
}

/// What can be asked.
#[derive(Debug)]
pub struct Ask;

/// What can be changed.
#[derive(Debug)]
pub struct Change;

fn session<'a>(context: &Context<'a>) -> Result<&'a RequestSession<Shop>> {
    context.data::<RequestSession<Shop>>()
}

/// Fields of a query run side by side.
#[Object]
impl Ask {
    /// The same for everybody.
    async fn greeting(&self) -> &str {
        "welcome"
    }

    /// Who is logged in.
    async fn user(&self, context: &Context<'_>) -> Result<Option<String>> {
        Ok(session(context)?.read(|shop| shop.user.clone())?)
    }

    /// What is in the cart.
    async fn cart(&self, context: &Context<'_>) -> Result<Vec<String>> {
        // As a database would.
        tokio::task::yield_now().await;
        Ok(session(context)?.read(|shop| shop.cart.clone())?)
    }

    /// What only whoever is logged in may see.
    async fn address(&self, context: &Context<'_>) -> Result<String> {
        let user = session(context)?.read(|shop| shop.user.clone())?;
        let user = user.ok_or("nobody is logged in")?;
        Ok(format!("{user}'s address"))
    }

    /// Notes in the session what was looked at, beside the other fields of the query.
    async fn look_at(&self, context: &Context<'_>, sku: String) -> Result<usize> {
        tokio::task::yield_now().await;
        let looked = session(context)?.change(|shop| {
            shop.cart.push(sku);
            shop.cart.len()
        })?;
        Ok(looked)
    }
}

/// Mutations run one after the other.
#[Object]
impl Change {
    /// Logs in, after a look at the password.
    async fn log_in(
        &self,
        context: &Context<'_>,
        user: String,
        password: String,
    ) -> Result<String> {
        if password != "open sesame" {
            return Err("wrong password".into());
        }
        session(context)?.change(|session| session.log_in(user.clone()))?;
        Ok(user)
    }

    /// Ends the session.
    async fn log_out(&self, context: &Context<'_>) -> Result<bool> {
        session(context)?.change(Session::destroy)?;
        Ok(true)
    }

    /// Puts something into the cart, and answers how much is in it.
    async fn add(&self, context: &Context<'_>, sku: String) -> Result<usize> {
        let count = session(context)?.change(|shop| {
            shop.cart.push(sku);
            shop.cart.len()
        })?;
        Ok(count)
    }
}
