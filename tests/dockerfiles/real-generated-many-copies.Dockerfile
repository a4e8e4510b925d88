FROM python:3.11-slim
COPY ["api", "/app/api"]
COPY ["shared lib", "/app/shared"]
COPY ["config/prod settings.toml", \
      "config/base.toml", \
      "/app/config/"]
ADD ["https://example.com/a.tar.gz", "/tmp/"]
WORKDIR "/app"
CMD ["python", "-m", "api"]
