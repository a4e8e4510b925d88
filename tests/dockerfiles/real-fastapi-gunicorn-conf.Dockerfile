FROM python:3.9

LABEL maintainer="Team API <api@example.com>"

COPY requirements.txt /tmp/requirements.txt
RUN pip install --no-cache-dir -r /tmp/requirements.txt

COPY ./start.sh /start.sh
RUN chmod +x /start.sh
COPY ./gunicorn_conf.py /gunicorn_conf.py
COPY ./app /app
WORKDIR /app/

ENV PYTHONPATH=/app
EXPOSE 80
CMD ["/start.sh"]
