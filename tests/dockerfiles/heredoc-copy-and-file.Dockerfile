FROM alpine
COPY a <<EOF /d/
x
EOF
USER x
