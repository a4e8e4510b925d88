FROM alpine
COPY --from=a --chown=b:c --chmod=644 --link d e
COPY --link=false --parents ./a/./b /c
COPY --exclude=*.md --exclude=x y z
ADD --checksum=sha256:0 --unpack=true a b
