FROM alpine
RUN \
  a
COPY \
  a \
  b
ENV \
  A=1 \
  B=2
USER \
  x
