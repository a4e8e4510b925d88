FROM alpine
RUNa b
CMD["a"]
