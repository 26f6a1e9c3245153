// An identity provider of others (npm oidc-provider, certified by the OpenID
// Foundation), on a free port, until standard input ends. Its first line says
// where it is: {"issuer": "http://127.0.0.1:…"}. A line of standard input is the roles of
// Noura, from its answer "changed" on.
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { pathToFileURL } from 'node:url';

const { MODULES, ORIGIN, SECRET, SHORT } = process.env;
const { default: Provider } = await import(pathToFileURL(`${MODULES}/oidc-provider/lib/index.js`));

const who = {
  name: 'Noura', roles: ['coordinator'], departments: ['revenues'], branches: [],
  national_id: '1076543212', phone_number: '+966500000071', phone_number_verified: true,
};
const audience = 'urn:ziyara:api';
const key = (type, options, alg) =>
  ({ ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg });

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'ziyara', redirect_uris: [`${ORIGIN}/staff/callback`, `${ORIGIN}/sign-in/back`],
      post_logout_redirect_uris: [`${ORIGIN}/staff/signed-out`, `${ORIGIN}/sign-in/ended`],
      ...(SECRET ? { client_secret: SECRET } : { token_endpoint_auth_method: 'none' }),
      grant_types: SHORT === 'true' ? ['authorization_code'] : ['authorization_code', 'refresh_token'],
      backchannel_logout_uri: `${ORIGIN}/staff/backchannel-logout`, backchannel_logout_session_required: true,
    }],
    pkce: { required: () => true },
    claims: {
      openid: ['sub'], profile: ['name', 'roles', 'departments', 'branches', 'national_id'],
      phone: ['phone_number', 'phone_number_verified'],
    },
    conformIdTokenClaims: SHORT === 'true', // then claims are at the user information only
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...who }) }),
    extraTokenClaims: () => who,
    issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
    features: {
      backchannelLogout: { enabled: true },
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ scope: '', audience, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }),
      },
    },
    jwks: { keys: [key('rsa', { modulusLength: 2048 }, 'RS256'), key('ec', { namedCurve: 'P-256' }, 'ES256')] },
    cookies: { keys: ['a key for a test'] },
  });
  server.on('request', provider.callback());
  console.log(JSON.stringify({ issuer }));
});
process.stdin.on('data', (roles) => { who.roles = JSON.parse(roles); console.log('changed'); }).on('end', () => process.exit());
