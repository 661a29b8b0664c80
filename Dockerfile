# One image for the four subgraphs, the gateway and the tools; the command says which one it is.

FROM node:24-slim AS manifests
WORKDIR /app
COPY . .
# Only what decides what is installed, so that a change in the code does not install again.
RUN find . -type f ! -name package.json ! -name pnpm-lock.yaml ! -name pnpm-workspace.yaml ! -path './patches/*' -delete

FROM node:24-slim AS playground
RUN npm install --global pnpm@10
WORKDIR /app
COPY --from=manifests /app .
RUN pnpm install --frozen-lockfile --filter @carriergraph/playground...
COPY tsconfig.json .
COPY gateway/playground gateway/playground
RUN node gateway/playground/build.ts

FROM node:24-slim AS dependencies
RUN npm install --global pnpm@10
WORKDIR /app
COPY --from=manifests /app .
# Neither the embedded PostgreSQL nor the Node binary, which only a local start needs.
RUN pnpm install --frozen-lockfile --prod --no-optional --filter '!@carriergraph/playground'

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app .
COPY gateway gateway
COPY schema schema
COPY scripts scripts
COPY subgraphs subgraphs
COPY --from=playground /app/gateway/playground/dist gateway/playground/dist
RUN install -d -o node -g node /var/lib/carriergraph
USER node
EXPOSE 4000 4001 4002 4003 4004
CMD ["node", "gateway/src/main.ts"]
