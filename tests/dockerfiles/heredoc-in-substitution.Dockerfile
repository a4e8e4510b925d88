FROM alpine
RUN A=$(cat <<EOF
x
EOF
) && echo
USER x
