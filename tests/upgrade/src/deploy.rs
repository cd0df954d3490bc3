//! A deploy that is rolled back and made again, while browsers go on.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::balancer::Balancer;
use crate::browser::Browser;
use crate::node::Node;
use crate::program::Programs;
use crate::store::Store;

const BROWSERS: usize = 8;

/// How many steps each browser takes between two changes of the nodes: once around what it does.
const STEPS: usize = 11;

/// How a node ends that is replaced.
#[derive(Clone, Copy)]
enum End {
    Stop,
    Kill,
}

/// The nodes in service, and the browsers.
struct Service<'a> {
    store: &'a Store,
    balancer: Arc<Balancer>,
    nodes: Vec<Node>,
    browsers: JoinSet<Browser>,
    is_over: watch::Sender<bool>,
    /// The steps of each browser.
    steps: Arc<[AtomicUsize; BROWSERS]>,
}

/// Deploys the new release on two nodes, rolls back, and deploys it again. Nobody is logged out by
/// it, no write is lost, and no session comes back that was logged out.
pub async fn deploy(programs: Programs, store: &Store) {
    let Programs { old, new } = programs;
    let mut service = Service::begin(old, store).await;
    // The new release migrates the table while the old one works.
    service.replace(0, new, End::Stop).await;
    // A node of the old release starts anew, on a table that the new one has migrated.
    service.replace(1, old, End::Kill).await;
    service.replace(1, new, End::Stop).await;
    // The roll-back.
    service.replace(0, old, End::Stop).await;
    service.replace(1, old, End::Kill).await;
    // The deploy once more.
    service.replace(0, new, End::Kill).await;
    service.replace(1, new, End::Stop).await;
    service.end().await;
}

impl<'a> Service<'a> {
    async fn begin(program: &Path, store: &'a Store) -> Self {
        let balancer = Arc::<Balancer>::default();
        let mut nodes = Vec::new();
        for _ in 0..2 {
            let node = Node::start(program, store).await;
            balancer.add(node.port).await;
            nodes.push(node);
        }
        let steps = Arc::<[AtomicUsize; BROWSERS]>::default();
        let (is_over, _) = watch::channel(false);
        let mut browsers = JoinSet::new();
        for number in 0..BROWSERS {
            let browser = Browser::new(number, Arc::clone(&balancer), store.is_shared());
            browsers.spawn(browse(browser, Arc::clone(&steps), number, is_over.subscribe()));
        }
        let mut service = Self { store, balancer, nodes, browsers, is_over, steps };
        service.go_on().await;
        service
    }

    /// Another process takes the place of a node: it is in service before the former one leaves.
    async fn replace(&mut self, number: usize, program: &Path, end: End) {
        let node = Node::start(program, self.store).await;
        self.balancer.add(node.port).await;
        self.go_on().await;
        let former = std::mem::replace(&mut self.nodes[number], node);
        self.balancer.remove(former.port).await;
        match end {
            End::Stop => former.stop().await,
            End::Kill => former.kill(),
        }
        self.go_on().await;
    }

    /// Waits until each browser has taken its steps.
    async fn go_on(&mut self) {
        let taken = |steps: &AtomicUsize| steps.load(Ordering::Relaxed);
        let before: Vec<_> = self.steps.iter().map(taken).collect();
        while self.steps.iter().zip(&before).any(|(now, before)| taken(now) < before + STEPS) {
            tokio::select! {
                ended = self.browsers.join_next() => {
                    ended.expect("there are browsers").expect("a browser goes on");
                    panic!("a browser has stopped");
                }
                () = tokio::time::sleep(std::time::Duration::from_millis(5)) => {}
            }
        }
    }

    async fn end(mut self) {
        self.is_over.send_replace(true);
        while let Some(browser) = self.browsers.join_next().await {
            browser.expect("a browser goes on").check_everywhere().await;
        }
        for node in self.nodes {
            node.stop().await;
        }
    }
}

async fn browse(
    mut browser: Browser,
    steps: Arc<[AtomicUsize; BROWSERS]>,
    number: usize,
    is_over: watch::Receiver<bool>,
) -> Browser {
    while !*is_over.borrow() {
        browser.step().await;
        steps[number].fetch_add(1, Ordering::Relaxed);
    }
    browser
}
