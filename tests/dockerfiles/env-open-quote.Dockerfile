FROM alpine
ENV A="b
USER x
