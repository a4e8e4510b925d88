ARG PYTHON_VERSION=3.12
FROM python:${PYTHON_VERSION}-slim AS base
ENV POETRY_HOME=/opt/poetry \
    POETRY_VIRTUALENVS_IN_PROJECT=true \
    POETRY_NO_INTERACTION=1
ENV PATH="$POETRY_HOME/bin:/app/.venv/bin:$PATH"

FROM base AS builder
RUN --mount=type=cache,target=/root/.cache \
    pip install "poetry>=1.8,<2"
WORKDIR /app
COPY pyproject.toml poetry.lock ./
RUN --mount=type=cache,target=/root/.cache/pypoetry \
    poetry install --only main --no-root

FROM base AS runtime
COPY --from=builder /app/.venv /app/.venv
COPY src/ /app/src/
WORKDIR /app
ENTRYPOINT ["python", "-m"]
CMD ["src.main"]
