FROM alpine
COPY <<robots.txt <<humans.txt /usr/share/
User-agent: *
robots.txt
Team: us
humans.txt
USER x
