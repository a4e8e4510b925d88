FROM alpine
WORKDIR --a /b
ENV --a=b c
USER x
