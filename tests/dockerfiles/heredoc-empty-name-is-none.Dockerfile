FROM alpine
RUN cat <<'' <<""
USER x

COPY <<EOF <<'' /a
x
EOF
USER y
