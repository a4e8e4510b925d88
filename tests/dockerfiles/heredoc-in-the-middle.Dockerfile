FROM alpine
RUN cat <<EOF > /a && echo b
x
EOF
USER x
