// The veil of a page whose session has ended, a drawer that stays open, and two requests at once. All else works without a script.
const at = id => document.getElementById(id);

const drawer = at('drawer');
drawer.open = sessionStorage.drawer === 'open';
drawer.addEventListener('toggle', () => { sessionStorage.drawer = drawer.open ? 'open' : 'closed'; });

// Two requests that overlap, as of two tabs: the second is saved while the first is under way, and the session merges them.
at('at-once').querySelector('button').textContent = 'Add two cups at once';
at('at-once').addEventListener('submit', async event => {
  event.preventDefault();
  const add = path => fetch(path, { method: 'POST', redirect: 'manual' });
  const first = add('/cart/cup/slowly');
  await new Promise(resolve => setTimeout(resolve, 50));
  await Promise.all([first, add('/cart/cup')]);
  location.reload();
});

const veil = at('veil');
let events;

// Nothing of the page stays behind the veil.
function goDark(reason) {
  events.close();
  at('page').remove();
  at('veil-why').textContent = `${reason[0].toUpperCase()}${reason.slice(1)}.`;
  at('again').href = `/login?next=${encodeURIComponent(location.pathname)}`;
  document.title = 'Logged out · Leaf & Kettle';
  veil.addEventListener('cancel', event => event.preventDefault());
  veil.showModal();
}

// A stream that was lost, or refused, does not tell whether the session is over.
async function lost() {
  const answer = await fetch('/here').catch(() => null);
  if (answer?.status === 401) goDark('the session is over');
  else setTimeout(watch, 2000);
}

function watch() {
  events?.close();
  if (document.hidden || veil.open) return;
  events = new EventSource('/events');
  events.addEventListener('ended', ({ data }) => goDark(data));
  events.onerror = () => {
    // A stream that ends is asked for again by the browser, until that is refused.
    if (events.readyState === EventSource.CLOSED) lost();
  };
}

if (veil) {
  watch();
  // A tab that nobody sees holds no connection: a browser has six for a site.
  document.addEventListener('visibilitychange', watch);
  // The page is about to go by itself.
  addEventListener('submit', event => { if (!event.defaultPrevented) events?.close(); });
}

// A page from the back/forward cache may be of a session that is over.
addEventListener('pageshow', event => { if (event.persisted) location.reload(); });
