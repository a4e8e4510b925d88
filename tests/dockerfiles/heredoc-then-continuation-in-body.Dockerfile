FROM alpine
RUN <<EOF
apk add \
  a \
  b
EOF
USER x
