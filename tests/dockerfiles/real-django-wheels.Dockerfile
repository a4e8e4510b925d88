FROM python:3.11-slim as builder
WORKDIR /usr/src/app
COPY ./requirements.txt .
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /usr/src/app/wheels -r requirements.txt

FROM python:3.11-slim
RUN mkdir -p /home/app
RUN addgroup --system app && adduser --system --group app
ENV HOME=/home/app
ENV APP_HOME=/home/app/web
RUN mkdir $APP_HOME
WORKDIR $APP_HOME
COPY --from=builder /usr/src/app/wheels /wheels
RUN pip install --no-cache /wheels/*
COPY . $APP_HOME
RUN chown -R app:app $APP_HOME
USER app
CMD gunicorn web.wsgi:application --bind 0.0.0.0:$PORT
