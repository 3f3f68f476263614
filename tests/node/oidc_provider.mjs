// Real OpenID Connect providers on loopback, one for each name in argv: judges of our relying party.
// Prints one line of JSON, {name: issuer}, and ends with its standard input. Any login name passes;
// what a person is called, and which phone is verified, follows from the name.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

console.warn = () => {}; // it warns of its own development forms
console.info = () => {};

const callbacks = ["http://127.0.0.1:8/callback", "https://shop.example/login/back?tenant=a%26b"];
const client = (id, method, more = {}) => ({
  client_id: id,
  client_secret: "s3cret +/%:& ~",
  token_endpoint_auth_method: method,
  redirect_uris: callbacks,
  post_logout_redirect_uris: ["http://127.0.0.1:8/bye"],
  grant_types: ["authorization_code"],
  response_types: ["code"],
  ...more,
});

function configuration() {
  return {
    clients: [
      client("basic client", "client_secret_basic"),
      client("post", "client_secret_post"),
      client("public", "none", { client_secret: undefined }),
      client("elliptic", "client_secret_basic", { id_token_signed_response_alg: "ES256" }),
    ],
    pkce: { required: () => true },
    scopes: ["openid", "profile", "phone", "email"],
    claims: {
      openid: ["sub"],
      profile: ["name", "nickname", "picture"],
      phone: ["phone_number", "phone_number_verified"],
      email: ["email", "email_verified"],
    },
    findAccount: async (_context, id) => ({
      accountId: id,
      claims: async () => ({
        sub: id,
        name: "小明",
        picture: "https://example.com/ming.png",
        phone_number: "+8616400040361",
        phone_number_verified: id !== "unverified",
        email: "Ming@example.com",
        email_verified: false,
      }),
    }),
    jwks: { keys },
    features: { devInteractions: { enabled: true } },
  };
}

const { generateKeyPairSync } = await import("node:crypto");
const pairs = [
  [generateKeyPairSync("rsa", { modulusLength: 2048 }), "RS256"],
  [generateKeyPairSync("ec", { namedCurve: "P-256" }), "ES256"],
];
const keys = pairs.map(([pair, alg]) => ({
  ...pair.privateKey.export({ format: "jwk" }),
  alg,
  use: "sig",
  kid: alg,
}));

const issuers = {};
for (const name of process.argv.slice(2)) {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  issuers[name] = `http://127.0.0.1:${server.address().port}`;
  server.on("request", new Provider(issuers[name], configuration()).callback());
}
process.stdin.resume().on("end", () => process.exit(0));
console.log(JSON.stringify(issuers));
