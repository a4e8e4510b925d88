FROM alpine
RUN echo "a <<EOF b"
USER x
