/** The script by which mcp-router knows clients: text for Nginx's JavaScript. */
import { secretFile } from "./secret-files";

/** Known to the router and the gateway alone. */
const GATEWAY_KEY = secretFile("gateway-token");

/**
 * Runs in Nginx, in the part of JavaScript that both engines of its module have. A check says "valid" only when the
 * file is whole and has the token's digest; whatever goes wrong is something else, which opens nothing. "jwt" is a token that
 * says to be for this endpoint, and is looked into by oidc-auth; without $audiences there is none.
 */
export const SIGN_IN_SCRIPT = `import crypto from "crypto";
import fs from "fs";

// One line for each token: its name, and the SHA-256 of its value.
var WHOLE = /^([A-Za-z0-9_-]+ [0-9a-f]{64}\\n)+$/;

// Takes the same time wherever the two differ.
function equal(a, b) {
  var difference = a.length ^ b.length;
  for (var i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}

// Name of the token, or nothing.
function known(token, file) {
  var text = fs.readFileSync(file, "utf8");
  if (!WHOLE.test(text)) throw new Error("it is empty or damaged");
  var digest = crypto.createHash("sha256").update(token).digest("hex");
  var lines = text.split("\\n");
  var found = "";
  // No end at the first hit: how long it takes must not tell which token it was.
  for (var i = 0; i < lines.length - 1; i++) found += equal(digest, lines[i].split(" ")[1]) ? lines[i].split(" ")[0] : "";
  return found;
}

// A token of somebody else, as far as it tells itself: who signed it, and when, is asked elsewhere.
function claims(token) {
  var parts = token.split(".");
  if (parts.length !== 3) return {};
  try {
    return Object(JSON.parse(Buffer.from(parts[1], "base64url").toString()));
  } catch (error) {
    return {};
  }
}

function meantForUs(aud, audiences) {
  var wanted = (audiences || "").split(" ").filter(Boolean);
  return [].concat(aud).some(function (one) { return wanted.indexOf(one) >= 0; });
}

// In one text, which Nginx keeps for the request: what the token is, and whose.
function check(r) {
  var file = r.variables.tokens_file;
  try {
    var header = r.headersIn["Authorization"];
    if (!header) return "missing";
    if (/^Basic /i.test(header))
      return "basic user " + Buffer.from(header.slice(6), "base64").toString().split(":")[0];
    var token = /^Bearer +([A-Za-z0-9._~+\\/-]+=*) *$/i.exec(header);
    if (!token) return "malformed";
    var name = known(token[1], file);
    if (name) return "valid token " + name;
    var said = claims(token[1]);
    return meantForUs(said.aud, r.variables.audiences) ? "jwt subject " + said.iss + " " + said.sub : "wrong";
  } catch (error) {
    r.error(file + " cannot be used, so nobody gets in: " + error.message);
    return "unreadable";
  }
}

// What ties a session to the client that opened it. With a new key of the gateway its sessions are gone anyway.
function tie(r, id) {
  var key = fs.readFileSync("${GATEWAY_KEY}", "utf8");
  return crypto.createHmac("sha256", key).update(r.variables.token_check.replace(/^[a-z]+ /, "") + "\\n" + id).digest("hex").slice(0, 32);
}

// The id as the server knows it; nothing when it is not this client's.
function session(r) {
  var parts = /^(.+)\\.([0-9a-f]{32})$/.exec(r.headersIn["Mcp-Session-Id"] || "");
  return parts && equal(parts[2], tie(r, parts[1])) ? parts[1] : "";
}

function bind(r) {
  var id = r.headersOut["Mcp-Session-Id"];
  if (id) r.headersOut["Mcp-Session-Id"] = id + "." + tie(r, id);
}

export default { check, session, bind };
`;
