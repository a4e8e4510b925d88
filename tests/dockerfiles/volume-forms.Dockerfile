FROM alpine
VOLUME /a
VOLUME /a /b \
  /c
VOLUME ["/d e"]
VOLUME ["/d" /e]
