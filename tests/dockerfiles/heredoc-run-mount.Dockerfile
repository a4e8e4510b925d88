FROM alpine
RUN --mount=type=cache,target=/c --network=none <<EOF
x
EOF
USER x
