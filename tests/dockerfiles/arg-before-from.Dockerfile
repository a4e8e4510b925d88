ARG V=3
ARG D
FROM python:${V}-slim AS b
ARG V
FROM b
