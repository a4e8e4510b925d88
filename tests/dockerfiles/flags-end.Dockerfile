FROM alpine
RUN -- --a
COPY -- --a b
USER x
