FROM alpine
RUN <<EOF
EOF
COPY <<a /b
a
USER x
