/** How each kind of client comes to trust the stack's own authority: text for people. */

/** @param file the authority's certificate, absolute */
export const trustText = (file: string): string =>
  [
    "Clients trust it once they know its authority; copy that file to other machines as it is (it is no secret):",
    `  Debian, Ubuntu   sudo cp ${file} /usr/local/share/ca-certificates/mcp-gateway-stack.crt && sudo update-ca-certificates`,
    `  Fedora, RHEL     sudo cp ${file} /etc/pki/ca-trust/source/anchors/mcp-gateway-stack.pem && sudo update-ca-trust`,
    `  macOS            sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${file}`,
    `  Windows          certutil -addstore -f Root ca.pem          (as administrator)`,
    `  Firefox          Settings → Privacy & Security → Certificates → View Certificates → Authorities → Import`,
    `  Node.js clients  NODE_EXTRA_CA_CERTS=${file}          (Claude Code and others that npm installs)`,
    `  Python clients   SSL_CERT_FILE=${file} or REQUESTS_CA_BUNDLE=${file}`,
    `  curl             curl --cacert ${file} …`,
  ].join("\n");
