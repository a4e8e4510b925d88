FROM alpine:3.20
RUN apk add --no-cache bash python3 py3-pip
COPY crontab /etc/crontabs/root
RUN echo '*/5 * * * * /usr/bin/python3 /app/job.py >> /proc/1/fd/1 2>&1' >> /etc/crontabs/root
COPY job.py /app/job.py
CMD ["crond", "-f", "-l", "2"]
