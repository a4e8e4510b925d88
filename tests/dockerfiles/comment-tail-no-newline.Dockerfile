FROM alpine
CMD a
# one