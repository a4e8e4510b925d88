FROM alpine
RUN a
\
