FROM alpine
COPY a
USER x
