# The server of this repository in an image: docker build --tag sse-mcp .
# From outside it is reached under another name than localhost, so it wants to know who may call, and by which name:
#   docker run --rm --publish 3000:3000 --env ALLOWED_HOSTS=mcp.example.com --env AUTH_TOKEN=… sse-mcp
# AUTH_ISSUER needs the package jose as well, REDIS_URL @redis/client: add `RUN npm install --no-save jose` to the first
# stage, after npm prune.

FROM node:26-alpine AS build
WORKDIR /app
# Packages are installed anew when the lock file has changed, and not with every change of the source.
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
COPY data/hackernews.json data/hackernews.json
RUN npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:26-alpine
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY examples/native-client examples/native-client
COPY web/shared web/shared
# All files are root's: what runs cannot change itself.
USER node
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s CMD ["node", "--eval", "fetch('http://127.0.0.1:' + process.env.PORT + '/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Not by npm, which does not hand every signal on.
CMD ["node", "dist/main.js"]
