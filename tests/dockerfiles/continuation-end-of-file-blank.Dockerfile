FROM alpine
RUN a \


