FROM alpine
RUN <<EOF cat; <<EOF cat
a
EOF
b
EOF
USER x
