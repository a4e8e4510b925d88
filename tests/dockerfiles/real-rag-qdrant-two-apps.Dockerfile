FROM python:3.12-slim AS api
WORKDIR /api
COPY api/ .
RUN pip install --no-cache-dir -r requirements.txt
CMD ["uvicorn", "main:app", "--host", "0.0.0.0"]

FROM python:3.12-slim AS ingest
WORKDIR /ingest
COPY ingest/ .
RUN pip install --no-cache-dir -r requirements.txt
CMD ["python", "ingest.py"]
