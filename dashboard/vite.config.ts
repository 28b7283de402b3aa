import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const backend = process.env.VITE_API_URL ?? "http://127.0.0.1:3000";
const backendPaths = ["/auth", "/workspaces", "/admin", "/v1", "/openapi.json", "/docs", "/livez", "/readyz"];

export default defineConfig({
  plugins: [react(), dashboardPaths()],
  build: {
    outDir: "../src/perpetuo/dashboard",
    emptyOutDir: true,
    manifest: true,
    // A data: URL would need a hole in the Content-Security-Policy.
    assetsInlineLimit: 0,
    target: "es2023",
    rolldownOptions: { input: { index: "index.html", app: "app.html" } },
  },
  server: {
    port: 3001,
    strictPort: true,
    // The browser sees one origin, and the gateway its Host: cookies and the playground work as they do in production.
    proxy: Object.fromEntries(backendPaths.map((path) => [path, { target: backend }])),
  },
});

/** What the gateway does in production: every path below /app is the dashboard. */
function dashboardPaths() {
  return {
    name: "dashboard-paths",
    configureServer(server: { middlewares: { use(handle: Handle): void } }) {
      server.middlewares.use((request, _response, next) => {
        if (/^\/app(\/|\?|$)/.test(request.url ?? "")) request.url = "/app.html";
        next();
      });
    },
  };
}

type Handle = (request: { url?: string }, response: unknown, next: () => void) => void;
