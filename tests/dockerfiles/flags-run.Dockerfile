FROM alpine
RUN --mount=type=cache,target=/a --mount=type=bind,source=b,target=/b,rw --mount=type=tmpfs,target=/c --network=host --security=insecure d
RUN --mount=type=secret,id=e \
  --mount=type=ssh \
  f --g=h
