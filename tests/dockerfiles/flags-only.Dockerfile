FROM alpine
RUN --network=none
USER x
