FROM nginx:alpine
WORKDIR /usr/share/nginx/html
COPY build .
RUN printf '%s\n' '#!/bin/sh' 'set -eu' \
    'for f in /usr/share/nginx/html/assets/*.js; do' \
    '  envsubst < "$f" > "$f.tmp" && mv "$f.tmp" "$f"' \
    'done' \
    'exec "$@"' > /docker-entrypoint.d/40-env.sh \
    && chmod +x /docker-entrypoint.d/40-env.sh
