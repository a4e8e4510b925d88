FROM alpine
RUN a \
# one
