FROM alpine
CMD ["a", "b c"]
ENTRYPOINT [ "a" ]
RUN ["a","\u00e9\n"]
SHELL ["sh", "-c"]
VOLUME ["/a", "/b"]
COPY ["a b", "c"]
ADD ["a", "b"]
