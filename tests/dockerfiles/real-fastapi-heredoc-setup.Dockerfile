# syntax=docker/dockerfile:1
FROM python:3.12-slim
RUN <<EOT
set -e
apt-get update -qy
apt-get install -qyy -o APT::Install-Recommends=false tini
apt-get clean
rm -rf /var/lib/apt/lists/*
groupadd -r app
useradd -r -d /app -g app -N app
EOT
WORKDIR /app
COPY --chown=app:app . .
ENTRYPOINT ["tini", "-v", "--", "/app/run.sh"]
STOPSIGNAL SIGINT
