# workerd serve workerd.capnp, after: esbuild worker.mjs --bundle --format=esm --external:node:* --external:cloudflare:* --outfile=bundle.js
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:3000", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "bundle.js")],
  compatibilityDate = "2026-11-01",
  durableObjectNamespaces = [(className = "Mcp", uniqueKey = "sse-mcp")],
  durableObjectStorage = (inMemory = void),
  bindings = [(name = "MCP", durableObjectNamespace = "Mcp")],
);
