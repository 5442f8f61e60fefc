// oauth4webapi as an application without a secret, known by the document behind its id. It also reads the access token
// as a resource server would (RFC 9068), with our published keys.
import * as oauth from "oauth4webapi";
import { once } from "node:events";
import { createInterface } from "node:readline";

const [issuer, clientId, redirect] = process.argv.slice(2);
const resource = `${issuer}/mcp`;
const lines = createInterface({ input: process.stdin });
const tell = (value) => console.log(JSON.stringify(value));
const insecure = { [oauth.allowInsecureRequests]: true };

const found = await oauth.discoveryRequest(new URL(issuer), { algorithm: "oauth2", ...insecure });
const server = await oauth.processDiscoveryResponse(new URL(issuer), found);
const client = { client_id: clientId };
const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const address = new URL(server.authorization_endpoint);
for (const [name, value] of Object.entries({
  client_id: clientId, redirect_uri: redirect, response_type: "code", scope: "shop history", state, resource,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256",
})) address.searchParams.set(name, value);
tell({ address: address.href });
const [back] = await once(lines, "line");
const given = oauth.validateAuthResponse(server, client, new URL(back), state);
const grant = (parameters) => oauth.authorizationCodeGrantRequest(
  server, client, oauth.None(), parameters, redirect, verifier, { additionalParameters: { resource }, ...insecure });
const tokens = await oauth.processAuthorizationCodeResponse(server, client, await grant(given));
const request = new Request(resource, { headers: { authorization: `Bearer ${tokens.access_token}` } });
const claims = await oauth.validateJwtAccessToken(server, request, resource, insecure);
let elsewhere = "";
try {
  await oauth.validateJwtAccessToken(server, request, `${issuer}/ucp`, insecure);
} catch (problem) {
  elsewhere = problem.code;
}
let twice = "";
try {
  await oauth.processAuthorizationCodeResponse(server, client, await grant(given));
} catch (problem) {
  twice = problem.error;
}
let refreshed = "";
try {
  const again = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), tokens.refresh_token, insecure);
  await oauth.processRefreshTokenResponse(server, client, again);
} catch (problem) {
  refreshed = problem.error;
}
tell({ scope: tokens.scope, sub: claims.sub, client: claims.client_id, elsewhere, twice, refreshed });
lines.close();
