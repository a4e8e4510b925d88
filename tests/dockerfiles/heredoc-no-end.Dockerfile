FROM alpine
RUN <<EOF
x
USER x
