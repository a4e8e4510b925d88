FROM alpine
ENV A
USER x
