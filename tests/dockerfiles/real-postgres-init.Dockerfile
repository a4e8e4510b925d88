FROM postgres:16-alpine
ENV POSTGRES_DB=app
COPY ./init/*.sql /docker-entrypoint-initdb.d/
HEALTHCHECK --interval=10s --timeout=5s --retries=5 CMD pg_isready -U "$POSTGRES_USER" -d "$POSTGRES_DB"
VOLUME /var/lib/postgresql/data
EXPOSE 5432
