// Drives the client through a portal's journey and one of staff. Whoever runs it says where
// the server is and who the staff are (SERVER, COORDINATOR, RECEPTION), and answers on standard
// input what is asked on standard output: `code <mobile>` for the code of an SMS, `clock <instant>`
// to move the server's clock.

import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import { bearer, connect } from '../src/index.js';

const server = process.env['SERVER']!;
const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function ask(question: string): Promise<string> {
  console.log(question);
  const { value } = await answers.next();
  return value as string;
}

function got<T>(result: { data?: T; error?: unknown; response: Response }): T {
  assert.equal(result.error, undefined, `${result.response.url}: ${JSON.stringify(result.error)}`);
  return result.data!;
}

const visitor = connect(server, { language: 'en' });

async function books(service: string, day: string, n: number, name: string, id: string, mobile: string) {
  const found = got(await visitor.GET('/v1/services/{service}/slots', {
    params: { path: { service }, query: { branch: 'riyadh', from: day, to: day } },
  }));
  const start = found.days[0]!.slots[n]!.start;
  const hold = got(await visitor.POST('/v1/holds', {
    params: { header: { 'Idempotency-Key': crypto.randomUUID() } },
    body: { service, branch: 'riyadh', start },
  }));
  const sent = got(await visitor.POST('/v1/verifications', { body: { mobile } }));
  const proof = got(await visitor.POST('/v1/verifications/{id}/check', {
    params: { path: { id: sent.id } },
    body: { code: await ask(`code ${mobile}`) },
  }));
  return got(await visitor.POST('/v1/appointments', {
    body: {
      hold: hold.id, hold_token: hold.token, verification: proof.token, visitor: { name, id }, documents_acknowledged: true,
    },
  }));
}

// A portal books, moves and cancels.
async function portal() {
  const visit = await books('heirs-returns', '2026-11-24', 0, 'Noura Alotaibi', '1000000008', '+966501234567');
  const path = { reference: visit.reference };
  const owner = bearer(visit.manage_token!);
  const later = got(await visitor.GET('/v1/services/{service}/slots', {
    params: { path: { service: 'heirs-returns' }, query: { branch: 'riyadh' } },
  }));
  const start = later.days.at(-1)!.slots[0]!.start;

  const unowned = await visitor.POST('/v1/appointments/{reference}/move', { params: { path }, body: { start } });
  assert.equal(unowned.error?.type, '/problems#token-needed');

  const moved = got(await visitor.POST('/v1/appointments/{reference}/move', { params: { path }, headers: owner, body: { start } }));
  assert.equal(moved.start, start);
  assert.ok(moved.version > visit.version);

  const off = await visitor.POST('/v1/appointments/{reference}/move', {
    params: { path }, headers: owner, body: { start: new Date(Date.parse(start) + 60_000).toISOString() },
  });
  assert.equal(off.error?.type, '/problems#rule-off-grid');
  assert.equal(off.error?.rule, 'off_grid');

  const wrong = await visitor.POST('/v1/verifications', { body: { mobile: '0' } });
  assert.equal(wrong.error?.errors?.[0]?.code, 'too_short');

  const cancelled = got(await visitor.POST('/v1/appointments/{reference}/cancel', { params: { path }, headers: owner, body: {} }));
  assert.equal(cancelled.status, 'cancelled');
}

// Staff close an afternoon and run the hall.
async function staff() {
  const noura = connect(server, { language: 'en', token: process.env['COORDINATOR']! });
  const path = { id: 'riyadh-returns' };
  const read = await noura.GET('/v1/desk-groups/{id}', { params: { path } });
  got(read);
  const closure = {
    start: '2026-11-24T12:00:00+03:00', end: '2026-11-24T23:00:00+03:00', reason: { ar: 'صيانة', en: 'Maintenance' },
  };
  const stale = await noura.POST('/v1/desk-groups/{id}/closures', { params: { path, header: { 'If-Match': '"77"' } }, body: closure });
  assert.equal(stale.error?.type, '/problems#edit-conflict');
  const closed = got(await noura.POST('/v1/desk-groups/{id}/closures', {
    params: { path, header: { 'If-Match': read.response.headers.get('ETag')! } }, body: closure,
  }));
  assert.equal(closed.plan.closures?.length, 1);

  const visit = await books('annual-returns', '2026-11-23', 3, 'Fahad Alharbi', '1000000016', '+966501234568');
  await ask(`clock ${visit.start}`);
  const door = connect(server, { language: 'en', token: process.env['RECEPTION']! });
  const reference = { reference: visit.reference };
  got(await door.POST('/v1/appointments/{reference}/check-in', { params: { path: reference }, body: { branch: 'riyadh' } }));
  got(await door.POST('/v1/branches/{branch}/calls', {
    params: { path: { branch: 'riyadh' } }, body: { desk: '1', reference: visit.reference },
  }));
  got(await door.POST('/v1/appointments/{reference}/start', { params: { path: reference }, body: {} }));
  const done = got(await door.POST('/v1/appointments/{reference}/complete', { params: { path: reference } }));
  assert.equal(done.where, 'completed');
}

await portal();
await staff();
console.log('done');
process.exit(0);
