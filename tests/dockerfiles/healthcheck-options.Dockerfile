FROM alpine
HEALTHCHECK --interval=5s --timeout=1s \
  --start-period=2s --start-interval=1s --retries=3 \
  CMD ["a", "b"]
HEALTHCHECK CMD a || exit 1
HEALTHCHECK --retries=1 cmd b
