FROM alpine
RUN ec\
ho a
COPY a\
b /c
USER x
