// Asks a Ziyara server. The types are generated from its contract (contract.ts): paths,
// parameters, bodies, answers, and for each operation the kinds of its problems.
//
//   const ziyara = connect('https://visits.example.gov.sa', { language: 'en' });
//   const { data, error } = await ziyara.POST('/v1/holds', { body: { service, branch, start } });
//   if (error?.type === '/problems#slot-taken') offer(error.alternatives);
//
// docs/INTEGRATORS.md says how to use the API.

import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './contract.js';

export type { components, operations, paths } from './contract.js';

/** What went wrong (RFC 9457). */
export type Problem = components['schemas']['Problem'];

/** How a client asks. */
export interface Options {
  /** Language of messages; Arabic by default. */
  language?: 'ar' | 'en';
  /** Who asks in all requests: a token of staff, or of a system that reads. */
  token?: string;
  /** What sends requests, such as one with a time limit; fetch by default. */
  fetch?: (request: Request) => Promise<Response>;
}

/** connect returns a client of the server at an address. It has a method for each HTTP method. */
export function connect(server: string, options: Options = {}): Client<paths> {
  return createClient<paths>({
    baseUrl: server,
    headers: {
      ...(options.language && { 'Accept-Language': options.language }),
      ...(options.token && bearer(options.token)),
    },
    ...(options.fetch && { fetch: options.fetch }),
  });
}

/** bearer says who asks in one request, such as by the manage token of a visit: `headers: bearer(token)`. */
export function bearer(token: string): { Authorization: string } {
  return { Authorization: `Bearer ${token}` };
}

/** forUser says that a system asks for one of its users: by its own token, and by what it calls the user. */
export function forUser(token: string, user: string): { 'Ziyara-Client': string; 'Ziyara-User': string } {
  return { 'Ziyara-Client': token, 'Ziyara-User': user };
}
