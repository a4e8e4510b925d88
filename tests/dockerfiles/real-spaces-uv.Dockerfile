FROM python:3.12-slim
RUN pip install uv
RUN useradd -m -u 1000 user
WORKDIR /app
COPY pyproject.toml README.md ./
RUN uv pip install --system -e .
COPY --chown=user:user . .
USER user
CMD ["uvicorn", "src.main:app", "--host=0.0.0.0", "--port=7860"]
