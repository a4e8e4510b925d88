FROM alpine
CMD [
  "a",
  "b"
]
USER x
