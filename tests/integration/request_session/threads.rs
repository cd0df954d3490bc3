//! Closures on several threads and tasks of one request.

use axum::routing::post;
use session_axum::{Error, RequestSession};
use session_tests::{Call, TestStore, on_each_store};

use super::app::{Shop, TestApp};

on_each_store!(closures_on_several_threads_wait_for_each_other, tasks_that_ask_at_once_load_once,);

async fn closures_on_several_threads_wait_for_each_other<S: TestStore>(store: S) {
    let app = TestApp::new(store);
    let routes = app.routes().route(
        "/threads",
        post(async |session: RequestSession<Shop>| {
            let threads = (0..8).map(|_| {
                let session = session.clone();
                tokio::task::spawn_blocking(move || {
                    for _ in 0..100 {
                        session.change(|shop| {
                            let visits = shop.visits;
                            std::thread::yield_now();
                            shop.visits = visits + 1;
                        })?;
                        session.read(|shop| shop.visits)?;
                    }
                    Ok::<_, Error>(())
                })
            });
            for thread in threads.collect::<Vec<_>>() {
                thread.await.expect("it does not panic")?;
            }
            session.read(|shop| shop.visits.to_string())
        }),
    );
    let mut client = app.ann().await.at(&routes.layer(app.state.sessions.layer()));
    assert_eq!(client.post("/threads").await.ok(), "801");
    assert_eq!(app.stored_visits().await, [801]);
}

async fn tasks_that_ask_at_once_load_once<S: TestStore>(store: S) {
    use axum::extract::FromRequestParts as _;

    let app = TestApp::new(store);
    let routes = app.routes().route(
        "/tasks",
        post(async |request: axum::extract::Request| {
            let (parts, _) = request.into_parts();
            let tasks = (0..8).map(|_| {
                let mut parts = parts.clone();
                tokio::spawn(async move {
                    let session = RequestSession::<Shop>::from_request_parts(&mut parts, &()).await;
                    session.expect("it is in the layer").change(|shop| shop.visits += 1)
                })
            });
            for task in tasks.collect::<Vec<_>>() {
                task.await.expect("it does not panic")?;
            }
            Ok::<_, Error>(())
        }),
    );
    let mut client = app.ann().await.at(&routes.layer(app.state.sessions.layer()));
    let gate = app.store.pause(Call::Load);
    let opens = async {
        gate.reached().await;
        // The others ask meanwhile.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        gate.open();
    };
    let (reply, ()) = tokio::join!(client.post("/tasks"), opens);
    reply.ok();
    assert_eq!(app.store.take_calls(), [Call::Load, Call::Update]);
    assert_eq!(app.stored_visits().await, [9]);
}
