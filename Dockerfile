# clawcheck alone, for pipelines without Node. See docs/ci.md.
ARG NODE_IMAGE=node:22-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY . .
# No script of a dependency runs.
RUN npm ci --ignore-scripts --no-audit --no-fund && npm run --silent build
# What only the build needs goes away, and what dist/ has in itself, which is nearly all. Then it has to work.
RUN npm prune --omit=dev --ignore-scripts \
  && rm -rf node_modules/@aws-sdk node_modules/@smithy node_modules/@aws node_modules/zod \
  && node dist/clawcheck.js demo --quiet > /dev/null

FROM ${NODE_IMAGE}
# ssh resolves the settings of hosts, ssh-keygen signs reports.
RUN apt-get update -qq \
  && apt-get install -y -qq --no-install-recommends openssh-client \
  && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/package.json /src/LICENSE /opt/clawcheck/
COPY --from=build /src/node_modules /opt/clawcheck/node_modules
COPY --from=build /src/dist /opt/clawcheck/dist
COPY --from=build /src/fixtures /opt/clawcheck/fixtures
COPY --from=build /src/schemas /opt/clawcheck/schemas
COPY --from=build /src/man/clawcheck.1 /usr/share/man/man1/clawcheck.1
ENV NODE_ENV=production
# The user `node` of the image: nothing that clawcheck does needs root.
USER 1000:1000
WORKDIR /work
ENTRYPOINT ["node", "/opt/clawcheck/dist/clawcheck.js"]
