#!/usr/bin/env bash
# What is made of docs/openapi.json by generators, and what reads it besides, without an error; then generated clients
# against a server that runs: URL, KEY and SECRET are in the environment. Needs python3-jsonschema.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
export PATH="$root/node_modules/.bin:$PATH"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$root"/test/clients/* "$root/docs/openapi.json" "$work"
cd "$work"
npm ci --ignore-scripts --no-audit --no-fund

echo '--- schemas and examples'
python3 validate.py openapi.json
node_modules/.bin/spectral lint openapi.json --ruleset spectral.yaml --fail-severity=warn

echo '--- clients'
node_modules/.bin/openapi-typescript openapi.json --output made/types.d.ts
node_modules/.bin/openapi-ts --input openapi.json --output made/hey-api \
  --plugins @hey-api/typescript @hey-api/sdk @hey-api/client-fetch zod
node_modules/.bin/orval --config orval.config.mjs
node_modules/.bin/tsc --project tsconfig.json
node_modules/.bin/esbuild calls.ts --bundle --platform=node --format=esm --log-level=warning --outfile=calls.mjs
node calls.mjs
