# clawcheck alone, for pipelines without Node. See docs/ci.md.
FROM node:22-alpine AS build
WORKDIR /src
COPY . .
# No script of a dependency runs; what only the build needs goes away after it.
RUN npm ci --ignore-scripts --no-audit --no-fund && npm run --silent build && npm prune --omit=dev --ignore-scripts

FROM node:22-alpine
# ssh resolves the settings of hosts, ssh-keygen signs reports.
RUN apk add --no-cache openssh-client-default
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
