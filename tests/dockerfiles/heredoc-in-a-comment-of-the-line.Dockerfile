FROM alpine
RUN echo a # <<EOF
USER x
EOF
