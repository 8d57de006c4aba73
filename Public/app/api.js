// The only place that talks to the server: the documented admin API, on this origin, with the session's cookie.

/** What the server answered instead of what was asked for, or that it could not be reached. */
class Problem extends Error {
  constructor(status, error) {
    super(error.message);
    this.status = status;
    this.code = error.code;
    this.action = error.suggested_action;
    this.details = error.details ?? [];
    this.requestID = error.request_id;
    this.retryAfterSeconds = error.retry_after_seconds;
  }

  static unreachable() {
    return new Problem(
      0,
      { code: 'unreachable', message: 'The server cannot be reached from here. Nothing is known to have changed.' },
    );
  }
}

let onSignedOut = () => {};
/** Called when the server no longer knows the session. */
export function whenSignedOut(listener) {
  onSignedOut = listener;
}

/**
 * One request. `options`: `query` (values that are empty are left out), `body`, `headers`, `signal`.
 *
 * @returns the parsed answer and its entity tag.
 * @throws {Problem} for every answer that is not a success.
 */
export async function request(method, path, options = {}) {
  // The server takes a change by cookie only with this header, which no other site can make a browser send.
  const headers = { Accept: 'application/json', 'X-Hallpass-Request': '1', ...options.headers };
  let body;
  if (options.body !== undefined) {
    headers['Content-Type'] = 'application/json';
    body = typeof options.body === 'string' ? options.body : JSON.stringify(options.body);
  }
  const answer = await send(withQuery(path, options.query), {
    method, headers, body, signal: options.signal, credentials: options.credentials ?? 'same-origin', cache: 'no-store',
  });
  if (answer.status === 401 && options.credentials !== 'omit' && !options.isSignIn) onSignedOut();
  const value = await read(answer, options.signal);
  if (!answer.ok) throw problem(answer, value);
  return {
    value,
    tag: answer.headers.get('ETag'),
    status: answer.status,
    requestID: answer.headers.get('X-Request-Id'),
  };
}

/** Why the server refuses a stream, whose own client cannot say; nothing where it does not. */
export async function refusal(path, query, signal) {
  const answer = await send(withQuery(path, query), { signal, credentials: 'same-origin', cache: 'no-store' });
  if (answer.ok) {
    await answer.body.cancel();
    return null;
  }
  if (answer.status === 401) onSignedOut();
  return problem(answer, await read(answer, signal));
}

async function send(path, init) {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw Problem.unreachable();
  }
}

async function read(answer, signal) {
  let text;
  try {
    text = await answer.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw Problem.unreachable();
  }
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function problem(answer, value) {
  const error = value?.error ?? {
    code: `http_${answer.status}`,
    message: 'The answer is not one of this server: is there a proxy between?',
  };
  return new Problem(answer.status, { request_id: answer.headers.get('X-Request-Id') ?? undefined, ...error });
}

/** A path with its query; values that are empty are left out. */
export function withQuery(path, query = {}) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '' && value !== false) parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text ? `${path}?${text}` : path;
}

export const get = async (path, query, signal) => (await request('GET', path, { query, signal })).value;
export const getTagged = async (path, signal) => {
  const { value, tag } = await request('GET', path, { signal });
  return { document: value, tag };
};
export const post = async (path, body, query) => (await request('POST', path, { body, query })).value;
export const remove = async (path, query) => (await request('DELETE', path, { query })).value;

/** Replaces the document that was read with `tag`; with `null` it makes a new one and never replaces. */
export const put = async (path, document, tag) => {
  const headers = tag === undefined ? {} : tag === null ? { 'If-None-Match': '*' } : { 'If-Match': tag };
  return (await request('PUT', path, { body: document, headers })).value;
};

/** The first page that has something on it: one search of the audit looks through a part, so that its page may be empty. */
export async function page(path, query, signal) {
  let answer;
  do {
    answer = await get(path, { ...query, cursor: answer?.next_cursor ?? query.cursor }, signal);
  } while (answer.items.length === 0 && answer.next_cursor);
  return answer;
}

/** Walks a list page by page; yields the items of each. */
export async function* pages(path, query, signal) {
  let cursor;
  do {
    const answer = await get(path, { limit: 500, ...query, cursor }, signal);
    yield answer.items;
    cursor = answer.next_cursor;
  } while (cursor);
}

/** All items of a list that is known to be bounded by what a person made by hand. */
export async function all(path, query, signal) {
  const items = [];
  for await (const page of pages(path, query, signal)) items.push(...page);
  return items;
}

const segment = encodeURIComponent;
/** `/v1/tenants/acme/grants/x` */
export const inTenant = (tenant, ...segments) => ['/v1/tenants', ...[tenant, ...segments].map(segment)].join('/');
