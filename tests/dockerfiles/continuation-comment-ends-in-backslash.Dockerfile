FROM alpine
RUN a \
# one \
  && b
USER x
