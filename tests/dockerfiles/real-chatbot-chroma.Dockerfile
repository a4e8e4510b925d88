FROM python:3.11-slim
WORKDIR /app

# --- system ---
RUN apt-get update && apt-get install -y --no-install-recommends \
    gcc g++ \
    sqlite3 libsqlite3-dev \
  && rm -rf /var/lib/apt/lists/*

# --- python ---
COPY backend/requirements.txt ./requirements.txt
RUN pip install --no-cache-dir --timeout=1000 -r requirements.txt

# --- app ---
COPY backend/ ./backend/
RUN mkdir -p /app/data/chroma && chmod -R 777 /app/data

ENV ANONYMIZED_TELEMETRY=False \
    TOKENIZERS_PARALLELISM=false \
    HF_HOME=/tmp/hf

EXPOSE 7860
CMD ["uvicorn", "backend.main:app", "--host", "0.0.0.0", "--port", "7860", "--workers", "1"]
