//! The pages.

use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::server_functions::{orders, orders_visit, user, visit};

/// The document around the pages.
pub(crate) fn shell() -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head><MetaTags/></head>
            <body><App/></body>
        </html>
    }
}

/// The pages.
#[expect(unreachable_pub, reason = "`#[component]` makes it so")]
#[component]
pub(crate) fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title text="Shop"/>
        <Router>
            <Routes fallback=|| "not found">
                <Route path=path!("/") view=Home/>
                <Route path=path!("/counted") view=Counted ssr=SsrMode::Async/>
                <Route path=path!("/orders") view=Orders/>
                <Route path=path!("/late") view=Late/>
            </Routes>
        </Router>
    }
}

/// The first page: its first part is sent when it is known who is logged in.
#[component]
fn Home() -> impl IntoView {
    let user = Resource::new_blocking(|| (), |()| user());
    view! {
        <Suspense fallback=|| "…">
            {move || Suspend::new(async move { answer(user.await.map(|user| format!("user={}", user.as_deref().unwrap_or("nobody")))) })}
        </Suspense>
    }
}

/// A page that counts its visits: nothing of it is sent before it is done (`SsrMode::Async`).
#[component]
fn Counted() -> impl IntoView {
    let visits = Resource::new(|| (), |()| visit());
    view! {
        <Suspense fallback=|| "…">
            {move || Suspend::new(async move { answer(visits.await.map(|visits| format!("visits={visits}"))) })}
        </Suspense>
    }
}

/// A page that is streamed: the orders come when they are there.
#[component]
fn Orders() -> impl IntoView {
    let orders = Resource::new(|| (), |()| orders());
    view! {
        <h1>"Orders"</h1>
        <Suspense fallback=|| "one moment">
            {move || Suspend::new(async move { answer(orders.await) })}
        </Suspense>
    }
}

/// A page that is streamed and wants to count a visit in its last part.
#[component]
fn Late() -> impl IntoView {
    let visits = Resource::new(|| (), |()| orders_visit());
    view! {
        <h1>"Orders"</h1>
        <Suspense fallback=|| "one moment">
            {move || Suspend::new(async move { answer(visits.await.map(|visits| format!("visits={visits}"))) })}
        </Suspense>
    }
}

fn answer(answer: Result<String, ServerFnError>) -> String {
    answer.unwrap_or_else(|error| error.to_string())
}
