FROM alpine
RUN <<EOF
echo a
FROM b
EOF
USER x
