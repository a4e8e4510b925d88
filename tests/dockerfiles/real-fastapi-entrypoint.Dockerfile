FROM python:3.12-slim
WORKDIR /app
COPY entrypoint.sh /entrypoint.sh
RUN chmod +x /entrypoint.sh
COPY . .
RUN pip install --no-cache-dir -e .
ENTRYPOINT ["/entrypoint.sh"]
