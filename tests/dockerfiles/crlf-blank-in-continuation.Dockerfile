FROM alpine
RUN a \

  # c
  b
USER x
