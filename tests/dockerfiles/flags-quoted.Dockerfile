FROM alpine
COPY --chown="a b" --chmod='6 4' c d
RUN --mount=type=bind,"source=a b" c
USER x
