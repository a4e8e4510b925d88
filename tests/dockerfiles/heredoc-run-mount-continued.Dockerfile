FROM alpine
RUN --mount=type=cache,target=/c \
    # remark
    <<EOF
x
EOF
USER x
