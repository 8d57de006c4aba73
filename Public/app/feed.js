// What the server tells by itself, for as long as someone looks.
import { refusal, withQuery } from './api.js';

// Three heartbeats.
const SILENCE_MILLISECONDS = 45_000;
const RETRY_MILLISECONDS = 5_000;
// A page that nobody looks at must not hold one of the few streams there are, nor keep its session alive.
const UNATTENDED_MILLISECONDS = 10 * 60_000;

/**
 * Follows a stream of events until `signal` is aborted; rests while the page is hidden or nobody moves on it.
 *
 * @param heard `{ events, alive, state }`: `events`, by name, take what the event's data says; `alive` is called with each
 *   event and heartbeat; `state(word, why)` with `live`, `stale` and why, or `paused`, as it changes.
 */
export function follow(path, query, signal, heard) {
  const address = withQuery(path, query);
  let source = null;
  let attended = Date.now();
  let timer;

  for (const event of ['pointermove', 'keydown', 'pointerdown']) window.addEventListener(event, attend, { signal, passive: true });
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()), { signal });
  const watch = setInterval(() => source && isUnattended() && pause(), SILENCE_MILLISECONDS);
  signal.addEventListener('abort', () => {
    clearInterval(watch);
    close();
  });
  if (!document.hidden) open();

  function open() {
    close();
    if (signal.aborted || document.hidden) return;
    source = new EventSource(address);
    for (const [name, tell] of Object.entries(heard.events)) {
      source.addEventListener(name, (event) => {
        tell(JSON.parse(event.data));
        hear();
      });
    }
    source.addEventListener('heartbeat', hear);
    source.addEventListener('error', lost);
    listen();
  }

  function close() {
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  function hear() {
    listen();
    heard.alive();
    heard.state('live');
  }

  function listen() {
    clearTimeout(timer);
    timer = setTimeout(() => retry('Nothing was heard from the server for a while.'), SILENCE_MILLISECONDS);
  }

  /** A connection that broke is taken up again by the browser itself; one that was refused never. */
  async function lost({ target }) {
    if (target !== source) return;
    if (target.readyState !== EventSource.CLOSED) return heard.state('stale', 'The connection to the server broke.');
    const problem = await refusal(path, query, signal).catch((error) => error);
    if (target === source && !signal.aborted) retry(problem?.message ?? 'The server ended the stream.');
  }

  function retry(why) {
    close();
    heard.state('stale', why);
    timer = setTimeout(open, RETRY_MILLISECONDS);
  }

  function attend() {
    const isBack = !source && isUnattended();
    attended = Date.now();
    if (isBack) open();
  }

  function isUnattended() { return Date.now() - attended > UNATTENDED_MILLISECONDS; }

  function pause() {
    close();
    heard.state('paused');
  }
}
