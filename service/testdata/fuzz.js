// Sends requests that json-schema-faker makes from the contract, and checks the answers with
// ajv. It reads what to ask for from standard input:
//
//	{"server": "http://…", "requests": 1000, "seed": 1, "callers": {"admin": "token", …},
//	 "known": {"service": ["heirs-returns"], "operation id.name": […], …}}
//
// and writes a line of JSON for each kind of fault, then the counts. An answer is a fault if its
// status is 5xx or not of the operation, if its media type or a header that it must have is
// missing, or if its schema refuses the body.
'use strict';

const Ajv = require('ajv');
const addFormats = require('ajv-formats');
const jsf = require('json-schema-faker');

const lanes = 8;

// random returns numbers in [0, 1), the same for the same seed (mulberry32).
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// resolved returns the contract's part with all references replaced by what they name.
function resolved(contract, part, seen = []) {
  if (Array.isArray(part)) return part.map((p) => resolved(contract, p, seen));
  if (part === null || typeof part !== 'object') return part;
  if (typeof part.$ref === 'string') {
    if (seen.includes(part.$ref)) return {};
    const target = part.$ref.slice(2).split('/').reduce((p, name) => p[name], contract);
    return resolved(contract, target, [...seen, part.$ref]);
  }
  const whole = Object.fromEntries(Object.entries(part).map(([k, v]) => [k, resolved(contract, v, seen)]));
  // The generator makes a text of the pattern, and then can't read it as a date.
  if (String(whole.format).startsWith('date')) delete whole.pattern;
  return whole;
}

const escaped = (token) => token.replaceAll('~', '~0').replaceAll('/', '~1');

async function main() {
  let input = '';
  for await (const chunk of process.stdin) input += chunk;
  const { server, requests, seed, callers, known } = JSON.parse(input);
  const dice = random(seed);
  const one = (list) => list[Math.floor(dice() * list.length)];

  const contract = await (await fetch(server + '/openapi.json')).json();
  const ajv = new Ajv({ strict: false, allErrors: false });
  addFormats(ajv);
  ajv.addSchema(contract, 'contract');
  jsf.option({ random: dice, optionalsProbability: 0.5, alwaysFakeOptionals: false, maxItems: 5, failOnInvalidTypes: false });

  const operations = [];
  for (const [path, item] of Object.entries(contract.paths)) {
    for (const method of ['get', 'put', 'post', 'patch', 'delete']) {
      if (item[method]) operations.push({ path, method, spec: resolved(contract, item[method]), raw: item[method] });
    }
  }

  const anything = () => one([null, true, 0, -1, 1e9, 0.5, '', ' ', '\u0000', 'x'.repeat(3000), '٣', [], {}, [null], { a: 1 }, '2026-02-30', '../..']);
  const generated = (schema) => jsf.generate(schema);
  // value is one that the caller may know, one of the schema, or anything.
  function value(operation, name, schema) {
    const words = known[operation + '.' + name] ?? known[name];
    const roll = dice();
    if (words && roll < 0.75) return one(words);
    if (roll < 0.95) return generated(schema);
    return String(anything());
  }
  // spoiled puts anything in one place of a body.
  function spoiled(body) {
    if (body === null || typeof body !== 'object' || dice() < 0.1) return anything();
    const keys = Object.keys(body);
    if (keys.length === 0) return { [one(['a', '__proto__', 'id', ''])]: anything() };
    const key = one(keys);
    const copy = Array.isArray(body) ? [...body] : { ...body };
    if (!Array.isArray(body) && dice() < 0.2) delete copy[key];
    else copy[key] = dice() < 0.5 ? anything() : spoiled(body[key]);
    return copy;
  }
  // informed puts what the caller knows into a body.
  function informed(operation, body) {
    if (body === null || typeof body !== 'object') return body;
    if (Array.isArray(body)) return body.map((b) => informed(operation, b));
    return Object.fromEntries(Object.entries(body).map(([name, v]) => {
      const words = known[operation + '.' + name] ?? known[name];
      return [name, words && typeof v !== 'object' && dice() < 0.75 ? one(words) : informed(operation, v)];
    }));
  }

  const validators = new Map();
  function validator(pointer) {
    if (!validators.has(pointer)) validators.set(pointer, ajv.compile({ $ref: 'contract#' + pointer }));
    return validators.get(pointer);
  }
  // pointerTo returns the place of an operation's response, wherever it is defined.
  function pointerTo(o, status) {
    const response = o.raw.responses[status];
    return response.$ref ? response.$ref.slice(1) : `/paths/${escaped(o.path)}/${o.method}/responses/${status}`;
  }

  // whoAsks is mostly somebody who may.
  function whoAsks(o, path) {
    const schemes = (o.spec.security ?? []).flatMap(Object.keys);
    const owner = 'owner ' + path.split('/')[3];
    if (dice() < 0.25) return one(Object.keys(callers));
    if (schemes.includes('manageToken') && callers[owner] && dice() < 0.7) return owner;
    if (schemes.includes('mobileProof')) return 'who proved';
    return schemes.includes('staff') ? 'admin' : 'nobody';
  }

  function request(o) {
    const id = o.spec.operationId;
    let path = o.path;
    const query = new URLSearchParams();
    const headers = {};
    for (const p of o.spec.parameters ?? []) {
      if (p.in === 'path') {
        path = path.replace(`{${p.name}}`, encodeURIComponent(String(value(id, p.name, p.schema))) || 'x');
      } else if (p.required ? dice() < 0.95 : dice() < 0.4) {
        const v = String(value(id, p.name, p.schema));
        if (p.in === 'query') query.append(p.name, v);
        // A header has no other characters; what comes with others never leaves the client.
        else if (/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(v)) headers[p.name] = v;
      }
    }
    if (dice() < 0.02) query.append(generated({ type: 'string', minLength: 1 }), '1');
    const caller = whoAsks(o, path);
    const token = dice() < 0.02 ? 'x' : callers[caller];
    if (token) headers.Authorization = 'Bearer ' + token;
    let body;
    if (o.spec.requestBody) {
      let json = informed(id, generated(o.spec.requestBody.content['application/json'].schema));
      if (dice() < 0.25) json = spoiled(json);
      body = JSON.stringify(json);
      if (dice() < 0.02) body = body.slice(0, Math.floor(dice() * body.length));
      headers['Content-Type'] = dice() < 0.01 ? 'text/plain' : 'application/json';
    }
    const search = query.toString();
    return { url: server + path + (search && '?' + search), method: o.method.toUpperCase(), headers, body, caller };
  }

  // fault says what is wrong with an answer; undefined for nothing.
  function fault(o, status, headers, text) {
    if (status >= 500) return `${status}`;
    const declared = o.raw.responses[status] ? String(status) : o.raw.responses.default && status >= 400 && 'default';
    if (!declared) return `status ${status} is not of this operation`;
    if (!headers.get('x-request-id')) return 'X-Request-Id is missing';
    const response = resolved(contract, o.raw.responses[declared]);
    for (const [name, header] of Object.entries(response.headers ?? {})) {
      if (header.required && !headers.get(name)) return `${status}: header ${name} is missing`;
    }
    if (!response.content) return text === '' ? undefined : `${status}: a body where none belongs`;
    const media = (headers.get('content-type') ?? '').split(';')[0];
    if (!response.content[media]) return `${status}: ${media || 'no media type'}`;
    if (!media.endsWith('json')) return undefined;
    let json;
    try {
      json = JSON.parse(text);
    } catch {
      return `${status}: not JSON`;
    }
    if (status >= 400 && json.status !== status) return `${status}: the problem says ${json.status}`;
    const valid = validator(`${pointerTo(o, declared)}/content/${escaped(media)}/schema`);
    if (valid(json)) return undefined;
    const e = valid.errors[0];
    return `${status}: ${e.instancePath.replaceAll(/\d+/g, '*')} ${e.message} ${status >= 400 ? json.type : ''}`;
  }

  const faults = new Map();
  const statuses = {};
  const succeeded = new Set();
  let left = requests;
  async function lane() {
    while (left-- > 0) {
      const o = one(operations);
      const r = request(o);
      const ask = async () => {
        const a = await fetch(r.url, { method: r.method, headers: r.headers, body: r.body, redirect: 'manual' });
        return [a, await a.text()];
      };
      // The server may have closed connections that were kept, just as they are used again.
      let [answer, text] = [];
      for (let closed = 0; !answer; closed++) {
        try {
          [answer, text] = await ask();
        } catch (error) {
          if (closed === lanes) throw error;
        }
      }
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      if (answer.ok) succeeded.add(o.spec.operationId);
      const what = fault(o, answer.status, answer.headers, text);
      if (what === undefined) continue;
      const key = o.spec.operationId + ': ' + what;
      if (!faults.has(key)) faults.set(key, { times: 0, fault: key, request: r, answer: text.slice(0, 2000) });
      faults.get(key).times++;
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane));
  for (const f of faults.values()) console.log(JSON.stringify(f));
  console.log(JSON.stringify({ statuses, operations: operations.length, succeeded: [...succeeded].sort() }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
