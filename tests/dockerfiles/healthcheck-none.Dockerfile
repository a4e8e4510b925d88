FROM alpine
HEALTHCHECK NONE
healthcheck none
