FROM alpine
RUN a \
COPY b c
USER x
