FROM --platform=linux/amd64 a AS b
FROM --platform=$BUILDPLATFORM a as c
FROM b
