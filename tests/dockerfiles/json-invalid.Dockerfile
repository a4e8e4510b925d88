FROM alpine
CMD ['a', 'b']
CMD ["a", ]
CMD ["a"] b
CMD [a]
ENTRYPOINT ["a" "b"]
RUN [ -f a ] && b
USER x
