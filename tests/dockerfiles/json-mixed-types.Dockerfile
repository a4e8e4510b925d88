FROM alpine
CMD ["a", 1]
CMD [null]
CMD ["a", ["b"]]
USER x
