# One image for API and workers; docker-compose.yml shows how each is started.
# Debian, because Temporal's SDK needs glibc and does not run on Alpine.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Without scripts: `prepare` needs the sources, which are copied later because they change more often.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY activities activities
COPY client client
COPY contract contract
COPY sheet sheet
COPY src src
COPY web web
COPY workflows workflows
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:24-slim
# Temporal's native client trusts the system's certificates; Node brings its own.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY deploy/worker-health.mjs deploy/
# A new named volume gets the owner of the folder at its mount point.
RUN mkdir /data && chown node:node /data
# MALLOC_ARENA_MAX: libvips fragments glibc's per-thread arenas (sharp's documentation, "Memory").
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 DATA_DIR=/data MALLOC_ARENA_MAX=2
USER node
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --start-interval=2s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/src/bin/api.js"]
