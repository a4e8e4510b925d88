FROM alpine
RUN
USER x
