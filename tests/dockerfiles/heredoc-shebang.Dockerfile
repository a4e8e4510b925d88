FROM alpine
RUN <<EOF
#!/usr/bin/env bash
set -e
RUN x
EOF
RUN b
