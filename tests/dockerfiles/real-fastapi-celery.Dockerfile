FROM python:3.10-slim-bullseye

ARG UID=1000
ARG GID=1000

RUN apt-get update \
  && apt-get install -y --no-install-recommends build-essential curl libpq-dev \
  && rm -rf /var/lib/apt/lists/* /usr/share/doc /usr/share/man \
  && apt-get clean \
  && groupadd -g "${GID}" python \
  && useradd --create-home --no-log-init -u "${UID}" -g "${GID}" python

USER python
WORKDIR /home/python/app

COPY --chown=python:python requirements*.txt ./
RUN pip install --user -r requirements.txt

ENV PATH="${PATH}:/home/python/.local/bin" \
    USER="python"
COPY --chown=python:python . .

CMD ["celery", "-A", "app.worker", "worker", "-l", "info"]
