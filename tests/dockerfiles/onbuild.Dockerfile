FROM alpine
ONBUILD COPY . /a
onbuild run a \
  b
ONBUILD CMD ["a"]
ONBUILD \
  USER y
USER x
