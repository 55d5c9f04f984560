#!/bin/sh
# Builds the image of the Dockerfile where there is no Docker, and runs it: `npm run image:try`. For root on a Debian, with
# buildah and, where no base is named, debootstrap: the base then is a Debian 12 with the Node of npm's package `node` and
# the user 1000, as the official image has them. All of it is in a temporary folder, which goes at the end.
# usage: scripts/try-image.sh [image]
set -eu

fail() {
  echo "try-image: $1" >&2
  exit 1
}
[ "$(id -u)" = 0 ] || fail 'this needs root'
command -v buildah >/dev/null || fail 'install buildah'

root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
store() {
  command=$1
  shift
  buildah --root "$work/store" --runroot "$work/run" --storage-driver vfs "$command" "$@"
}

base=${1:-}
if [ -z "$base" ]; then
  command -v debootstrap >/dev/null || fail 'install debootstrap, or name a base image'
  echo 'the base: Debian 12 and Node 22'
  debootstrap --variant=minbase --include=ca-certificates bookworm "$work/base" >"$work/log" || fail "$(tail -n 3 "$work/log")"
  npm install --silent --no-audit --no-fund --prefix "$work/node" node@22 npm@10
  cp "$work/node/node_modules/node/bin/node" "$work/base/usr/local/bin/"
  cp -r "$work/node/node_modules/npm" "$work/base/usr/local/lib/"
  ln -s ../lib/npm/bin/npm-cli.js "$work/base/usr/local/bin/npm"
  chroot "$work/base" useradd --create-home --uid 1000 node
  # Whom this machine trusts, the build has to trust as well.
  cp /etc/ssl/certs/ca-certificates.crt "$work/base/etc/ssl/certs/ca-certificates.crt"
  base=$(store from scratch)
  store add --quiet "$base" "$work/base" / >/dev/null
  store config --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt "$base"
  store commit --quiet --rm "$base" localhost/node:22 >/dev/null
  base=localhost/node:22
  rm -rf "$work/base" "$work/node"
fi

# What git knows, as a clone has it, with the changes of the working tree.
mkdir "$work/source"
(cd "$root" && git ls-files -z | xargs -0 cp --parents -t "$work/source")
echo 'the image'
store bud --isolation chroot --build-arg "NODE_IMAGE=$base" --tag localhost/clawcheck "$work/source" >"$work/log" 2>&1 ||
  fail "$(tail -n 20 "$work/log")"

container=$(store from localhost/clawcheck)
inside() { store run --isolation chroot "$container" -- "$@"; }
say() { printf '%-10s %s\n' "$1" "$2"; }
entry=$(store inspect --format '{{range .OCIv1.Config.Entrypoint}}{{.}} {{end}}' "$container")
say entrypoint "$entry"
[ "$(store inspect --format '{{.OCIv1.Config.User}}' "$container")" = 1000:1000 ] || fail 'it does not run as 1000:1000'
# The entry point is words without spaces, in this Dockerfile.
# shellcheck disable=SC2086
clawcheck() { inside $entry "$@"; }
say user "$(inside id -u):$(inside id -g)"
say version "$(clawcheck --version)"
say ssh "$(inside ssh -V 2>&1)"
say demo "$(clawcheck demo --quiet | head -n 1)"
clawcheck demo --quiet | grep -q '^READY ' || fail 'the embedded deployment is not READY in it'
if inside touch /opt/clawcheck/dist/clawcheck.js 2>/dev/null; then fail 'its user may change the program'; fi
inside test ! -e /opt/clawcheck/node_modules/typescript || fail 'it has what only the build needs'
say size "$(inside du -sh /opt/clawcheck | cut -f 1) of clawcheck"
