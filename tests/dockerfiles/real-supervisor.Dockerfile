FROM python:3.11-slim
RUN apt-get update && apt-get install -y nginx supervisor
COPY <<EOF /etc/supervisor/conf.d/app.conf
[supervisord]
nodaemon=true
[program:api]
command=uvicorn app.main:app --host 127.0.0.1 --port 8000
[program:nginx]
command=nginx -g "daemon off;"
EOF
COPY . /app
WORKDIR /app
CMD ["supervisord", "-c", "/etc/supervisor/supervisord.conf"]
