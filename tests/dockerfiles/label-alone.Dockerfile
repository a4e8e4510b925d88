FROM alpine
LABEL a
USER x
