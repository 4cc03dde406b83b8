# The commands by their names: `just mcp-status --watch` is `npm run mcp-status -- --watch`.
set positional-arguments := true

_list:
    @just --list --unsorted

# bring the stack up, or up to date
@up *args:
    node commands/entry.js up "$@"

# remove containers and networks; data and images stay
@down *args:
    node commands/entry.js down "$@"

# the core alone
@mcp-up *args:
    node commands/entry.js mcp-up "$@"

# the core and local AI
@mcp-up-ai *args:
    node commands/entry.js mcp-up-ai "$@"

# the core and Dify
@mcp-up-dify *args:
    node commands/entry.js mcp-up-dify "$@"

# every server whose secrets are there
@mcp-up-all *args:
    node commands/entry.js mcp-up-all "$@"

# everything
@stack-up-all *args:
    node commands/entry.js stack-up-all "$@"

# as down; --purge deletes data and images too
@mcp-down *args:
    node commands/entry.js mcp-down "$@"

# state and health of every service, and what differs
@mcp-status *args:
    node commands/entry.js mcp-status "$@"

# what services say
@mcp-logs *args:
    node commands/entry.js mcp-logs "$@"

# restart one service and wait until it is healthy
@mcp-restart *args:
    node commands/entry.js mcp-restart "$@"

# the graph: text, Mermaid, SVG, JSON
@mcp-topology *args:
    node commands/entry.js mcp-topology "$@"

# client files: .mcp.json, .vscode/mcp.json, --client NAME
@sync-ai *args:
    node commands/entry.js sync-ai "$@"

# the stack as a file for docker compose
@export-compose *args:
    node commands/entry.js export-compose "$@"

# every image, package and model, also as CycloneDX
@sbom *args:
    node commands/entry.js sbom "$@"

# newer digests for the lock of images
@update *args:
    node commands/entry.js update "$@"

# one encrypted archive of the stack while it runs
@backup *args:
    node commands/entry.js backup "$@"

# an archive back, on a machine that has nothing of the stack
@restore *args:
    node commands/entry.js restore "$@"

# what Open WebUI and Dify import of catalogs/prompts
@export-prompts *args:
    node commands/entry.js export-prompts "$@"

# for a lost state: remove what the engine has of the stack; data stays
@recover *args:
    node commands/entry.js recover "$@"

# what this machine lacks
@doctor *args:
    node commands/entry.js doctor "$@"

# the tools that MCP clients get
@tools *args:
    node commands/entry.js tools "$@"

# call a tool
@call *args:
    node commands/entry.js call "$@"

# tokens of MCP clients
@mcp-token *args:
    node commands/entry.js mcp-token "$@"

# the certificate of the ingress
@mcp-tls *args:
    node commands/entry.js mcp-tls "$@"

# every secret, by name; rotate, set
@secrets *args:
    node commands/entry.js secrets "$@"

# what a shell needs for plain pulumi: eval "$(just env)"
@env *args:
    node commands/entry.js env "$@"

# Pulumi, with this checkout's state
@pulumi *args:
    node commands/entry.js pulumi "$@"
