#!/bin/sh
url=${GRAPH_URL:-http://127.0.0.1:4000/graphql}

curl -s "$url" -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' \
  -d '{ "query": "{ slices(first: 1) { nodes { name owner { displayName } } } }" }'
echo

# Server-sent events, until Ctrl-C.
curl -sN "$url" -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -H 'accept: text/event-stream' \
  -d '{ "query": "subscription { slaViolationDetected { cursor violation { severity metric slice { name } } } }" }'
