// openid-client as a partner that signs who it is (private_key_jwt), pushes its request (RFC 9126) and has a back end of
// its own (client_credentials). Prints where the shopper is sent, reads where the browser came back to, tells what it got.
import * as client from "openid-client";
import { once } from "node:events";
import { createInterface } from "node:readline";

const [issuer, clientId, jwk, redirect] = process.argv.slice(2);
const lines = createInterface({ input: process.stdin });
const tell = (value) => console.log(JSON.stringify(value));
const parsed = JSON.parse(jwk);
const key = await crypto.subtle.importKey("jwk", parsed, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);

const config = await client.discovery(new URL(issuer), clientId, undefined, client.PrivateKeyJwt({ key, kid: parsed.kid }), {
  execute: [client.allowInsecureRequests],
});
const pkceCodeVerifier = client.randomPKCECodeVerifier();
const expectedState = client.randomState();
const address = await client.buildAuthorizationUrlWithPAR(config, {
  redirect_uri: redirect, scope: "shop", state: expectedState,
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: "S256",
});
tell({ address: address.href });
const [back] = await once(lines, "line");
const tokens = await client.authorizationCodeGrant(config, new URL(back), { pkceCodeVerifier, expectedState });
const fresh = await client.refreshTokenGrant(config, tokens.refresh_token);
const own = await client.clientCredentialsGrant(config, { scope: "dev.ucp.shopping.order:read" });
const told = await client.tokenIntrospection(config, own.access_token);
let error = "";
try {
  await client.clientCredentialsGrant(config, { scope: "history" });
} catch (problem) {
  error = problem.error;
}
tell({ named: [...address.searchParams.keys()].sort(), scope: fresh.scope, own: own.scope, refresh: own.refresh_token ?? null,
  sub: told.sub, error });
lines.close();
