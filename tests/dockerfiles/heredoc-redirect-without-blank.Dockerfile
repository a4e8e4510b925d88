FROM alpine
RUN cat <<EOF >/a
x
EOF
RUN cat <<EOF>/b
x
EOF>/b
USER x
