FROM alpine
RUN apt install \
    a \
    b \

CMD ["c"]
