FROM alpine
SHELL bash -c
USER x
