FROM python:3.12-alpine
WORKDIR /app
COPY . .
RUN pip install .
HEALTHCHECK --interval=1m CMD python -c "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz')"
CMD ["python", "-m", "service"]
