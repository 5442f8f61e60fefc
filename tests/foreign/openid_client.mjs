// openid-client (the certified client of the Node world) as a partner with a secret: prints where the shopper is sent,
// reads on stdin where the browser came back to, and tells what it got.
import * as client from "openid-client";
import { once } from "node:events";
import { createInterface } from "node:readline";

const [issuer, clientId, secret, redirect] = process.argv.slice(2);
const resource = `${issuer}/mcp`;
const lines = createInterface({ input: process.stdin });
const tell = (value) => console.log(JSON.stringify(value));

const config = await client.discovery(new URL(issuer), clientId, undefined, client.ClientSecretBasic(secret), {
  execute: [client.allowInsecureRequests],
});
const pkceCodeVerifier = client.randomPKCECodeVerifier();
const expectedState = client.randomState();
const expectedNonce = client.randomNonce();
const address = client.buildAuthorizationUrl(config, {
  redirect_uri: redirect, scope: "openid shop history", state: expectedState, nonce: expectedNonce, resource,
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: "S256",
});
tell({ address: address.href });
const [back] = await once(lines, "line");
const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true };
const tokens = await client.authorizationCodeGrant(config, new URL(back), checks, { resource });
const claims = tokens.claims();
const who = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
const fresh = await client.refreshTokenGrant(config, tokens.refresh_token, { resource });
const before = await client.tokenIntrospection(config, fresh.access_token);
await client.tokenRevocation(config, fresh.refresh_token);
const after = await client.tokenIntrospection(config, fresh.access_token);
let error = "";
try {
  await client.refreshTokenGrant(config, fresh.refresh_token);
} catch (problem) {
  error = problem.error;
}
tell({ scope: tokens.scope, sub: claims.sub, userinfo: who.sub, rotated: fresh.refresh_token !== tokens.refresh_token,
  audience: before.aud, before: before.active, after: after.active, error });
lines.close();
