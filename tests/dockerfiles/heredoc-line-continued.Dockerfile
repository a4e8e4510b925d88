FROM alpine
RUN cat <<EOF \
  > /a
x
EOF
USER x
